"""Importer of the official files: every repeat, half-way and at the end, to the bit."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.errors import ArchitectureError, SourceError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.importing.importer import Importer, NewWriter
from nasbench_suite.progress import Progress
from nasbench_suite.space import Space
from nasbench_suite.spaces.nb101 import lookup
from nasbench_suite.spaces.nb101.batches import RowBatch, read_batches
from nasbench_suite.spaces.nb101.cell import Cell, parse_cell
from nasbench_suite.spaces.nb101.graphs import cell_hash
from nasbench_suite.spaces.nb101.official import OFFICIAL_SHA256, Evaluation
from nasbench_suite.spaces.nb101.tfrecord import at, is_tfrecord
from nasbench_suite.table import Metadata
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


class TFRecordImporter(Importer):
    """Reads `nasbench_only108.tfrecord`, `nasbench_full.tfrecord` and files of their layout.

    A cell's repeats under a schedule are the trials 0, 1, 2 in the file's order. Isomorphic cells are one row, in the
    numbering that comes first.
    """

    format = "nb101-tfrecord"
    describes = "NAS-Bench-101's nasbench_only108.tfrecord or nasbench_full.tfrecord (format nb101-tfrecord)"

    def recognises(self, path: Path) -> bool:
        """Whether the file begins with the header of a record."""
        return path.is_file() and is_tfrecord(path)

    def read(self, path: Path, space: Space[Any], new_writer: NewWriter, progress: Progress) -> Metadata:
        """Writes the table of a file; a cell's hash is verified unless the whole file's says that it is official."""
        with new_writer(UNITS, [TRIAL_SET]) as writer:
            official = writer.source.sha256 in OFFICIAL_SHA256
            cells, measurements = _Cells(path, verify=not official), _Measurements(path)
            records = done = 0
            for batch in read_batches(path):
                _check(path, batch)
                measurements.add(cells.rows(batch), batch)
                progress.advance(batch.offsets[-1] - done)
                records, done = records + len(batch.offsets), batch.offsets[-1]
            if not records:
                raise SourceError(f"{path}: expected at least one record, the file is empty")
            progress.advance(path.stat().st_size - done)
            writer.set_architectures(cells.archs)
            missing = measurements.write(writer, len(cells.archs))
            writer.counts |= {"official_files": int(official), "trainings": records, "missing_trainings": missing}
            return writer.finish()


class _Cells:
    """Gives each isomorphism class of a file its row.

    Attributes:
        archs: the cell of each row.
    """

    def __init__(self, path: Path, verify: bool) -> None:
        self.archs: list[Cell] = []
        self._path, self._verify = path, verify
        self._class_of = lookup.class_locator()
        self._row_of_class: dict[int, int] = {}
        self._known: dict[tuple[str, str, str], int] = {}

    def rows(self, batch: RowBatch) -> NDArray[np.int64]:
        """Returns the row of each record of a batch."""
        keys = list(zip(batch.hashes, batch.adjacency, batch.operations, strict=True))
        rows = np.array([self._known.get(key, -1) for key in keys])
        for place in np.flatnonzero(rows < 0).tolist():
            key = keys[place]
            if key not in self._known:
                try:
                    self._known[key] = self._row(*key)
                except (ArchitectureError, SourceError) as error:
                    raise _error(self._path, batch, place, error) from None
            rows[place] = self._known[key]
        return rows

    def _row(self, fingerprint: str, adjacency: str, operations: str) -> int:
        cell = parse_cell(f"{adjacency}|{operations}")
        number = self._class_of(cell)
        if self._verify:
            computed = cell_hash(cell)
            if computed != fingerprint:
                raise SourceError(f"the cell's hash is {computed}, the record says {fingerprint!r:.50}")
        row = self._row_of_class.setdefault(number, len(self.archs))
        if row == len(self.archs):
            self.archs.append(cell)
        return row


class _Measurements:
    """The figures of a file, by fidelity."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._repeats: dict[int, NDArray[np.int64]] = {}  # by schedule, how many each row has so far
        self._evaluations: dict[Fidelity, _Block] = {}
        self._parameters: dict[int, _Block] = {}

    def add(self, rows: NDArray[np.int64], batch: RowBatch) -> None:
        """Adds a batch whose records have these rows."""
        for schedule in np.unique(batch.epochs).tolist():
            places = np.flatnonzero(batch.epochs == schedule)
            trials = self._number(schedule, rows[places])
            if (trials >= _MAX_REPEATS).any():
                place = int(places[np.argmax(trials >= _MAX_REPEATS)])
                raise _error(
                    self._path, batch, place, f"expected at most {_MAX_REPEATS} trainings of a cell a schedule"
                )
            epochs = np.rint(batch.evaluations[places, :, 0]).astype(np.int64)
            for evaluation in range(2):
                for epoch in np.unique(epochs[:, evaluation]).tolist():
                    here = epochs[:, evaluation] == epoch
                    block = self._evaluations.setdefault(Fidelity(schedule, epoch), _Block(len(_METRICS)))
                    values = batch.evaluations[places[here], evaluation]
                    block.put(rows[places[here]], trials[here], values[:, list(_METRICS.values())])
            parameters = self._parameters.setdefault(schedule, _Block(1))
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


class _Block:
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


def _check(path: Path, batch: RowBatch) -> None:
    """Refuses what cannot be a measurement; NaN is an accuracy, that of a training that diverged.

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
        (((accuracies < 0) | (accuracies > 1)).any(axis=(1, 2)), "accuracies from 0 to 1"),
    ):
        if wrong.any():
            place = int(np.argmax(wrong))
            got = [Evaluation(*values)._asdict() for values in batch.evaluations[place].tolist()]
            raise _error(path, batch, place, f"expected {expected} of {schedule[place]} epochs, got {got}")


def _error(path: Path, batch: RowBatch, place: int, what: object) -> SourceError:
    return SourceError(f"{at(path, batch.first + place, batch.offsets[place])}: {what}")
