"""One metric of a trial set at one fidelity, in the units that everybody outside sees."""

# annotations that are not evaluated spare the start numpy.random, a quarter of what opening a table takes
from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.errors import MissingDataError
from nasbench_suite.table.curves import Curves
from nasbench_suite.table.trials import TrialPicker, TrialPolicy

Known = tuple[int, ...]


class Metric(ABC):
    """Values by row and trial: accuracies in percent, parameters and FLOPs in millions, times in seconds.

    Attributes:
        what: names the metric and the architecture of a row, for messages.
        picker: chooses among the series' trials.
        complete: whether every row is known to have a value of every trial, so that nobody need ask.
    """

    def __init__(self, what: Callable[[int], str], trials: Sequence[int | None], complete: bool = False) -> None:
        """
        Args:
            what: names the metric and the architecture of a row, for messages.
            trials: training seeds by position; None for a stored mean.
            complete: whether every row is known to have a value of every trial.
        """
        self.what, self.complete = what, complete
        self.picker = TrialPicker(trials)

    @abstractmethod
    def known(self, row: int) -> Known:
        """Returns the positions of the trials that the row has a value of."""

    @abstractmethod
    def value(self, row: int, positions: Known) -> float:
        """Returns the mean over trials that are known; NaN where the source says NaN."""

    @abstractmethod
    def matrix(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Returns the values and which of them are known: both (rows, trials)."""

    @abstractmethod
    def times(self, factor: float) -> Metric:
        """Returns the same metric times a factor."""

    def pick(self, row: int, policy: TrialPolicy, rng: np.random.Generator | None) -> Known:
        """Returns the trials that answer for a row.

        Raises:
            MissingTrialError: the row has no such trial.
            MissingValueError: the row has no value.
        """
        try:
            return self.picker.pick(self.known(row), policy, rng)
        except MissingDataError as error:
            raise type(error)(f"{self.what(row)} {error}") from None


class ColumnMetric(Metric):
    """A metric stored as an array, read in place."""

    def __init__(
        self,
        what: Callable[[int], str],
        trials: Sequence[int | None],
        values: NDArray[np.floating],
        missing: NDArray[np.uint8] | None,
        scale: float = 1.0,
        offset: float = 0.0,
    ) -> None:
        """
        Args:
            what: names the metric and the architecture of a row, for messages.
            trials: training seeds by position.
            values: (rows, trials) in the source's unit.
            missing: (rows, trials), not 0 where there is no value; None where all are there.
            scale: factor from the source's unit.
            offset: added after scaling.
        """
        super().__init__(what, trials, missing is None)
        self.values, self.missing, self.scale, self.offset = values, missing, scale, offset
        self._width = len(trials)
        self._all = tuple(range(self._width))
        # a memory view gives a Python float in 40 ns, an array a NumPy scalar in 80
        self._values = memoryview(values.reshape(-1))  # type: ignore[arg-type]
        self._missing = None if missing is None else memoryview(missing.reshape(-1))  # type: ignore[arg-type]

    def known(self, row: int) -> Known:
        """Returns the positions of the trials that the row has a value of."""
        if self._missing is None:
            return self._all
        start = row * self._width
        return tuple([at for at in self._all if not self._missing[start + at]])

    def value(self, row: int, positions: Known) -> float:
        """Returns the mean over trials that are known."""
        start = row * self._width
        if len(positions) == 1:
            value: float = self._values[start + positions[0]]
            return value * self.scale + self.offset
        total = 0.0
        for at in positions:
            total += self._values[start + at]
        return total / len(positions) * self.scale + self.offset

    def matrix(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Returns the values and which of them are known: both (rows, trials)."""
        values = self.values[rows].astype(np.float64) * self.scale + self.offset
        known = np.ones(values.shape, np.bool_) if self.missing is None else self.missing[rows] == 0
        return values, known

    def times(self, factor: float) -> ColumnMetric:
        """Returns the same values times a factor."""
        scale, offset = self.scale * factor, self.offset * factor
        return ColumnMetric(self.what, self.picker.trials, self.values, self.missing, scale, offset)


class CurveMetric(Metric):
    """A metric read from the curves, a record a row."""

    def __init__(
        self,
        what: Callable[[int], str],
        trials: Sequence[int | None],
        read: Callable[[int], Curves],
        metric: str,
        epoch: int,
        scale: float = 1.0,
        offset: float = 0.0,
    ) -> None:
        """
        Args:
            what: names the metric and the architecture of a row, for messages.
            trials: training seeds by position.
            read: returns the curves of a row.
            metric: name of the column.
            epoch: at which the curve is read.
            scale: factor from the source's unit.
            offset: added after scaling.
        """
        super().__init__(what, trials)
        self._trials, self._read, self._metric, self._epoch = trials, read, metric, epoch
        self._scale, self._offset = scale, offset

    def _values(self, row: int) -> dict[int, float]:
        curves, values = self._read(row), {}
        for at, trial in enumerate(self._trials):
            curve = curves.get(trial, {}).get(self._metric)
            if curve is not None:
                place = int(curve.epochs.searchsorted(self._epoch))
                if place < len(curve.epochs) and curve.epochs[place] == self._epoch:
                    values[at] = float(curve.values[place])
        return values

    def known(self, row: int) -> Known:
        """Returns the positions of the trials that the row has a value of."""
        return tuple(self._values(row))

    def value(self, row: int, positions: Known) -> float:
        """Returns the mean over trials that are known."""
        values = self._values(row)
        return sum(values[at] for at in positions) / len(positions) * self._scale + self._offset

    def matrix(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Returns the values and which of them are known: both (rows, trials)."""
        values = np.zeros((len(rows), len(self._trials)))
        known = np.zeros(values.shape, dtype=np.bool_)
        for place, row in enumerate(rows):
            for at, value in self._values(int(row)).items():
                values[place, at], known[place, at] = value * self._scale + self._offset, True
        return values, known

    def times(self, factor: float) -> CurveMetric:
        """Returns the same values times a factor."""
        scale, offset = self._scale * factor, self._offset * factor
        return CurveMetric(self.what, self._trials, self._read, self._metric, self._epoch, scale, offset)


class FirstMetric(Metric):
    """The first of two metrics of the same series, and the second where a trial lacks the first."""

    def __init__(self, first: Metric, second: Metric) -> None:
        """
        Args:
            first: a metric.
            second: another of the same trials.
        """
        super().__init__(first.what, first.picker.trials, first.complete or second.complete)
        self._first, self._second = first, second

    def known(self, row: int) -> Known:
        """Returns the positions of the trials that the row has a value of."""
        return tuple(sorted({*self._first.known(row), *self._second.known(row)}))

    def value(self, row: int, positions: Known) -> float:
        """Returns the mean over trials that are known."""
        first = self._first.known(row)
        values = [(self._first if at in first else self._second).value(row, (at,)) for at in positions]
        return sum(values) / len(values)

    def matrix(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Returns the values and which of them are known: both (rows, trials)."""
        first, first_known = self._first.matrix(rows)
        second, second_known = self._second.matrix(rows)
        return np.where(first_known, first, second), first_known | second_known

    def times(self, factor: float) -> FirstMetric:
        """Returns the same values times a factor."""
        return FirstMetric(self._first.times(factor), self._second.times(factor))


class SumMetric(Metric):
    """The sum of two metrics of the same series; known where both are."""

    def __init__(self, first: Metric, second: Metric) -> None:
        """
        Args:
            first: a metric.
            second: another of the same trials.
        """
        super().__init__(first.what, first.picker.trials, first.complete and second.complete)
        self._first, self._second = first, second

    def known(self, row: int) -> Known:
        """Returns the positions of the trials that the row has a value of."""
        second = self._second.known(row)
        return tuple([at for at in self._first.known(row) if at in second])

    def value(self, row: int, positions: Known) -> float:
        """Returns the mean over trials that are known."""
        return self._first.value(row, positions) + self._second.value(row, positions)

    def matrix(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Returns the values and which of them are known: both (rows, trials)."""
        first, first_known = self._first.matrix(rows)
        second, second_known = self._second.matrix(rows)
        return first + second, first_known & second_known

    def times(self, factor: float) -> SumMetric:
        """Returns the same values times a factor."""
        return SumMetric(self._first.times(factor), self._second.times(factor))
