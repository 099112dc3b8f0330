"""Importer of the official files: every repeat, half-way and at the end, to the bit."""

from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.errors import ArchitectureError, SourceError
from nasbench_suite.importing.importer import Importer, NewWriter
from nasbench_suite.progress import Progress
from nasbench_suite.space import Space
from nasbench_suite.spaces.nb101 import lookup
from nasbench_suite.spaces.nb101.batches import RowBatch, read_batches
from nasbench_suite.spaces.nb101.cell import Cell, pack_labels, parse_cell
from nasbench_suite.spaces.nb101.definition import HASH_BYTES, INPUT, MAX_VERTICES, OPERATIONS, OUTPUT
from nasbench_suite.spaces.nb101.graphs import cell_hash
from nasbench_suite.spaces.nb101.measurements import TRIAL_SET, UNITS, Measurements, record_error
from nasbench_suite.spaces.nb101.official import OFFICIAL_SHA256, Evaluation
from nasbench_suite.spaces.nb101.tfrecord import is_tfrecord
from nasbench_suite.table import Metadata
from nasbench_suite.table.hashes import is_hash

# the first cells of a file, and then every so-manieth, have their hash computed
_ALL_HASHED: Final = 256
_HASHED_EVERY: Final = 64


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
        """Writes the table of a file, with the file's hashes, of which a sample is computed again."""
        with new_writer(UNITS, [TRIAL_SET]) as writer:
            official = writer.source.sha256 in OFFICIAL_SHA256
            cells, measurements = _Cells(path), Measurements(path)
            records = done = 0
            for batch in read_batches(path):
                _check(path, batch)
                measurements.add(cells.rows(batch), batch)
                progress.advance(batch.offsets[-1] - done)
                records, done = records + len(batch.offsets), batch.offsets[-1]
            if not records:
                raise SourceError(f"{path}: expected at least one record, the file is empty")
            progress.advance(path.stat().st_size - done)
            writer.set_architectures(cells.archs, cells.hashes)
            missing = measurements.write(writer, len(cells.archs))
            writer.counts |= {"official_files": int(official), "trainings": records, "missing_trainings": missing}
            return writer.finish()


class _Cells:
    """Gives each isomorphism class of a file its row, and holds the file's hashes against the classes.

    Computing a hash takes longer than all else of a record. A hash names one class and a class has one hash, which is
    checked for every cell; that it is the right one, for a sample.

    Attributes:
        archs: the cell of each row.
        hashes: the file's hash of each row.
    """

    def __init__(self, path: Path) -> None:
        self.archs: list[Cell] = []
        self.hashes: list[str] = []
        self._path = path
        self._class_of = lookup.class_locator()
        self._row_of_class: dict[int, int] = {}
        self._row_of_hash: dict[str, int] = {}
        self._known: dict[tuple[str, str, str], int] = {}

    def rows(self, batch: RowBatch) -> NDArray[np.int64]:
        """Returns the row of each record of a batch."""
        known = self._known
        rows = []
        for place, key in enumerate(zip(batch.hashes, batch.adjacency, batch.operations, strict=True)):
            row = known.get(key)
            if row is None:
                try:
                    row = known[key] = self._row(*key)
                except (ArchitectureError, SourceError) as error:
                    raise record_error(self._path, batch, place, error) from None
            rows.append(row)
        return np.array(rows)

    def _row(self, fingerprint: str, adjacency: str, operations: str) -> int:
        cell = _cell(adjacency, operations)
        row = self._row_of_class.setdefault(self._class_of(cell), len(self.archs))
        if row == len(self.archs):
            self._add(cell, fingerprint)
        elif self.hashes[row] != fingerprint:
            raise SourceError(
                f"the cell was there with the hash {self.hashes[row]}, the record says {fingerprint!r:.50}"
            )
        return row

    def _add(self, cell: Cell, fingerprint: str) -> None:
        row = len(self.archs)
        if row < _ALL_HASHED or row % _HASHED_EVERY == 0:
            computed = cell_hash(cell)
            if computed != fingerprint:
                raise SourceError(f"the cell's hash is {computed}, the record says {fingerprint!r:.50}")
        elif not is_hash(fingerprint, HASH_BYTES):
            raise SourceError(f"expected a hash of {2 * HASH_BYTES} hexadecimal digits, got {fingerprint!r:.50}")
        if self._row_of_hash.setdefault(fingerprint, row) != row:
            raise SourceError(f"the hash {fingerprint} was there with another cell")
        self.archs.append(cell)
        self.hashes.append(fingerprint)


def _cell(adjacency: str, operations: str) -> Cell:
    """Reads a cell by its parts, of which there are few."""
    vertices, edges = _graph(adjacency)
    inner, labels = _labels(operations)
    if vertices != inner:
        return parse_cell(f"{adjacency}|{operations}")  # pruned, or refused with the reason
    return Cell(vertices, edges, labels)


@lru_cache(1 << 13)
def _graph(adjacency: str) -> tuple[int, int]:
    """Returns vertices and edges of a matrix; -1 vertices where it is unusual."""
    vertices = round(len(adjacency) ** 0.5)
    try:
        cell = parse_cell(f"{adjacency}|{','.join((INPUT, *[OPERATIONS[0]] * (vertices - 2), OUTPUT))}")
    except ArchitectureError:
        return -1, 0
    return (vertices, cell.edges) if cell.vertices == vertices else (-1, 0)


@lru_cache(1 << 13)
def _labels(operations: str) -> tuple[int, int]:
    """Returns how many vertices have these operations, and the labels; 0 vertices where they are unusual."""
    names = operations.split(",")
    if len(names) > MAX_VERTICES or (names[0], names[-1]) != (INPUT, OUTPUT) or not set(names[1:-1]) <= set(OPERATIONS):
        return 0, 0
    return len(names), pack_labels(map(OPERATIONS.index, names[1:-1]))


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
