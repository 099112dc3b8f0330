import numpy as np
import pytest
from hypothesis import given

from nasbench_suite.errors import ArchitectureError
from nasbench_suite.spaces.nb101.cell import Cell
from nasbench_suite.spaces.nb101.definition import OPERATIONS
from nasbench_suite.spaces.nb101.pruning import check, flaw, is_valid, pad, prune
from tests.spaces.nb101.strategies import drawn_cells

CONV3, CONV1, POOL = OPERATIONS


@given(drawn_cells())
def test_pruning_leaves_exactly_the_vertices_on_a_path(cell: Cell) -> None:
    matrix = np.array(cell.matrix)
    walks = sum(np.linalg.matrix_power(matrix, length) for length in range(cell.vertices))
    on_path = [v for v in range(cell.vertices) if walks[0, v] and walks[v, -1]]
    if not on_path:
        assert flaw(cell) == "no path leads from input to output"
        return
    pruned = prune(cell)
    assert np.array_equal(pruned.matrix, matrix[np.ix_(on_path, on_path)])
    assert pruned.operations == tuple(cell.operations[v] for v in on_path)
    assert prune(pruned) is pruned
    assert (flaw(cell) is None) == (np.sum(pruned.matrix) <= 9) == is_valid(cell.vertices, cell.edges)


@given(drawn_cells())
def test_padding_adds_only_dead_vertices(cell: Cell) -> None:
    padded = pad(cell)
    assert padded.vertices == 7
    if flaw(cell) != "no path leads from input to output":
        assert prune(padded) == prune(cell)


def test_limits_apply_after_pruning() -> None:
    size = 12
    matrix = np.triu(np.ones((size, size), dtype=int), 1)
    matrix[:, -1] = 0
    matrix[0, -1] = matrix[1, -1] = 1
    operations = ["input", CONV3, *["conv5x5"] * (size - 3), "output"]
    assert Cell.of(matrix, operations) == Cell.of([[0, 1, 1], [0, 0, 1], [0, 0, 0]], ["input", CONV3, "output"])


def test_ten_edges_on_live_vertices_are_too_many() -> None:
    full = np.triu(np.ones((5, 5), dtype=int), 1)
    cell = Cell.of(full, ["input", CONV3, CONV3, CONV3, "output"])
    assert flaw(cell) == "10 edges are left after pruning, and a cell has at most 9"
    with pytest.raises(ArchitectureError, match="10 edges are left after pruning"):
        check(cell)


@pytest.mark.parametrize(
    "value",
    [
        (7, 0, 0),
        "0100|input,output",
        None,
        Cell(8, 1, 0),
        Cell(7, 1 << 21, 0),
        Cell(7, 0, 243),
        Cell(2, 1, -1),
    ],
)
def test_check_refuses_what_is_no_cell(value: object) -> None:
    with pytest.raises(ArchitectureError):
        check(value)
