import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasbench_suite.errors import ArchitectureError
from nasbench_suite.spaces.nb101.cell import Cell, edge_bit, format_cell, parse_cell
from nasbench_suite.spaces.nb101.definition import OPERATIONS
from nasbench_suite.spaces.nb101.pruning import check, flaw, is_valid, pad, prune

CONV3, CONV1, POOL = OPERATIONS


@st.composite
def drawn_cells(draw: st.DrawFn) -> Cell:
    vertices = draw(st.integers(2, 7))
    edges = draw(st.integers(0, (1 << edge_bit(0, vertices)) - 1))
    return Cell(vertices, edges, draw(st.integers(0, 3 ** (vertices - 2) - 1)))


def test_a_cell_reads_back_the_matrix_and_operations_it_was_made_of() -> None:
    matrix = ((0, 1, 1, 0), (0, 0, 0, 1), (0, 0, 0, 1), (0, 0, 0, 0))
    operations = ("input", CONV1, POOL, "output")
    cell = Cell.of(matrix, operations)
    assert (cell.matrix, cell.operations) == (matrix, operations)
    assert cell.digits == (1, 2)
    assert cell.labels == 1 * 3 + 2


@given(drawn_cells())
def test_matrix_and_operations_round_trip(cell: Cell) -> None:
    assert Cell.of(cell.matrix, cell.operations) == cell
    assert Cell.of(np.array(cell.matrix), list(cell.operations)) == cell
    assert Cell.of(np.array(cell.matrix, dtype=float), cell.operations) == cell
    assert Cell.of(np.array(cell.matrix, dtype=bool), cell.operations) == cell


@given(drawn_cells())
def test_text_round_trips(cell: Cell) -> None:
    assert parse_cell(format_cell(cell)) == cell
    assert parse_cell(f" {cell}\n") == cell


def test_text_form_is_the_official_files_two_strings() -> None:
    assert format_cell(Cell.of([[0, 1, 0], [0, 0, 1], [0, 0, 0]], ["input", CONV3, "output"])) == (
        "010001000|input,conv3x3-bn-relu,output"
    )


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


CHAIN = [[0, 1, 0], [0, 0, 1], [0, 0, 0]]
NAMES = ["input", CONV3, "output"]


@pytest.mark.parametrize(
    ("matrix", "operations", "message"),
    [
        ([[0, 1, 0], [0, 0, 1]], NAMES, r"expected a square adjacency matrix .* got \(2, 3\)"),
        ([[0, 1, 0], [0, 0, 1, 0], [0, 0]], NAMES, "rows of different lengths"),
        ([3, 3, 3], NAMES, "expected a square adjacency matrix"),
        ([], [], "expected a square adjacency matrix"),
        ([[0, 2, 0], [0, 0, 1], [0, 0, 0]], NAMES, "expected a matrix of 0 and 1, got 2"),
        ([[0, 0.5, 0], [0, 0, 1], [0, 0, 0]], NAMES, r"expected a matrix of 0 and 1, got 0\.5"),
        ([[0, -1, 0], [0, 0, 1], [0, 0, 0]], NAMES, "expected a matrix of 0 and 1, got -1"),
        ([["0", "1", "0"], ["0", "0", "1"], ["0", "0", "0"]], NAMES, "expected a matrix of 0 and 1, got '0'"),
        ([[0, 1, 0], [0, 0, 1], [1, 0, 0]], NAMES, "an edge from vertex 2 to vertex 0"),
        ([[0, 1, 0], [0, 1, 1], [0, 0, 0]], NAMES, "an edge from vertex 1 to vertex 1"),
        (CHAIN, ["input", "output"], "got 2 operations for 3 vertices"),
        (CHAIN, ["output", CONV3, "input"], "got 'output' first and 'input' last"),
        (
            CHAIN,
            ["input", "conv5x5", "output"],
            "unknown operation 'conv5x5'; the operations are conv3x3-bn-relu",
        ),
        (np.triu(np.ones((8, 8)), 1), ["input", *[CONV3] * 6, "output"], "8 vertices are left after pruning"),
        (np.zeros((8, 8)), ["input", *[CONV3] * 6, "output"], "no path leads from input to output"),
    ],
)
def test_what_is_wrong_with_a_matrix_is_said_in_one_line(matrix: object, operations: list[str], message: str) -> None:
    with pytest.raises(ArchitectureError, match=message) as caught:
        Cell.of(matrix, operations)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "|", "010|input,output", "0100", "0a00|input,output"])
def test_text_that_is_no_cell_is_refused(text: str) -> None:
    with pytest.raises(ArchitectureError):
        parse_cell(text)


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
