"""The figures of the official files on their way into a table, by fidelity."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.errors import SourceError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.spaces.nb101 import lookup
from nasbench_suite.spaces.nb101.batches import RowBatch
from nasbench_suite.spaces.nb101.official import Evaluation
from nasbench_suite.table.writer import TableWriter

TRIAL_SET: Final = "cifar10"
UNITS: Final = {
    "train_accuracy": "fraction",
    "valid_accuracy": "fraction",
    "test_accuracy": "fraction",
    "train_seconds": "s",
    "parameters": "count",
}
# columns and where a batch has them
_METRICS: Final = {
    "train_accuracy": Evaluation._fields.index("train_accuracy"),
    "valid_accuracy": Evaluation._fields.index("valid_accuracy"),
    "test_accuracy": Evaluation._fields.index("test_accuracy"),
    "train_seconds": Evaluation._fields.index("seconds"),
}
_MAX_REPEATS: Final = 100  # of one cell under one schedule; the official files have 3


class Measurements:
    """The figures of a file, by fidelity."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._repeats: dict[int, NDArray[np.int64]] = {}  # by schedule, how many each row has so far
        self._evaluations: dict[Fidelity, RepeatValues] = {}
        self._parameters: dict[int, RepeatValues] = {}

    def add(self, rows: NDArray[np.int64], batch: RowBatch) -> None:
        """Adds a batch whose records have these rows."""
        for schedule in np.unique(batch.epochs).tolist():
            places = np.flatnonzero(batch.epochs == schedule)
            trials = self._number(schedule, rows[places])
            if (trials >= _MAX_REPEATS).any():
                place = int(places[np.argmax(trials >= _MAX_REPEATS)])
                raise record_error(
                    self._path, batch, place, f"expected at most {_MAX_REPEATS} trainings of a cell a schedule"
                )
            epochs = np.rint(batch.evaluations[places, :, 0]).astype(np.int64)
            for evaluation in range(2):
                for epoch in np.unique(epochs[:, evaluation]).tolist():
                    here = epochs[:, evaluation] == epoch
                    block = self._evaluations.setdefault(Fidelity(schedule, epoch), RepeatValues(len(_METRICS)))
                    values = batch.evaluations[places[here], evaluation]
                    block.put(rows[places[here]], trials[here], values[:, list(_METRICS.values())])
            parameters = self._parameters.setdefault(schedule, RepeatValues(1))
            parameters.put(rows[places], trials, batch.parameters[places, None])

    def _number(self, schedule: int, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Returns for each training how many of its cell and schedule came before it."""
        repeats = self._repeats.setdefault(schedule, np.zeros(lookup.CLASSES, dtype=np.int64))
        order = np.argsort(rows, kind="stable")
        cells, starts, counts = np.unique(rows[order], return_index=True, return_counts=True)
        trials = np.empty_like(rows)
        trials[order] = np.arange(len(rows)) - np.repeat(starts - repeats[cells], counts)
        repeats[cells] += counts
        return trials

    def write(self, writer: TableWriter, rows: int) -> int:
        """Declares the series and writes the columns; returns how many trainings of a cell are missing."""
        missing = 0
        for schedule, repeats in sorted(self._repeats.items()):
            trials = int(repeats.max())
            writer.add_series(TRIAL_SET, schedule, range(trials))
            missing += trials * rows - int(repeats.sum())
        for fidelity, block in sorted(self._evaluations.items()):
            trials = int(self._repeats[fidelity.schedule].max())
            for metric, (values, gaps) in zip(_METRICS, block.columns(rows, trials), strict=True):
                writer.add_column(TRIAL_SET, fidelity, metric, values, gaps)
            charged = fidelity.schedule if fidelity.is_final else fidelity.schedule // 2
            if charged != fidelity.epoch:
                # nasbench charges half of the schedule, wherever a file's second evaluation was made
                writer.units["charged_epochs"] = "epochs"
                writer.add_column(TRIAL_SET, fidelity, "charged_epochs", np.full(gaps.shape, charged), gaps)
        for schedule, block in sorted(self._parameters.items()):
            for values, gaps in block.columns(rows, int(self._repeats[schedule].max())):
                writer.add_column(TRIAL_SET, Fidelity(schedule, schedule), "parameters", values, gaps)
        return missing


class RepeatValues:
    """Some metrics of every row and trial; room for every class, of which only the pages written to take memory."""

    def __init__(self, metrics: int) -> None:
        self._metrics = metrics
        self._trials: list[tuple[NDArray[np.float64], NDArray[np.bool_]]] = []

    def put(self, rows: NDArray[np.int64], trials: NDArray[np.int64], values: NDArray[Any]) -> None:
        """Sets (values, metrics) of some rows' trials."""
        for trial in np.unique(trials).tolist():
            while len(self._trials) <= trial:
                room = np.zeros((self._metrics, lookup.CLASSES)), np.ones(lookup.CLASSES, dtype=np.bool_)
                self._trials.append(room)
            here = trials == trial
            known, gaps = self._trials[trial]
            known[:, rows[here]] = values[here].T
            gaps[rows[here]] = False

    def columns(self, rows: int, trials: int) -> Iterator[tuple[NDArray[np.float64], NDArray[np.bool_]]]:
        """Returns each metric's values and gaps: both (rows, trials)."""
        gaps = np.ones((rows, trials), dtype=np.bool_)
        for trial, (_, lacking) in enumerate(self._trials):
            gaps[:, trial] = lacking[:rows]
        for metric in range(self._metrics):
            values = np.zeros((rows, trials))
            for trial, (known, _) in enumerate(self._trials):
                values[:, trial] = known[metric, :rows]
            yield values, gaps


def check_figures(path: Path, batch: RowBatch, highest: float = 1.0) -> None:
    """Refuses what cannot be a measurement; NaN is an accuracy, that of a training that diverged.

    Args:
        path: of the file, for messages.
        batch: of its records.
        highest: accuracy that there can be.

    Raises:
        SourceError: names the first such record.
    """
    epochs, seconds, accuracies = batch.evaluations[..., 0], batch.evaluations[..., 1], batch.evaluations[..., 2:]
    whole = np.where(np.isfinite(epochs), np.rint(epochs), -1)
    schedule = batch.epochs
    for wrong, expected in (
        (whole[:, 1] != schedule, "the last evaluation at the end of the schedule"),
        ((whole[:, 0] < 1) | (whole[:, 0] >= schedule), "the second evaluation within the schedule"),
        (~((seconds >= 0) & (seconds < np.inf)).all(axis=1), "seconds of 0 or more"),
        (((accuracies < 0) | (accuracies > highest)).any(axis=(1, 2)), f"accuracies from 0 to {highest:g}"),
    ):
        if wrong.any():
            place = int(np.argmax(wrong))
            got = [Evaluation(*values)._asdict() for values in batch.evaluations[place].tolist()]
            raise record_error(path, batch, place, f"expected {expected} of {schedule[place]} epochs, got {got}")


def record_error(path: Path, batch: RowBatch, place: int, what: object) -> SourceError:
    """Returns an error that names one record of a batch."""
    return SourceError(f"{path}: {batch.place.format(batch.first + place, batch.offsets[place])}: {what}")
