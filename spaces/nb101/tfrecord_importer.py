"""Importer of the official files: every repeat, half-way and at the end, to the bit."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.errors import ArchitectureError, SourceError
from nasbench_suite.importing.importer import Importer, NewWriter
from nasbench_suite.progress import Progress
from nasbench_suite.space import Space
from nasbench_suite.spaces.nb101 import lookup
from nasbench_suite.spaces.nb101.batches import RowBatch, read_batches
from nasbench_suite.spaces.nb101.cell import Cell, parse_cell
from nasbench_suite.spaces.nb101.graphs import cell_hash
from nasbench_suite.spaces.nb101.measurements import TRIAL_SET, UNITS, Measurements, record_error
from nasbench_suite.spaces.nb101.official import OFFICIAL_SHA256, Evaluation
from nasbench_suite.spaces.nb101.tfrecord import is_tfrecord
from nasbench_suite.table import Metadata


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
            cells, measurements = _Cells(path, verify=not official), Measurements(path)
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
                    raise record_error(self._path, batch, place, error) from None
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
            raise record_error(path, batch, place, f"expected {expected} of {schedule[place]} epochs, got {got}")
