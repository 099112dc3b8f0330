"""nasbench's dictionaries by hash, read from a table when they are asked."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np

from nasbench_suite.fidelity import Fidelity
from nasbench_suite.spaces.nb101.cell import parse_cell
from nasbench_suite.table import ColumnMetric, Table
from nasbench_suite.table.metadata import Series

FixedStatistics = dict[str, Any]
Repeat = dict[str, float]
ComputedStatistics = dict[int, list[Repeat]]
Value = TypeVar("Value")

# nasbench's name -> the table's column, and what a stored value in this unit is divided by
_METRICS = {
    "training_time": "train_seconds",
    "train_accuracy": "train_accuracy",
    "validation_accuracy": "valid_accuracy",
    "test_accuracy": "test_accuracy",
}
_DIVISORS = {"percent": 100.0}


class ByHash(Mapping[str, Value], Generic[Value]):
    """A value per cell of a table, by nasbench's hash; each access reads it anew."""

    def __init__(self, table: Table) -> None:
        """
        Args:
            table: of space nb101.
        """
        self._table = table

    def __getitem__(self, key: str) -> Value:
        row = self._table.hashes.row(key) if isinstance(key, str) else -1
        if not 0 <= row < len(self._table):
            raise KeyError(key)
        return self.at(row)

    @abstractmethod
    def at(self, row: int) -> Value:
        """Returns the value of the cell in a row."""

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self._table.hashes.row(key) >= 0

    def __iter__(self) -> Iterator[str]:
        return iter(self._table.hashes)

    def __len__(self) -> int:
        return len(self._table)


class FixedByHash(ByHash[FixedStatistics]):
    """Matrix, operations and parameters of each cell."""

    def at(self, row: int) -> FixedStatistics:
        """Returns a cell's `module_adjacency` (int8), `module_operations` and `trainable_parameters`."""
        cell = parse_cell(self._table.architecture(row))
        return {
            "module_adjacency": np.array(cell.matrix, dtype=np.int8),
            "module_operations": list(cell.operations),
            "trainable_parameters": self._parameters(row),
        }

    def _parameters(self, row: int) -> int | None:
        for metric in self._columns:
            for at in metric.known(row):
                return round(metric.value(row, (at,)) * 1e6)
        return None

    @cached_property
    def _columns(self) -> list[ColumnMetric]:
        finals = ((s.trial_set, Fidelity(s.schedule, s.schedule)) for s in self._table.metadata.series)
        found = (self._table.metric(*final, "parameters") for final in finals)
        return [metric for metric in found if isinstance(metric, ColumnMetric)]


class _Point(NamedTuple):
    """A figure of one moment of a training."""

    name: str
    metric: ColumnMetric
    divisor: float


class ComputedByHash(ByHash[ComputedStatistics]):
    """What every repeat of each cell measured half-way and at the end, by schedule."""

    def at(self, row: int) -> ComputedStatistics:
        """Returns a cell's repeats by the epochs of their schedule; a figure that the table lacks is left out."""
        found: ComputedStatistics = {}
        for schedule, points in self._points.items():
            repeats: dict[int, Repeat] = {}
            for name, metric, divisor in points:
                for at in metric.known(row):
                    repeats.setdefault(at, {})[name] = float(metric.values[row, at]) / divisor
            if repeats:
                found[schedule] = [repeats[at] for at in sorted(repeats)]
        return found

    def repeat(self, row: int, schedule: int, number: int, moment: str) -> Repeat:
        """Returns the figures of one repeat at one moment, `halfway` or `final`, by nasbench's names without it.

        Raises:
            IndexError: the cell has no such repeat.
        """
        points = [point for point in self._points[schedule] if point.name.startswith(f"{moment}_")]
        numbers = sorted({at for point in self._points[schedule] for at in point.metric.known(row)})
        at = numbers[number]
        return {
            name.removeprefix(f"{moment}_"): float(metric.values[row, at]) / divisor
            for name, metric, divisor in points
            if at in metric.known(row)
        }

    @cached_property
    def _points(self) -> dict[int, list[_Point]]:
        return {series.schedule: list(self._of_series(series)) for series in self._table.metadata.series}

    def _of_series(self, series: Series) -> Iterator[_Point]:
        # where a file's second evaluations were made at other epochs than half of the schedule, they are nasbench's
        # half-way figures all the same, and each training has one; where a table has more, half of the schedule counts
        earlier = sorted((e for e in series.columns if e < series.schedule), key=lambda e: e == series.schedule // 2)
        for moment, epochs in (("halfway", earlier), ("final", [series.schedule])):
            for epoch in epochs:
                for name, column in _METRICS.items():
                    metric = self._table.metric(series.trial_set, Fidelity(series.schedule, epoch), column)
                    if isinstance(metric, ColumnMetric):
                        unit = self._table.metadata.units.get(column, "")
                        yield _Point(f"{moment}_{name}", metric, _DIVISORS.get(unit, 1.0))
