"""A table as the mapping that the official APIs hold in memory: index -> schedule -> `ArchResults`."""

from collections.abc import Iterator, MutableMapping
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.compat.nats_bench.arch_results import ArchResults
from nasbench_suite.compat.nats_bench.network_parameters import NetworkParameters
from nasbench_suite.compat.nats_bench.results_count import Arithmetic, ResultsCount
from nasbench_suite.compat.nats_bench.trial_reader import TrialReader
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.spaces.nb201.official import DATASETS
from nasbench_suite.table import Series, Table

Schedules = dict[str, ArchResults]
"""By the name of the schedule: `12` and `200`, or `01`, `12` and `90`."""


class TableResults(MutableMapping[int, Schedules]):
    """Makes what is asked for, and keeps it: a few kilobytes per architecture, for the numbers stay in the table."""

    def __init__(
        self, table: Table, indexes: dict[str, int], arithmetic: Arithmetic, folder: str | None = None
    ) -> None:
        """
        Args:
            table: of NAS-Bench-201 or of the size space.
            indexes: every architecture's official index, by its text.
            arithmetic: how means and sums are taken.
            folder: that may have the networks' parameters, where the table has not.
        """
        self._table, self._arithmetic = table, arithmetic
        self._row_of = {indexes[text]: row for row, text in enumerate(table.architectures(range(len(table))))}
        self._parameters = NetworkParameters(table, {row: index for index, row in self._row_of.items()}, folder)
        self._made: dict[int, Schedules] = {}
        self._set: set[int] = set()

    @cached_property
    def series(self) -> list[Series]:
        """The trainings that there are, by schedule and in the official order of data sets."""
        order = {name: at for at, name in enumerate(DATASETS)}
        return sorted(self._table.metadata.series, key=lambda one: (one.schedule, order.get(one.trial_set, len(order))))

    @cached_property
    def schedules(self) -> list[str]:
        """The names of the schedules that there are, the shortest first."""
        return list(dict.fromkeys(f"{one.schedule:02d}" for one in self.series))

    @cached_property
    def _trained(self) -> dict[tuple[str, int], NDArray[np.bool_]]:
        """Which trials each row has, (rows, trials), by trial set and schedule."""
        rows = np.arange(len(self._table))
        found = {}
        for one in self.series:
            known = np.zeros((len(rows), len(one.trials)), dtype=np.bool_)
            for epoch, metrics in one.columns.items():
                for metric in metrics:
                    column = self._table.metric(one.trial_set, Fidelity(one.schedule, epoch), metric)
                    if column is not None:
                        known |= column.matrix(rows)[1]
            found[one.trial_set, one.schedule] = known
        return found

    def __getitem__(self, index: int) -> Schedules:
        if index not in self._made:
            self._made[index] = self._make(index, self._row_of[index])
        return self._made[index]

    def __setitem__(self, index: int, value: Schedules) -> None:
        self._made[index] = value
        self._set.add(index)

    def __delitem__(self, index: int) -> None:
        raise TypeError("an architecture cannot be taken out of a table")

    def __iter__(self) -> Iterator[int]:
        return iter(sorted({*self._row_of, *self._set}))

    def __len__(self) -> int:
        return len({*self._row_of, *self._set})

    def __contains__(self, index: object) -> bool:
        return index in self._row_of or index in self._set

    def _make(self, index: int, row: int) -> Schedules:
        text = self._table.architecture(row)
        made = {name: ArchResults(index, text) for name in self.schedules}
        for one in self.series:
            results = made[f"{one.schedule:02d}"]
            for position in np.flatnonzero(self._trained[one.trial_set, one.schedule][row]).tolist():
                seed = one.trials[position]
                reader = TrialReader(self._table, row, one, position, self._parameters.read)
                results.dataset_seed.setdefault(one.trial_set, []).append(seed)
                results.all_results[one.trial_set, seed] = ResultsCount.of_table(reader, self._arithmetic)
        for results in made.values():
            results.clear_net_done = not self._parameters.kept
            results.calculate_with(self._arithmetic)
        return {name: results for name, results in made.items() if results.all_results}

    def finals(self, trial_set: str, schedule: str, metric: str) -> dict[int, list[Any]] | None:
        """Returns the trials' values at the end of a schedule by index; None where only the results themselves know.

        What was set by hand is left out.
        """
        if not any((one.trial_set, one.schedule) == (trial_set, int(schedule)) for one in self.series):
            return None
        column = self._table.metric(trial_set, Fidelity(int(schedule), int(schedule)), metric)
        if column is None:
            return None
        values, known = column.matrix(np.arange(len(self._table)))
        pairs = zip(values.tolist(), known.tolist(), strict=True)
        rows = [[value for value, there in zip(*pair, strict=True) if there] for pair in pairs]
        return {index: rows[row] for index, row in self._row_of.items() if index not in self._set}
