"""A NAS-Bench-101 cell as a small value: a directed acyclic graph with an operation on each inner vertex.

Ying et al., "NAS-Bench-101: Towards Reproducible Neural Architecture Search" (2019), section 2.1. The limits
of seven vertices and nine edges apply to what is left after pruning, so a cell may carry dead vertices and
more edges: mutation works on the matrix as it was drawn.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import chain, islice, product
from operator import itemgetter
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.errors import ArchitectureError

INPUT: Final = "input"
OUTPUT: Final = "output"
OPERATIONS: Final = ("conv3x3-bn-relu", "conv1x1-bn-relu", "maxpool3x3")
MAX_VERTICES: Final = 7
MAX_EDGES: Final = 9

Matrix = Sequence[Sequence[int]] | NDArray[Any]


def edge_bit(source: int, target: int) -> int:
    """Where the edge `source` -> `target` (source < target) sits in `Cell.edges`."""
    return source + target * (target - 1) // 2


class Cell(NamedTuple):
    """A cell of at most seven vertices, dead ones included; whether it is valid is `flaw`'s to say.

    Cells compare as they were drawn; those that are one network have equal `canonical` forms.

    Attributes:
        vertices: how many there are, 2 to 7; the first is the input, the last the output.
        edges: bit `edge_bit(x, y)` is set where an edge goes from x to y.
        labels: the inner vertices' operations as digits base 3 (0 conv3x3, 1 conv1x1, 2 maxpool3x3), the
            first inner vertex's digit the highest. Sorted as tuples, cells are in nasbench's order.
    """

    vertices: int
    edges: int
    labels: int

    @classmethod
    def of(cls, matrix: Matrix, operations: Sequence[str]) -> "Cell":
        """Reads an adjacency matrix and the operations of its vertices.

        What does not fit a `Cell` as it stands (more than seven vertices, foreign operations) is pruned
        first, because the limits are the pruned cell's.

        Args:
            matrix: square, 0/1, strictly upper-triangular; entry [x, y] is the edge from x to y.
            operations: one a vertex, `input` first and `output` last.

        Raises:
            ArchitectureError: what is wrong with them.
        """
        rows: Sequence[Sequence[int]] = matrix.tolist() if isinstance(matrix, np.ndarray) else matrix
        try:
            flat = bytes(chain.from_iterable(rows))
            pick = _PICK[len(rows)]
            labels = _LABELS[tuple(operations)]
        except (TypeError, ValueError, KeyError):
            return _of_unusual(matrix, operations)
        vertices = len(rows)
        upper = bytes(pick(flat)) if len(flat) == vertices * vertices else b""
        ones = upper.count(1)
        regular = (
            len(operations) == vertices
            and set(map(len, rows)) == {vertices}
            and flat.count(1) == ones
            and flat.count(0) + ones == len(flat)
        )
        if not regular:
            return _of_unusual(matrix, operations)
        return cls(vertices, int(upper.translate(_DIGITS), 2), labels)

    @property
    def matrix(self) -> tuple[tuple[int, ...], ...]:
        """The adjacency matrix, (vertices, vertices) of 0 and 1, entry [x][y] being the edge from x to y."""
        size, digits = self.vertices, map(int, _flat(self))
        return tuple(tuple(islice(digits, size)) for _ in range(size))

    @property
    def digits(self) -> tuple[int, ...]:
        """The inner vertices' operations as indices into `OPERATIONS`."""
        return _DIGITS_OF[self.vertices][self.labels]

    @property
    def operations(self) -> tuple[str, ...]:
        """The name of every vertex's operation, `input` first and `output` last."""
        return (INPUT, *(OPERATIONS[digit] for digit in self.digits), OUTPUT)

    def __str__(self) -> str:
        return format_cell(self)


def alive(vertices: int, edges: int) -> int:
    """Returns the vertices on a path from input to output as a bit mask; 0 where there is no path."""
    columns = [edges >> shift & mask for shift, mask in _COLUMNS[:vertices]]
    reached = 1
    for vertex in range(1, vertices):
        if columns[vertex] & reached:
            reached |= 1 << vertex
    last = vertices - 1
    if not reached >> last:
        return 0
    needed = 1 << last
    for vertex in range(last, 0, -1):
        if needed >> vertex & 1:
            needed |= columns[vertex]
    return reached & needed


def is_valid(vertices: int, edges: int) -> bool:
    """Whether a graph has a path from input to output and, pruned, at most nine edges."""
    kept = alive(vertices, edges)
    return kept != 0 and (edges & _INDUCED[vertices][kept]).bit_count() <= MAX_EDGES


def flaw(cell: Cell) -> str | None:
    """Says why a cell is outside the search space; None where it is inside."""
    kept = alive(cell.vertices, cell.edges)
    if not kept:
        return "no path leads from input to output"
    edges = (cell.edges & _INDUCED[cell.vertices][kept]).bit_count()
    if edges > MAX_EDGES:
        return f"{edges} edges are left after pruning, and a cell has at most {MAX_EDGES}"
    return None


def check(cell: object) -> Cell:
    """Returns the cell, checked to be in the search space.

    Raises:
        ArchitectureError: not a `Cell`, numbers out of range, or what `flaw` says.
    """
    if not isinstance(cell, Cell):
        raise ArchitectureError(
            f"expected a NAS-Bench-101 Cell, got {cell!r:.100}; make one with Cell.of(matrix, operations)"
        )
    if not (
        2 <= cell.vertices <= MAX_VERTICES
        and 0 <= cell.edges < 1 << edge_bit(0, cell.vertices)
        and 0 <= cell.labels < 3 ** (cell.vertices - 2)
    ):
        raise ArchitectureError(
            f"no cell has these numbers: vertices={cell.vertices}, edges={cell.edges}, labels={cell.labels}; "
            "make cells with Cell.of(matrix, operations)"
        )
    reason = flaw(cell)
    if reason:
        raise ArchitectureError(f"cell {format_cell(cell)} is not in NAS-Bench-101: {reason}")
    return cell


def prune(cell: Cell) -> Cell:
    """Drops every vertex that is not on a path from input to output.

    Raises:
        ArchitectureError: no path leads from input to output.
    """
    kept = alive(cell.vertices, cell.edges)
    if kept == (1 << cell.vertices) - 1:
        return cell
    if not kept:
        raise ArchitectureError(f"cell {format_cell(cell)}: no path leads from input to output")
    left, renamings = _renamings(cell.vertices, kept)
    edges = 0
    for old, new in renamings:
        if cell.edges & old:
            edges |= new
    digits = cell.digits
    return Cell(len(left), edges, pack_labels([digits[vertex - 1] for vertex in left[1:-1]]))


@cache
def _renamings(vertices: int, kept: int) -> tuple[list[int], list[tuple[int, int]]]:
    """The vertices in a mask, and for each edge between them its bit before and after the others are dropped."""
    left = [vertex for vertex in range(vertices) if kept >> vertex & 1]
    pairs = [(x, y) for y in range(len(left)) for x in range(y)]
    return left, [(1 << edge_bit(left[x], left[y]), 1 << edge_bit(x, y)) for x, y in pairs]


def pad(cell: Cell) -> Cell:
    """Returns the same network on seven vertices: dead conv3x3 ones are put before the output."""
    missing = MAX_VERTICES - cell.vertices
    if not missing:
        return cell
    last = cell.vertices - 1
    shift = edge_bit(0, last)
    inner, into_output = cell.edges & ((1 << shift) - 1), cell.edges >> shift
    return Cell(MAX_VERTICES, inner | into_output << edge_bit(0, MAX_VERTICES - 1), cell.labels * 3**missing)


def pack_labels(digits: Iterable[int]) -> int:
    """Packs operation indices of the inner vertices as `Cell.labels`."""
    labels = 0
    for digit in digits:
        labels = labels * 3 + digit
    return labels


def format_cell(cell: Cell) -> str:
    """Writes the text form: the matrix row by row, a bar, the operations, as in nasbench's own files.

    The cell of one 3x3 convolution is `010001000|input,conv3x3-bn-relu,output`.
    """
    return "".join(_flat(cell)) + "|" + ",".join(cell.operations)


def parse_cell(text: str) -> Cell:
    """Reads what `format_cell` writes, valid or not.

    Raises:
        ArchitectureError: says what is wrong with `text`.
    """
    digits, bar, names = text.strip().partition("|")
    vertices = round(len(digits) ** 0.5)
    if not bar or not digits or set(digits) - {"0", "1"} or vertices * vertices != len(digits):
        raise ArchitectureError(
            "expected a cell as MATRIX|OPERATIONS, the square matrix row by row, such as "
            f"010001000|input,conv3x3-bn-relu,output; got {text!r:.200}"
        )
    rows = [list(map(int, digits[at : at + vertices])) for at in range(0, len(digits), vertices)]
    return Cell.of(rows, [name.strip() for name in names.split(",")])


def _flat(cell: Cell) -> Iterable[str]:
    """The entries of the matrix row by row."""
    # the 1 in front keeps leading zeros, the 0 behind stands for everything below the diagonal
    return _ROWS[cell.vertices](bin(cell.edges | 1 << edge_bit(0, cell.vertices))[3:] + "0")


def _of_unusual(matrix: Matrix, operations: Sequence[str]) -> Cell:
    """Reads what the quick way does not take, or says what is wrong with it."""
    square = _square(matrix)
    names = [str(name) for name in operations]
    if len(names) != len(square):
        raise ArchitectureError(
            f"expected one operation a vertex, got {len(names)} operations for {len(square)} vertices"
        )
    if names[0] != INPUT or names[-1] != OUTPUT:
        raise ArchitectureError(
            f"expected operations from {INPUT!r} to {OUTPUT!r}, got {names[0]!r} first and {names[-1]!r} last"
        )
    if len(square) <= MAX_VERTICES and set(names[1:-1]) <= set(OPERATIONS):
        return Cell.of(square.tolist(), names)
    kept = _alive_vertices(square)
    if not kept:
        raise ArchitectureError("no path leads from input to output, so nothing is left of the cell after pruning")
    if len(kept) > MAX_VERTICES:
        raise ArchitectureError(f"{len(kept)} vertices are left after pruning, and a cell has at most {MAX_VERTICES}")
    names = [names[vertex] for vertex in kept]
    foreign = sorted(set(names[1:-1]) - set(OPERATIONS))
    if foreign:
        raise ArchitectureError(f"unknown operation {foreign[0]!r}; the operations are {', '.join(OPERATIONS)}")
    return Cell.of(square[np.ix_(kept, kept)].tolist(), names)


def _square(matrix: Matrix) -> NDArray[np.int64]:
    try:
        array = np.asarray(matrix)
    except ValueError:
        array = np.empty(0)
    if array.ndim != 2 or array.shape[0] != array.shape[1] or array.shape[0] < 2:
        shape = array.shape if array.ndim == 2 else "rows of different lengths or no rows"
        raise ArchitectureError(f"expected a square adjacency matrix of at least 2 vertices, got {shape}")
    if not np.isin(array, (0, 1)).all():
        raise ArchitectureError(f"expected a matrix of 0 and 1, got {_other(array)!r} in it")
    square = array.astype(np.int64)
    if np.tril(square).any():
        x, y = (int(at[0]) for at in np.nonzero(np.tril(square)))
        raise ArchitectureError(
            f"expected an upper-triangular matrix, got an edge from vertex {x} to vertex {y}; "
            "number the vertices so that every edge leads to a higher one"
        )
    return square


def _other(array: NDArray[Any]) -> object:
    return array[~np.isin(array, (0, 1))].tolist()[0]


def _alive_vertices(square: NDArray[np.int64]) -> list[int]:
    """The vertices on a path from input to output of an upper-triangular matrix of any size, in order."""
    last = len(square) - 1
    reached, needed = {0}, {last}
    for vertex in range(1, last + 1):
        if any(square[source, vertex] for source in reached):
            reached.add(vertex)
    for vertex in range(last - 1, -1, -1):
        if any(square[vertex, target] for target in needed):
            needed.add(vertex)
    return sorted(reached & needed) if last in reached else []


_SIZES = range(2, MAX_VERTICES + 1)
_DIGITS = bytes([48, 49]) + bytes(254)  # 0 and 1 to their ASCII digits
# of a flattened matrix, the upper triangle in the order of `edge_bit`, highest bit first
_PICK: dict[int, Callable[[bytes], Iterable[int]]] = {
    size: itemgetter(*(x * size + y for y in range(size - 1, 0, -1) for x in range(y - 1, -1, -1)))
    for size in _SIZES[1:]
}
_PICK[2] = itemgetter(slice(1, 2))
# of such a list of bits, and one more at the end, the whole matrix row by row
_ROWS: dict[int, Callable[[str], Iterable[str]]] = {
    size: itemgetter(*(-2 - edge_bit(x, y) if x < y else -1 for x in range(size) for y in range(size)))
    for size in _SIZES
}
_COLUMNS = [(edge_bit(0, target), (1 << target) - 1) for target in range(MAX_VERTICES)]
_DIGITS_OF = {size: list(product(range(3), repeat=size - 2)) for size in _SIZES}
_LABELS = {
    (INPUT, *(OPERATIONS[digit] for digit in digits), OUTPUT): labels
    for size in _SIZES
    for labels, digits in enumerate(_DIGITS_OF[size])
}
# for a size and a mask of vertices, the edges between them
_INDUCED = {
    size: [
        sum(1 << edge_bit(x, y) for y in range(size) for x in range(y) if mask >> x & 1 and mask >> y & 1)
        for mask in range(1 << size)
    ]
    for size in _SIZES
}
