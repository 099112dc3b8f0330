"""NNI's way of writing a cell of NAS-Bench-101."""

from typing import Any

import numpy as np
import pytest

from nasbench_suite.compat.nni import nasbench101
from nasbench_suite.errors import ArchitectureError

CELL = {
    "op1": "conv1x1-bn-relu", "op2": "conv3x3-bn-relu", "input1": [0], "input2": [0, 1], "input3": [1, 2],
}  # fmt: skip
MATRIX = [[0, 1, 1, 0], [0, 0, 1, 1], [0, 0, 0, 1], [0, 0, 0, 0]]


def test_a_matrix_becomes_a_dictionary_and_has_nasbenchs_hash() -> None:
    labels = ["input", "conv1x1-bn-relu", "conv3x3-bn-relu", "output"]
    assert nasbench101.nasbench_format_to_architecture_repr(np.array(MATRIX), labels) == (4, CELL)
    assert nasbench101.infer_num_vertices(CELL) == 4
    assert nasbench101.hash_module(CELL, 4) == "5529e1779433733d1145e20de5d8604e"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"op1": "conv5x5"}, "expected op1 to be one of .*; got 'conv5x5'"),
        ({"input2": [2]}, "expected input2 to list vertices below 2, got"),
        ({"input2": 0}, "expected input2 to list vertices below 2, got 0"),
        ({"input4": [0]}, "'input4' is missing or unknown"),
        ({"op4": "maxpool3x3"}, "expected op3 to be one of .*; got None"),
    ],
)
def test_what_is_no_cell_is_refused(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ArchitectureError, match=says):
        next(nasbench101.query_nb101_trial_stats(CELL | changes, 108, path="nowhere"))
    with pytest.raises(ArchitectureError, match="expected a dictionary of operations and inputs, got 'cell'"):
        nasbench101.infer_num_vertices("cell")  # type: ignore[arg-type]


def test_sizes_that_differ_are_refused() -> None:
    with pytest.raises(ArchitectureError, match="expected an architecture of 5 vertices, got one of 4"):
        nasbench101.hash_module(CELL, 5)
    with pytest.raises(ArchitectureError, match="expected one operation per vertex, got 1 for 4 vertices"):
        nasbench101.nasbench_format_to_architecture_repr(np.array(MATRIX), ["input"])
