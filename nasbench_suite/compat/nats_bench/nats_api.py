"""What the APIs of NATS-Bench's two spaces share."""

import os
from abc import abstractmethod
from typing import Any

from nasbench_suite.compat.nats_bench.archives import read_states
from nasbench_suite.compat.nats_bench.meta_api import NASBenchMetaAPI, Source
from nasbench_suite.compat.nats_bench.results_count import PYTHON
from nasbench_suite.compat.nats_bench.table_results import Schedules


class NATSBenchAPI(NASBenchMetaAPI):
    """NATS-Bench's API."""

    arithmetic = PYTHON
    comments = True
    base_name: str
    epochs: int

    def __init__(self, file_path_or_dict: Source = None, fast_mode: bool = False, verbose: bool = True) -> None:
        """
        Args:
            file_path_or_dict: a file or folder, which is imported once; a table or its name; a loaded official dict;
                None for the one table of the space.
            fast_mode: whether `evaluated_indexes` begins empty and grows with what is asked for, as in the package.
                Opening takes milliseconds either way.
            verbose: whether calls are printed.
        """
        self._fast_mode = fast_mode
        self._asked: set[int] = set()
        super().__init__(file_path_or_dict, verbose)

    @property
    def evaluated_indexes(self) -> set[int]:
        """The indexes of which there are results; in fast mode, those that were asked for."""
        return self._asked if self._fast_mode else set(self.arch2infos_dict)

    def _infos(self, index: int) -> Schedules:
        infos = super()._infos(index)
        self._asked.add(index)
        return infos

    @property
    def fast_mode(self) -> bool:
        """Whether `evaluated_indexes` has what was asked for only."""
        return self._fast_mode

    def reset_fast_mode(self, fast_mode: bool) -> None:
        """Sets the fast mode."""
        self._fast_mode = fast_mode

    @property
    def archive_dir(self) -> str | None:
        """The folder that `reload` reads from."""
        return self._archive_dir

    def reset_archive_dir(self, archive_dir: str) -> None:
        """Sets the folder that `reload` reads from."""
        self._archive_dir = archive_dir

    @property
    def full_train_epochs(self) -> int:
        """Length of the longest schedule."""
        return self.epochs

    @property
    def full_epochs_in_paper(self) -> int:
        """Length of the longest schedule."""
        return self.epochs

    @property
    @abstractmethod
    def is_topology(self) -> bool:
        """Whether it is the topology space."""

    @property
    def is_size(self) -> bool:
        """Whether it is the size space."""
        return not self.is_topology

    @property
    def search_space_name(self) -> str:
        """`topology` or `size`."""
        return "topology" if self.is_topology else "size"

    def simulate_train_eval(
        self, arch: Any, dataset: str, iepoch: int | None = None, hp: str = "12", account_time: bool = True
    ) -> tuple[float, float | None, float, float]:
        """Charges what a training and one validation cost.

        Returns:
            Validation accuracy in percent, latency in seconds, the cost in seconds, and the clock.
        """
        accuracy, cost = self._simulate(arch, dataset, iepoch, hp, account_time)
        return accuracy, self.get_latency(self.query_index_by_arch(arch), dataset, hp), cost, self._used_time

    def _validation(self, info: dict[str, Any], index: int, dataset: str, hp: str) -> tuple[float, float]:
        if "valid-accuracy" in info:
            return super()._validation(info, index, dataset, hp)
        # the package answers with the whole original test set, and with the time of another drawn trial's validation
        other = self.get_more_info(index, dataset, None, hp, True)
        return info["valtest-accuracy"], other["valid-per-time"]

    def find_best(
        self,
        dataset: str,
        metric_on_set: str,
        flop_max: float | None = None,
        param_max: float | None = None,
        hp: str = "12",
        enforce_all: bool | None = None,
    ) -> tuple[int, Any]:
        """Returns the index of the highest mean accuracy under limits on FLOPs and parameters, and the accuracy.

        Args:
            dataset: as of `simulate_train_eval`.
            metric_on_set: `valid`, `test`, `train`, or a set's own name.
            flop_max: in millions.
            param_max: in millions.
            hp: the schedule's name.
            enforce_all: whether architectures count that were not asked for yet; in fast mode only, and the default
                there.

        Raises:
            ValueError: `enforce_all` is set outside fast mode.
        """
        self._say("find_best", dataset=dataset, metric_on_set=metric_on_set, hp=hp, flops=flop_max, params=param_max)
        if enforce_all and not self._fast_mode:
            raise ValueError("enforce_all: expected it in fast mode only; elsewhere all architectures count")
        if self._fast_mode and enforce_all is not False:
            self._asked.update(self.arch2infos_dict)
        return self._find_best(dataset, metric_on_set, flop_max, param_max, hp)

    def reload(self, archive_root: str | None = None, index: int | None = None) -> None:
        """Reads an architecture again, from a `-simple` or `-full` folder; without an index, all.

        Args:
            archive_root: the folder; None for `$TORCH_HOME`'s `-full` folder or the one that the API was given.
            index: of the architecture.

        Raises:
            ValueError: there is no such folder, file or index.
        """
        self._say("reload", archive_root=archive_root, index=index)
        folder = archive_root or self._default_archive()
        for each in range(len(self)) if index is None else [index]:
            self.arch(each)
            states = read_states(folder, (f"{each:06d}.pickle.pbz2", f"{each}.pickle.pbz2"))
            self.arch2infos_dict[each] = self._made(states)
            self._asked.add(each)

    def _default_archive(self) -> str:
        usual = os.path.join(os.environ.get("TORCH_HOME", ""), f"{self.base_name}-full")  # noqa: PTH118 (text)
        folder = usual if os.path.isdir(usual) else self._archive_dir  # noqa: PTH112 (text)
        if folder is None:
            raise ValueError(f"archive_root: expected a folder, and there is none at {usual}")
        return folder

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({len(self.evaluated_indexes)}/{len(self)} architectures, "
            f"fast_mode={self.fast_mode}, file={self.filename})"
        )
