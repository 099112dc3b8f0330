"""A NAS-Bench-101 cell as a small value: a directed acyclic graph with an operation on each inner vertex.

Ying et al., "NAS-Bench-101: Towards Reproducible Neural Architecture Search" (2019), section 2.1. The limits
of seven vertices and nine edges apply to what is left after pruning, so a cell may carry dead vertices and
more edges: mutation works on the matrix as it was drawn.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import chain, islice, product
from operator import itemgetter
from typing import NamedTuple

import numpy as np

from nasbench_suite.errors import ArchitectureError
from nasbench_suite.spaces.nb101.adjacency import Matrix, read_any
from nasbench_suite.spaces.nb101.definition import INPUT, MAX_VERTICES, OPERATIONS, OUTPUT


def edge_bit(source: int, target: int) -> int:
    """Where the edge `source` -> `target` (source < target) sits in `Cell.edges`."""
    return source + target * (target - 1) // 2


class Cell(NamedTuple):
    """A cell of at most seven vertices, dead ones included; `pruning.flaw` says whether it is valid.

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
            operations: one per vertex, `input` first and `output` last.

        Raises:
            ArchitectureError: what is wrong with them.
        """
        rows: Sequence[Sequence[int]] = matrix.tolist() if isinstance(matrix, np.ndarray) else matrix
        try:
            flat = bytes(chain.from_iterable(rows))
            pick = _PICK[len(rows)]
            labels = _LABELS[tuple(operations)]
        except (TypeError, ValueError, KeyError):
            return cls.of(*read_any(matrix, operations))
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
            return cls.of(*read_any(matrix, operations))
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
    return f"{_matrix_text(cell.vertices, cell.edges)}|{_operations_text(cell.vertices, cell.labels)}"


# of one space's cells there are 6,472 matrices and 364 lists of operations
@lru_cache(1 << 13)
def _matrix_text(vertices: int, edges: int) -> str:
    return "".join(_flat(Cell(vertices, edges, 0)))


@lru_cache(1 << 9)
def _operations_text(vertices: int, labels: int) -> str:
    return ",".join(Cell(vertices, 0, labels).operations)


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
    # the 1 in front keeps leading zeros, the 0 at the end stands for everything below the diagonal
    return _ROWS[cell.vertices](bin(cell.edges | 1 << edge_bit(0, cell.vertices))[3:] + "0")


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
_DIGITS_OF = {size: list(product(range(3), repeat=size - 2)) for size in _SIZES}
_LABELS = {
    (INPUT, *(OPERATIONS[digit] for digit in digits), OUTPUT): labels
    for size in _SIZES
    for labels, digits in enumerate(_DIGITS_OF[size])
}
