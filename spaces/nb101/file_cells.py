"""The cells of a file that names them by their hashes: each isomorphism class is one row."""

from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.errors import ArchitectureError, SourceError
from nasbench_suite.spaces.nb101 import lookup
from nasbench_suite.spaces.nb101.batches import RowBatch
from nasbench_suite.spaces.nb101.cell import Cell, pack_labels, parse_cell
from nasbench_suite.spaces.nb101.definition import HASH_BYTES, INPUT, MAX_VERTICES, OPERATIONS, OUTPUT
from nasbench_suite.spaces.nb101.graphs import cell_hash
from nasbench_suite.spaces.nb101.measurements import record_error
from nasbench_suite.table.hashes import is_hash

# the first cells of a file, and then every so-manieth, have their hash computed
_ALL_HASHED: Final = 256
_HASHED_EVERY: Final = 64


class FileCells:
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
        rows = np.empty(len(batch.names), dtype=np.int64)
        for number, name in enumerate(batch.names):
            row = self._known.get(name)
            if row is None:
                try:
                    row = self._known[name] = self._row(*name)
                except (ArchitectureError, SourceError) as error:
                    raise record_error(self._path, batch, int(np.argmax(batch.cells == number)), error) from None
            rows[number] = row
        return rows[batch.cells]

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
