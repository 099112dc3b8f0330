import numpy as np
import pytest

from nasbench_suite.errors import ArchitectureError
from nasbench_suite.spaces.nb101.cell import Cell
from nasbench_suite.spaces.nb101.definition import OPERATIONS

CONV3, CONV1, POOL = OPERATIONS


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
