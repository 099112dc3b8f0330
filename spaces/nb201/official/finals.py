"""The columns of a table, filled row by row: one array per training seed and metric."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.errors import SourceError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.table.writer import TableWriter

# of one data set and schedule; the official files have three at most. What follows from it is the memory needed
_SEEDS = 16

SeriesKey = tuple[str, int]
"""Trial set and schedule."""


class _Column(NamedTuple):
    values: NDArray[np.float64]
    missing: NDArray[np.bool_]


class Finals:
    """Gathers numbers by architecture, seed, fidelity and metric.

    Attributes:
        seeds: those met, by trial set and schedule.
        trainings: how many there are of each trial set and schedule.
    """

    def __init__(self, capacity: int) -> None:
        """
        Args:
            capacity: how many architectures there are at most.
        """
        self.seeds: dict[SeriesKey, set[int]] = {}
        self.trainings: dict[SeriesKey, int] = {}
        self._capacity = capacity
        self._columns: dict[tuple[str, Fidelity, str], dict[int, _Column]] = {}

    def begin(self, trial_set: str, schedule: int, seed: int) -> None:
        """Notes one training.

        Raises:
            SourceError: there are more seeds than any official file has.
        """
        seeds = self.seeds.setdefault((trial_set, schedule), set())
        seeds.add(seed)
        if len(seeds) > _SEEDS:
            raise SourceError(f"expected at most {_SEEDS} training seeds on {trial_set}, found more")
        self.trainings[trial_set, schedule] = self.trainings.get((trial_set, schedule), 0) + 1

    def add(self, row: int, trial_set: str, fidelity: Fidelity, seed: int, metric: str, value: float) -> None:
        """Keeps one number."""
        by_seed = self._columns.setdefault((trial_set, fidelity, metric), {})
        column = by_seed.get(seed)
        if column is None:
            column = by_seed[seed] = _Column(np.zeros(self._capacity), np.ones(self._capacity, dtype=np.bool_))
        column.values[row] = value
        column.missing[row] = False

    def missing_trainings(self, rows: int) -> int:
        """Returns how many architectures lack a seed that others have, summed over seeds, trial sets and schedules."""
        return sum(len(seeds) * rows - self.trainings[series] for series, seeds in self.seeds.items())

    def write(self, writer: TableWriter, rows: int) -> None:
        """Writes the columns, seeds in rising order."""
        for (trial_set, schedule), seeds in self.seeds.items():
            writer.add_series(trial_set, schedule, sorted(seeds))
        for (trial_set, fidelity, metric), by_seed in sorted(self._columns.items()):
            seeds = self.seeds[trial_set, fidelity.schedule]
            nothing = _Column(np.zeros(rows), np.ones(rows, dtype=np.bool_))
            found = [by_seed.get(seed, nothing) for seed in sorted(seeds)]
            values = np.stack([column.values[:rows] for column in found], axis=1)
            missing = np.stack([column.missing[:rows] for column in found], axis=1)
            writer.add_column(trial_set, fidelity, metric, values, missing)
