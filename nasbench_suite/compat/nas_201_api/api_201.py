"""NAS-Bench-201's API."""

import os
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from nasbench_suite.compat.nats_bench import strings
from nasbench_suite.compat.nats_bench.arch_results import ArchResults
from nasbench_suite.compat.nats_bench.archives import read_states
from nasbench_suite.compat.nats_bench.listing import Wording
from nasbench_suite.compat.nats_bench.meta_api import NASBenchMetaAPI, Source
from nasbench_suite.compat.nats_bench.results_count import Arithmetic
from nasbench_suite.compat.nats_bench.table_results import Schedules

_ARCHIVE = "NAS-Bench-201-v1_1-archive"


class NASBench201API(NASBenchMetaAPI):
    """The package's class of this name."""

    space = "nb201"
    arithmetic = Arithmetic(np.mean, np.sum, mends_costs=False)
    wording = Wording(", ", tests_half=False)
    comments = False
    str2lists = staticmethod(strings.str2lists)
    str2matrix = staticmethod(strings.str2matrix)

    def __init__(self, file_path_or_dict: Source = None, verbose: bool = True) -> None:
        """
        Args:
            file_path_or_dict: a file or folder, which is imported once; a table or its name; a loaded official dict;
                None for the one table of NAS-Bench-201.
            verbose: whether calls are printed.
        """
        super().__init__(file_path_or_dict, verbose)

    @property
    def arch2infos_less(self) -> Mapping[int, ArchResults]:
        """Results of the 12-epoch schedule, by index."""
        return _OneSchedule(self.arch2infos_dict, "12")

    @property
    def arch2infos_full(self) -> Mapping[int, ArchResults]:
        """Results of the 200-epoch schedule, by index."""
        return _OneSchedule(self.arch2infos_dict, "200")

    def simulate_train_eval(
        self, arch: Any, dataset: str, hp: str = "12", account_time: bool = True
    ) -> tuple[float, float | None, float, float]:
        """Charges what a training and one validation cost.

        Returns:
            Validation accuracy in percent, latency in seconds, the cost in seconds, and the clock.
        """
        accuracy, cost = self._simulate(arch, dataset, None, hp, account_time)
        return accuracy, self.get_latency(self.query_index_by_arch(arch), dataset), cost, self._used_time

    def find_best(
        self,
        dataset: str,
        metric_on_set: str,
        FLOP_max: float | None = None,  # noqa: N803 (the package's name)
        Param_max: float | None = None,  # noqa: N803
        hp: str = "12",
    ) -> tuple[int, Any]:
        """Returns the index of the highest mean accuracy under limits on FLOPs and parameters, and the accuracy.

        Args:
            dataset: as of `simulate_train_eval`.
            metric_on_set: `valid`, `test`, `train`, or a set's own name.
            FLOP_max: in millions.
            Param_max: in millions.
            hp: the schedule's name.
        """
        self._say("find_best", dataset=dataset, metric_on_set=metric_on_set, hp=hp, flops=FLOP_max, params=Param_max)
        return self._find_best(dataset, metric_on_set, FLOP_max, Param_max, hp)

    def reload(self, archive_root: str | None = None, index: int | None = None) -> None:
        """Reads an architecture again, from a folder of `NNNNNN-FULL.pth`; without an index, all.

        Args:
            archive_root: the folder; None for `$TORCH_HOME`'s or the one that the API was given.
            index: of the architecture.

        Raises:
            ValueError: there is no such folder, file or index.
        """
        self._say("reload", archive_root=archive_root, index=index)
        usual = os.path.join(os.environ.get("TORCH_HOME", ""), _ARCHIVE)  # noqa: PTH118 (text)
        folder = archive_root or (usual if os.path.isdir(usual) else self._archive_dir or usual)  # noqa: PTH112 (text)
        for each in range(len(self)) if index is None else [index]:
            self.arch(each)
            self.arch2infos_dict[each] = self._made(read_states(folder, (f"{each:06d}-FULL.pth",)))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self.evaluated_indexes)}/{len(self)} architectures, file={self.filename})"


class _OneSchedule(Mapping[int, ArchResults]):
    """The results of one schedule, by index."""

    def __init__(self, infos: Mapping[int, Schedules], schedule: str) -> None:
        self._infos, self._schedule = infos, schedule

    def __getitem__(self, index: int) -> ArchResults:
        return self._infos[index][self._schedule]

    def __iter__(self) -> Iterator[int]:
        return iter(self._infos)

    def __len__(self) -> int:
        return len(self._infos)
