"""What the APIs of NAS-Bench-201 and of NATS-Bench's two spaces share."""

import copy
import os
import random
import time
import warnings
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import Any

from nasbench_suite.compat.nats_bench.arch_results import ArchResults, IsRandom
from nasbench_suite.compat.nats_bench.listing import Wording, lines
from nasbench_suite.compat.nats_bench.more_info import more_info
from nasbench_suite.compat.nats_bench.official_indexes import strings
from nasbench_suite.compat.nats_bench.results_count import Arithmetic
from nasbench_suite.compat.nats_bench.table_results import Schedules, TableResults
from nasbench_suite.compat.nats_bench.trial_reader import column_of
from nasbench_suite.compat.opening import open_only, open_source
from nasbench_suite.errors import MissingValueError
from nasbench_suite.spaces.nb201.official import DATASETS
from nasbench_suite.table import Table

Source = str | os.PathLike[str] | Mapping[str, Any] | Table | None
"""A file's or folder's path (imported once), a table or its name, a loaded official dict, or None for the one table."""

_SEARCHED = ("cifar10", "cifar100", "ImageNet16-120")
# (data set, what users call a set) -> (what was trained on, the set)
_REMAPPED = {
    ("cifar10", "valid"): ("cifar10-valid", "x-valid"),
    ("cifar10", "test"): ("cifar10", "ori-test"),
    **{(name, "valid"): (name, "x-valid") for name in _SEARCHED[1:]},
    **{(name, "test"): (name, "x-test") for name in _SEARCHED[1:]},
}

_LIMITED = {"flops": "FLOPs", "params": "parameters"}


class NASBenchMetaAPI(ABC):
    """Answers by official index.

    Attributes:
        meta_archs: every architecture's text, in the official order.
        archstr2index: the index of each.
        arch2infos_dict: results by index and schedule; made when they are asked for.
        evaluated_indexes: of which there are results.
        filename: of the source; None for a dict.
        verbose: whether calls are printed.
    """

    space: str
    arithmetic: Arithmetic
    wording: Wording
    comments: bool

    def __init__(self, source: Source, verbose: bool) -> None:
        self.verbose = verbose
        self.filename: str | None = None
        self._archive_dir: str | None = None
        self.reset_time()
        self.arch2infos_dict: MutableMapping[int, Schedules]
        if isinstance(source, Mapping):
            self._take(source)
        else:
            self._open(source)
        self.archstr2index = {arch: index for index, arch in enumerate(self.meta_archs)}

    def _open(self, source: str | os.PathLike[str] | Table | None) -> None:
        table = open_only(self.space) if source is None else open_source(source, self.space)
        self.meta_archs = list(strings(self.space))
        indexes = {arch: index for index, arch in enumerate(self.meta_archs)}
        named = table.path if source is None or isinstance(source, Table) else Path(source)
        self.filename = named.name
        if named.is_dir():
            self._archive_dir = str(named)
        self.arch2infos_dict = TableResults(table, indexes, self.arithmetic, self._archive_dir)
        self._schedules = self.arch2infos_dict.schedules

    def _take(self, loaded: Mapping[str, Any]) -> None:
        absent = [key for key in ("meta_archs", "arch2infos", "evaluated_indexes") if key not in loaded]
        if absent:
            raise ValueError(f"expected a dict of the official files, got one without {', '.join(absent)}")
        self.meta_archs = list(loaded["meta_archs"])
        states = loaded["arch2infos"]
        self.arch2infos_dict = {index: self._made(states[index]) for index in sorted(states)}
        self._schedules = list(dict.fromkeys(name for infos in self.arch2infos_dict.values() for name in infos))

    def _made(self, states: Mapping[str, Any]) -> Schedules:
        names = {"less": "12", "full": "200"}
        return {
            names.get(name, name): ArchResults.create_from_state_dict(copy.deepcopy(state), self.arithmetic)
            for name, state in states.items()
        }

    # the list of architectures

    def __getitem__(self, index: int) -> str:
        return self.meta_archs[index]

    def __iter__(self) -> Iterator[str]:
        return iter(self.meta_archs)

    def __len__(self) -> int:
        return len(self.meta_archs)

    def arch(self, index: int) -> str:
        """Returns an architecture's text.

        Raises:
            ValueError: there is no such index.
        """
        self._say("arch", index=index)
        if not 0 <= index < len(self):
            raise ValueError(f"expected an index in 0..{len(self) - 1}, got {index}")
        return self.meta_archs[index]

    def random(self) -> int:
        """Draws an index from Python's `random`."""
        return random.randint(0, len(self) - 1)

    def query_index_by_arch(self, arch: Any) -> int:
        """Returns the index of an architecture: its text, what has a `tostr`, or the index itself; -1 where unknown.

        Raises:
            ValueError: an index is out of range.
        """
        self._say("query_index_by_arch", arch=arch)
        if isinstance(arch, int):
            if not 0 <= arch < len(self):
                raise ValueError(f"expected an index in 0..{len(self) - 1}, got {arch}")
            return arch
        text = arch.tostr() if hasattr(arch, "tostr") else arch
        return self.archstr2index.get(text, -1) if isinstance(text, str) else -1

    # the clock

    @property
    def avaliable_hps(self) -> list[str]:
        """The names of the schedules; spelled as the packages do."""
        return list(self._schedules)

    @property
    def used_time(self) -> float:
        """Seconds that `simulate_train_eval` has charged."""
        return self._used_time

    def reset_time(self) -> None:
        """Sets the clock to 0."""
        self._used_time: float = 0

    # results

    @property
    def evaluated_indexes(self) -> Any:
        """The indexes of which there are results."""
        return sorted(self.arch2infos_dict)

    def _infos(self, index: int) -> Schedules:
        """The results of an architecture, by schedule."""
        if index not in self.arch2infos_dict:
            raise ValueError(f"there are no results of architecture {index}")
        return self.arch2infos_dict[index]

    def _under(self, index: int, hp: str | int) -> ArchResults:
        infos = self._infos(index)
        if str(hp) not in infos:
            raise ValueError(f"architecture {index} has the schedules {', '.join(infos)}, not {hp}")
        return infos[str(hp)]

    def query_meta_info_by_index(self, arch_index: int, hp: str = "12") -> ArchResults:
        """Returns a copy of the results of an architecture.

        Raises:
            ValueError: there are none, or not under this schedule.
        """
        self._say("query_meta_info_by_index", arch_index=arch_index, hp=hp)
        return copy.deepcopy(self._under(arch_index, hp))

    def query_by_index(self, arch_index: int, dataname: str | None = None, hp: str = "12") -> Any:
        """Returns the results of an architecture; with a data set, its trials by training seed.

        Raises:
            ValueError: there are none.
        """
        self._say("query_by_index", arch_index=arch_index, dataname=dataname, hp=hp)
        info = self.query_meta_info_by_index(arch_index, hp)
        if dataname is None:
            return info
        if dataname not in info.get_dataset_names():
            raise ValueError(f"expected one of the data sets {', '.join(info.get_dataset_names())}, got {dataname!r}")
        return info.query(dataname)

    def query_by_arch(self, arch: Any, hp: str = "12") -> str | None:
        """Returns what `query_info_str_by_arch` does."""
        return self.query_info_str_by_arch(arch, hp)

    def query_info_str_by_arch(self, arch: Any, hp: str = "12") -> str | None:
        """Returns an architecture's figures as text; None, with a warning, where there are none.

        Raises:
            ValueError: there are none under this schedule.
        """
        self._say("query_info_str_by_arch", arch=arch, hp=hp)
        index = self.query_index_by_arch(arch)
        if index not in self.arch2infos_dict:
            warnings.warn(f"there are no results of architecture {index}", stacklevel=2)
            return None
        return "\n".join(lines(self._under(index, hp), self.wording, f"arch-index={index}"))

    def get_more_info(
        self, index: Any, dataset: str, iepoch: int | None = None, hp: str = "12", is_random: IsRandom = True
    ) -> dict[str, Any]:
        """Returns losses, accuracies in percent and seconds on every set.

        Args:
            index: or what `query_index_by_arch` takes.
            dataset: `cifar10-valid`, `cifar10`, `cifar100` or `ImageNet16-120`.
            iepoch: counted from 0; None for the last.
            hp: the schedule's name.
            is_random: True draws a training seed from Python's `random`, False takes the mean, a number is a seed.
        """
        self._say("get_more_info", index=index, dataset=dataset, iepoch=iepoch, hp=hp, is_random=is_random)
        results = self._under(self.query_index_by_arch(index), hp)
        if is_random is True:
            is_random = random.choice(results.get_dataset_seeds(dataset))
        return more_info(results, dataset, iepoch, str(hp), is_random, self.comments)

    def _simulate(self, arch: Any, dataset: str, iepoch: int | None, hp: str, account_time: bool) -> Any:
        index = self.query_index_by_arch(arch)
        if dataset not in _SEARCHED:
            raise ValueError(f"expected one of the data sets {', '.join(_SEARCHED)}, got {dataset!r}")
        trained = "cifar10-valid" if dataset == "cifar10" else dataset
        info = self.get_more_info(index, trained, iepoch, hp, True)
        accuracy, seconds = self._validation(info, index, dataset, hp)
        cost = info["train-all-time"] + seconds
        if account_time:
            self._used_time += cost
        return accuracy, cost

    def _validation(self, info: dict[str, Any], index: int, dataset: str, hp: str) -> tuple[float, float]:
        """Accuracy, and seconds of one pass over the validation set."""
        return info["valid-accuracy"], info["valid-per-time"]

    def _find_best(
        self, dataset: str, metric_on_set: str, flop_max: float | None, param_max: float | None, hp: str
    ) -> tuple[int, Any]:
        """The first of the highest accuracy, and the accuracy."""
        trained, setname = _REMAPPED.get((dataset, metric_on_set), (dataset, metric_on_set))
        best, highest = -1, None
        for index, accuracy in self._accuracies(trained, setname, hp):
            if accuracy is None:
                raise MissingValueError(
                    f"{self.filename} has no accuracy of architecture {index} on {trained}'s {setname} after {hp} "
                    "epochs; ask for another set or hp"
                )
            if (best == -1 or highest < accuracy) and self._fits(index, trained, flop_max, param_max, hp):
                best, highest = index, accuracy
        if self.verbose:
            print(f"  the best architecture : {best} with accuracy={highest}")
        return best, highest

    def _accuracies(self, trained: str, setname: str, hp: str) -> Iterator[tuple[int, Any]]:
        """Every architecture's mean accuracy; from the table's arrays where they have it."""
        column = column_of(trained, setname)
        infos, finals = self.arch2infos_dict, None
        if isinstance(infos, TableResults) and column is not None:
            finals = infos.finals(trained, hp, column)
        for index in sorted(self.evaluated_indexes):
            known = None if finals is None else finals.get(index)
            if known:
                yield index, self.arithmetic.mean(known)
            else:
                yield index, self._under(index, hp).get_metrics(trained, setname)["accuracy"]

    def _fits(self, index: int, trained: str, flop_max: float | None, param_max: float | None, hp: str) -> bool:
        if flop_max is None and param_max is None:
            return True
        costs = self._under(index, hp).get_compute_costs(trained)
        limits = {"flops": flop_max, "params": param_max}
        for name, limit in limits.items():
            if limit is not None and costs[name] is None:
                raise MissingValueError(
                    f"{self.filename} has no {_LIMITED[name]} of architecture {index} on {trained} after {hp} epochs, "
                    "so that they cannot be limited; leave the limit out, or import an official file"
                )
        return not any(limit is not None and costs[name] > limit for name, limit in limits.items())

    def get_net_param(self, index: int, dataset: str, seed: int | None, hp: str = "12") -> Any:
        """Returns the parameters of a trial's network; without a seed, of all by seed; None where they were not kept.

        Raises:
            ValueError: there is no such trial.
        """
        self._say("get_net_param", index=index, dataset=dataset, seed=seed, hp=hp)
        return self._under(index, hp).get_net_param(dataset, seed)

    def get_net_config(self, index: int, dataset: str) -> dict[str, Any]:
        """Returns what an architecture's network on a data set is built from."""
        self._say("get_net_config", index=index, dataset=dataset)
        first = next(iter(self._infos(index).values()))
        config: dict[str, Any] = next(iter(first.query(dataset).values())).get_config(None)
        return config

    def get_cost_info(self, index: int, dataset: str, hp: str = "12") -> dict[str, Any]:
        """Returns parameters and FLOPs in millions, latency and times in seconds."""
        self._say("get_cost_info", index=index, dataset=dataset, hp=hp)
        return self._under(index, hp).get_compute_costs(dataset)

    def get_latency(self, index: int, dataset: str, hp: str = "12") -> float | None:
        """Returns the latency in seconds; None where it is unknown."""
        self._say("get_latency", index=index, dataset=dataset, hp=hp)
        results = self._under(index, hp)
        if dataset in DATASETS and dataset not in results.dataset_seed:
            return None  # a table may lack the training on all of CIFAR-10 under the schedule
        latency: float | None = results.get_compute_costs(dataset)["latency"]
        return latency

    def clear_params(self, index: int, hp: str | None = None) -> None:
        """Lets go of the parameters of an architecture's networks, under one schedule or all.

        Raises:
            ValueError: it has no such schedule.
        """
        self._say("clear_params", index=index, hp=hp)
        for results in self._infos(index).values() if hp is None else [self._under(index, hp)]:
            results.clear_params()

    def statistics(self, dataset: str, hp: str | int) -> dict[int, int]:
        """Returns how many architectures have each number of trials.

        Raises:
            ValueError: there is no such data set.
        """
        self._say("statistics", dataset=dataset, hp=hp)
        if dataset not in DATASETS:
            raise ValueError(f"expected one of the data sets {', '.join(DATASETS)}, got {dataset!r}")
        seeds = (self._under(index, hp).dataset_seed.get(dataset, []) for index in self.evaluated_indexes)
        return dict(Counter(map(len, seeds)))

    def show(self, index: int = -1) -> None:
        """Prints an architecture's figures; all of them without an index."""
        if index >= len(self):
            print(f"This index ({index}) is out of range (0~{len(self)}).")
        elif index >= 0:
            self._show(index)
        else:
            print(self)
            for at, each in enumerate(indexes := sorted(self.evaluated_indexes)):
                print(f"\n{'-' * 10} The ({at:5d}/{len(indexes):5d}) {each:06d}-th architecture! {'-' * 10}")
                print(f"arch : {self.meta_archs[each]}")
                self._show(each)

    def _show(self, index: int) -> None:
        if index not in self.arch2infos_dict:
            print(f"The {index}-th architecture has not been evaluated or not saved.")
            return
        for results in self._infos(index).values():
            found = lines(results, self.wording)
            print(f"{'>' * 40} {results.get_total_epoch():03d} epochs {'>' * 40}")
            print("\n".join(found))
        print(f"{'<' * 40}------------{'<' * 40}")

    @abstractmethod
    def reload(self, archive_root: str | None = None, index: int | None = None) -> None:
        """Reads an architecture again, from a folder with a file for each; without an index, all."""

    def _say(self, method: str, **arguments: Any) -> None:
        if self.verbose:
            given = ", ".join(f"{name}={value}" for name, value in arguments.items())
            print(f"[{time.strftime('%Y-%m-%d %X', time.gmtime())}] Call {method} with {given}")
