"""What of a cell counts: the vertices on a path from input to output. Whether a cell is valid is judged by them."""

from functools import cache

from nasbench_suite.errors import ArchitectureError
from nasbench_suite.spaces.nb101.cell import Cell, edge_bit, format_cell, pack_labels
from nasbench_suite.spaces.nb101.definition import MAX_EDGES, MAX_VERTICES


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
    if not all(isinstance(number, int) for number in cell) or not (
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
    if missing < 0:
        check(cell)  # which says that no cell is that large
    last = cell.vertices - 1
    shift = edge_bit(0, last)
    inner, into_output = cell.edges & ((1 << shift) - 1), cell.edges >> shift
    return Cell(MAX_VERTICES, inner | into_output << edge_bit(0, MAX_VERTICES - 1), cell.labels * 3**missing)


_COLUMNS = [(edge_bit(0, target), (1 << target) - 1) for target in range(MAX_VERTICES)]
# for a size and a mask of vertices, the edges between them
_INDUCED = {
    size: [
        sum(1 << edge_bit(x, y) for y in range(size) for x in range(y) if mask >> x & 1 and mask >> y & 1)
        for mask in range(1 << size)
    ]
    for size in range(2, MAX_VERTICES + 1)
}
