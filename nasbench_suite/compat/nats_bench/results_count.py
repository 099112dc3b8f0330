"""One training of one architecture, as `nats_bench` and `nas_201_api` show it."""

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from nasbench_suite.compat.nats_bench.figures import shown

FIELDS = (
    "name",
    "net_state_dict",
    "train_acc1es",
    "train_acc5es",
    "train_losses",
    "train_times",
    "arch_config",
    "params",
    "flop",
    "seed",
    "epochs",
    "latency",
    "eval_names",
    "eval_acc1es",
    "eval_times",
    "eval_losses",
)
"""What a training's state has, in the official files and here."""


class Arithmetic(NamedTuple):
    """How a package takes means and sums: the last bit depends on it.

    Attributes:
        mean: of a list of numbers.
        total: their sum.
        mends_costs: whether, where trials disagree on parameters or FLOPs, that of seed 888 is taken.
    """

    mean: Callable[[Sequence[Any]], Any]
    total: Callable[[Sequence[Any]], Any]
    mends_costs: bool


PYTHON = Arithmetic(lambda values: sum(values) / len(values), sum, mends_costs=True)
"""That of `nats_bench`."""


class FieldReader(Protocol):
    """Reads a field of one training when it is asked for."""

    def read(self, field: str) -> Any:
        """Returns the field's value, which is not to be changed."""


class ResultsCount:
    """Everything about one training.

    A field is read from the table when it is asked for, and not kept; one that is set is kept, and holds.

    Attributes:
        name: what it was trained on.
        seed: of the training, as text: `0777`.
        epochs: of the schedule.
        params: parameters in millions.
        flop: FLOPs in millions.
        latency: seconds of a forward pass, each time that it was measured.
        arch_config: what the network was built from.
        eval_names: evaluation sets.
        train_acc1es: percent by epoch from 0; so too `train_acc5es`, `train_losses`, and `train_times` in seconds.
        eval_acc1es: percent by `set@epoch`; so too `eval_losses`, and `eval_times` in seconds.
        net_state_dict: the network's parameters under the official names; None where they were not kept.
    """

    def __init__(
        self,
        name: Any = None,
        state_dict: Any = None,
        train_accs: Any = None,
        train_losses: Any = None,
        params: Any = None,
        flop: Any = None,
        arch_config: Any = None,
        seed: Any = None,
        epochs: Any = None,
        latency: Any = None,
    ) -> None:
        self.name, self.net_state_dict = name, state_dict
        self.train_acc1es, self.train_losses = copy.deepcopy(train_accs), copy.deepcopy(train_losses)
        self.train_acc5es: Any = None
        self.train_times: Any = None
        self.arch_config = copy.deepcopy(arch_config)
        self.params, self.flop, self.seed = params, flop, seed
        self.epochs, self.latency = epochs, latency
        self._arithmetic = PYTHON
        self.eval_names: list[str] = []
        self.eval_acc1es: Mapping[str, float] = {}
        self.eval_times: Mapping[str, float] = {}
        self.eval_losses: Mapping[str, float] = {}

    @classmethod
    def of_table(cls, reader: FieldReader, arithmetic: Arithmetic) -> "ResultsCount":
        """Returns the training that a table's reader reads."""
        made = cls.__new__(cls)
        vars(made).update(_reader=reader, _arithmetic=arithmetic)
        return made

    def __getattr__(self, field: str) -> Any:
        """Reads a field that was not set."""
        reader = vars(self).get("_reader")
        if reader is None or field not in FIELDS:
            raise AttributeError(f"{type(self).__name__} has no attribute {field!r}")
        return reader.read(field)

    def update_train_info(self, train_acc1es: Any, train_acc5es: Any, train_losses: Any, train_times: Any) -> None:
        """Sets the figures on the training set, by epoch from 0."""
        self.train_acc1es, self.train_acc5es = train_acc1es, train_acc5es
        self.train_losses, self.train_times = train_losses, train_times

    def reset_pseudo_train_times(self, estimated_per_epoch_time: float) -> None:
        """Sets the seconds of every epoch."""
        self.train_times = dict.fromkeys(range(self.epochs), estimated_per_epoch_time)

    def reset_pseudo_eval_times(self, eval_name: str, estimated_per_epoch_time: float) -> None:
        """Sets the seconds of every pass over an evaluation set.

        Raises:
            ValueError: there is no such set.
        """
        if eval_name not in self.eval_names:
            raise ValueError(f"expected one of the sets {', '.join(self.eval_names)}, got {eval_name!r}")
        passes = {f"{eval_name}@{epoch}": estimated_per_epoch_time for epoch in range(self.epochs)}
        self.eval_times = {**self.eval_times, **passes}

    def reset_eval(self) -> None:
        """Forgets all evaluations."""
        self.eval_names = []
        self.eval_acc1es, self.eval_times, self.eval_losses = {}, {}, {}

    def update_latency(self, latency: Sequence[float]) -> None:
        """Sets the latencies, in seconds."""
        self.latency = list(latency)

    def get_latency(self) -> float:
        """Returns the mean latency in seconds; -1 where it is unknown."""
        return -1.0 if self.latency is None else sum(self.latency) / len(self.latency)

    def update_eval(self, accs: Mapping[str, float], losses: Mapping[str, float], times: Mapping[str, float]) -> None:
        """Adds evaluation sets that are known at every epoch, by `set@epoch`."""
        for name in dict.fromkeys(key.partition("@")[0] for key in accs):
            self._add_name(name)
            keys = [f"{name}@{epoch}" for epoch in range(self.epochs)]
            self.eval_acc1es = {**self.eval_acc1es, **{key: accs[key] for key in keys}}
            self.eval_losses = {**self.eval_losses, **{key: losses[key] for key in keys}}
            self.eval_times = {**self.eval_times, **{key: times[key] for key in keys}}

    def update_OLD_eval(self, name: str, accs: Mapping[int, float], losses: Mapping[int, float]) -> None:  # noqa: N802
        """Adds an evaluation set at the epochs, from 0, at which it is known."""
        self._add_name(name)
        known = [epoch for epoch in range(self.epochs) if epoch in accs]
        self.eval_acc1es = {**self.eval_acc1es, **{f"{name}@{epoch}": accs[epoch] for epoch in known}}
        self.eval_losses = {**self.eval_losses, **{f"{name}@{epoch}": losses[epoch] for epoch in known}}

    def _add_name(self, name: str) -> None:
        if name in self.eval_names:
            raise ValueError(f"the evaluation set {name!r} is there already")
        self.eval_names = [*self.eval_names, name]

    def get_total_epoch(self) -> int:
        """Returns the length of the schedule."""
        return int(self.epochs)

    def get_times(self) -> dict[str, Any]:
        """Returns the seconds of an epoch and of all of them, of training and of each evaluation set."""
        times = None if self.train_times is None else list(self.train_times.values())
        found = self._times("train", times)
        for name in self.eval_names:
            passes = [self.eval_times.get(f"{name}@{epoch}") for epoch in range(self.epochs)]
            found |= self._times(name, None if None in passes else passes)
        return found

    def _times(self, name: str, seconds: Sequence[Any] | None) -> dict[str, Any]:
        mean, total = (None, None)
        if seconds is not None:
            mean, total = self._arithmetic.mean(seconds), self._arithmetic.total(seconds)
        return {f"T-{name}@epoch": mean, f"T-{name}@total": total}

    def get_eval_set(self) -> list[str]:
        """Lists the evaluation sets."""
        return self.eval_names

    def judge_valid(self, iepoch: int) -> None:
        """Raises ValueError for an epoch that the schedule does not have; epochs count from 0."""
        if not 0 <= iepoch < self.epochs:
            raise ValueError(f"expected an epoch in 0..{self.epochs - 1}, got {iepoch}")

    def get_train(self, iepoch: int | None = None) -> dict[str, Any]:
        """Returns loss, accuracy and seconds on the training set after an epoch, from 0; None for the last."""
        epoch = self._epoch(iepoch)
        times = self.train_times
        return {
            "iepoch": epoch,
            "loss": None if self.train_losses is None else self.train_losses[epoch],
            "accuracy": None if self.train_acc1es is None else self.train_acc1es[epoch],
            "cur_time": None if times is None else times[epoch],
            "all_time": None if times is None else sum([times[at] for at in range(epoch + 1)]),
        }

    def get_eval(self, name: str, iepoch: int | None = None) -> dict[str, Any]:
        """Returns loss, accuracy and seconds on an evaluation set after an epoch, from 0; None for the last.

        Raises:
            KeyError: it was not evaluated on the set, or not at the epoch.
        """
        name, epoch = "x-valid" if name == "valid" else name, self._epoch(iepoch)
        key, times, losses = f"{name}@{epoch}", self.eval_times, self.eval_losses
        accuracy = self.eval_acc1es[key]
        timed = bool(times) and key in times
        return {
            "iepoch": epoch,
            "loss": losses[key] if losses else None,
            "accuracy": accuracy,
            "cur_time": times[key] if timed else None,
            "all_time": sum([times[f"{name}@{at}"] for at in range(epoch + 1)]) if timed else None,
        }

    def _epoch(self, iepoch: int | None) -> int:
        epoch = self.epochs - 1 if iepoch is None else iepoch
        self.judge_valid(epoch)
        return int(epoch)

    def get_net_param(self, clone: bool = False) -> Any:
        """Returns the network's parameters; None where they were not kept."""
        return copy.deepcopy(self.net_state_dict) if clone else self.net_state_dict

    def get_config(self, str2structure: Callable[[str], Any] | None) -> dict[str, Any]:
        """Returns what the network is built from; `str2structure` reads the architecture's text, where it is given."""
        config = self.arch_config
        if config.get("name") == "infer.shape.tiny":
            genotype = config["genotype"] if str2structure is None else str2structure(config["genotype"])
            made = {"name": "infer.shape.tiny", "channels": config["channels"], "genotype": genotype}
        else:
            made = {"name": "infer.tiny", "C": config["channel"], "N": config["num_cells"]}
            made |= (
                {"arch_str": config["arch_str"]}
                if str2structure is None
                else {"genotype": str2structure(config["arch_str"])}
            )
        return {**made, "num_classes": config["class_num"]}

    def state_dict(self) -> dict[str, Any]:
        """Returns every field."""
        return {field: getattr(self, field) for field in FIELDS}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Sets fields."""
        vars(self).update(state_dict)

    @classmethod
    def create_from_state_dict(cls, state_dict: Mapping[str, Any]) -> "ResultsCount":
        """Makes a training from its fields."""
        made = cls()
        made.load_state_dict(state_dict)
        return made

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({self.name}, arch={self.arch_config['arch_str']}, FLOP={shown(self.flop, '.2f')}M, "
            f"Param={shown(self.params, '.3f')}MB, seed={self.seed}, {len(self.eval_names)} eval-sets: "
            f"[{', '.join(self.eval_names)}])"
        )
