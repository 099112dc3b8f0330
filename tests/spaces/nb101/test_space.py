from typing import Any

import numpy as np
import pytest

from nasbench_suite.errors import ArchitectureError
from nasbench_suite.spaces.nb101 import NB101, Cell
from nasbench_suite.spaces.nb101.pruning import pad


def test_categorical_view_round_trips_on_seven_vertices(space: NB101) -> None:
    rng = np.random.default_rng(0)
    for cell in [space.sample(rng) for _ in range(200)]:
        codes = space.encode(cell)
        assert len(codes) == len(space.variables) == 26
        assert space.decode(codes) == cell


def test_categorical_view_of_a_smaller_cell_is_the_same_network(space: NB101) -> None:
    rng = np.random.default_rng(0)
    for cell in [space.sample_uniformly(rng) for _ in range(100)]:
        assert space.decode(space.encode(cell)) == pad(cell)
        assert space.canonical(space.decode(space.encode(cell))) == cell


def test_codes_are_named_after_edges_and_operations(space: NB101) -> None:
    cell = space.parse("010001000|input,maxpool3x3,output")
    chosen = {
        variable.name: variable.choices[code]
        for variable, code in zip(space.variables, space.encode(cell), strict=True)
    }
    assert chosen["edge_0_1"] == chosen["edge_1_6"] == "1"
    assert sum(value == "1" for value in chosen.values()) == 2
    assert chosen["operation_1"] == "maxpool3x3"


@pytest.mark.parametrize(
    ("codes", "message"),
    [
        ([0] * 25, "expected a code for each of 26 variables"),
        ([0] * 26, "no path leads from input to output"),
        ([2] + [0] * 25, "from 0 to 1 as the code of edge_0_1, got 2"),
        ([0] * 25 + [3], "from 0 to 2 as the code of operation_5, got 3"),
        ([1] * 21 + [0] * 5, "21 edges are left after pruning"),
    ],
)
def test_codes_of_no_cell_say_why(space: NB101, codes: list[int], message: str) -> None:
    with pytest.raises(ArchitectureError, match=message):
        space.decode(codes)


def test_parse_says_why_a_cell_is_outside_the_space(space: NB101) -> None:
    with pytest.raises(ArchitectureError, match="no path leads from input to output"):
        space.parse("0000|input,output")


def test_text_round_trips_unpruned(space: NB101) -> None:
    rng = np.random.default_rng(0)
    for cell in [space.sample(rng) for _ in range(200)]:
        assert space.parse(space.format(cell)) == cell


def test_matrix_and_operations_make_a_checked_cell(space: NB101) -> None:
    with pytest.raises(ArchitectureError, match="no path"):
        space.cell([[0, 0], [0, 0]], ["input", "output"])
    assert space.format(space.cell([[0, 1], [0, 0]], ["input", "output"])) == "0100|input,output"


@pytest.mark.parametrize(
    "method", ["format", "canonical", "encode", "draw", "mutate", "neighbours", "hash", "identity"]
)
@pytest.mark.parametrize(
    "value", [None, [], [1, 2], "text", 3, (1,), (1, 2, 3, 4), np.zeros(3), Cell(9, 0, 0), Cell(3, 3, None)]
)
def test_what_is_no_cell_is_refused_by_every_method(space: NB101, method: str, value: Any) -> None:
    others = (np.random.default_rng(0),) if method == "mutate" else ()
    if method == "format" and isinstance(value, np.ndarray):
        value = np.zeros(2)  # three numbers of an array are a cell's
    with pytest.raises(ArchitectureError, match=r"expected a NAS-Bench-101 Cell|no cell has these numbers"):
        getattr(space, method)(value, *others)
