"""A spec keeps what it was given, and what pruning leaves of it."""

import copy

import numpy as np
import pytest

from nasbench_suite.compat.nasbench.lib.config import build_config
from nasbench_suite.compat.nasbench.lib.model_spec import ModelSpec

C1, C3, POOL = "conv1x1-bn-relu", "conv3x3-bn-relu", "maxpool3x3"
# vertex 2 leads nowhere, vertex 3 comes from nowhere
MATRIX = [[0, 1, 1, 0, 0], [0, 0, 0, 0, 1], [0, 0, 0, 0, 0], [0, 0, 0, 0, 1], [0, 0, 0, 0, 0]]
OPS = ["input", C1, C3, POOL, "output"]


def test_dead_vertices_go_and_the_original_stays() -> None:
    matrix, ops = np.array(MATRIX), list(OPS)
    spec = ModelSpec(matrix, ops)
    matrix[:], ops[1] = 0, POOL
    assert spec.original_matrix.tolist() == MATRIX and spec.original_ops == OPS
    assert spec.matrix is not None and spec.matrix.tolist() == [[0, 1, 0], [0, 0, 1], [0, 0, 0]]
    assert spec.ops == ["input", C1, "output"]
    assert spec.valid_spec and spec.data_format == "channels_last"
    assert copy.deepcopy(spec).ops == spec.ops


def test_without_a_path_nothing_is_left() -> None:
    spec = ModelSpec([[0, 0], [0, 0]], ["input", "output"], data_format="channels_first")
    assert (spec.matrix, spec.ops, spec.valid_spec, spec.data_format) == (None, None, False, "channels_first")
    assert not ModelSpec([[0]], ["input"]).valid_spec
    with pytest.raises(ValueError, match="no path leads from input to output"):
        spec.hash_spec(build_config()["available_ops"])


def test_the_hash_is_nasbenchs_and_follows_the_order_of_the_operations() -> None:
    spec = ModelSpec([[0, 1, 1, 0], [0, 0, 1, 1], [0, 0, 0, 1], [0, 0, 0, 0]], ["input", C1, C3, "output"])
    assert spec.hash_spec(build_config()["available_ops"]) == "5529e1779433733d1145e20de5d8604e"
    assert spec.hash_spec([C1, C3, POOL]) != "5529e1779433733d1145e20de5d8604e"
    with pytest.raises(ValueError, match=f"got '{C1}'"):
        spec.hash_spec([C3, POOL])


@pytest.mark.parametrize(
    ("matrix", "ops", "says"),
    [
        ([[0, 1]], ["input"], "matrix must be square"),
        ([0, 1], ["input", "output"], "matrix must be square"),
        ([[0, 1], [0, 0]], ["input"], "length of ops must match matrix dimensions"),
        ([[0, 1], [1, 0]], ["input", "output"], "matrix must be upper triangular"),
        ([[1, 1], [0, 0]], ["input", "output"], "matrix must be upper triangular"),
    ],
)
def test_what_is_no_spec_is_a_value_error(matrix: list, ops: list, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        ModelSpec(matrix, ops)


def test_it_can_be_drawn() -> None:
    drawing = ModelSpec(MATRIX, OPS).visualize()
    assert (
        drawing._repr_svg_() == drawing
        and drawing.startswith("<svg")
        and "conv 1x1" in drawing
        and "max-pool" not in drawing
    )
    with pytest.raises(ValueError, match="no path"):
        ModelSpec([[0, 0], [0, 0]], ["input", "output"]).visualize()
