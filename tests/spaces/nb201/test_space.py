import csv
import gzip
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from nasbench_suite.errors import ArchitectureError
from nasbench_suite.spaces.nb201 import NB201, OPERATIONS, Architecture

cells = st.tuples(*[st.integers(0, 4)] * 6)
SPACE = NB201()
FIRST = "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|"


class Draws:
    """A generator that gives each of the equally likely outcomes in turn."""

    def __init__(self) -> None:
        self.next, self.count = 0, 1

    def integers(self, count: int) -> int:
        self.count = count
        self.next += 1
        return self.next - 1


def edge_changed(before: Architecture, after: Architecture) -> int:
    (edge,) = [at for at in range(6) if before[at] != after[at]]
    return edge


@given(cells)
def test_a_cell_has_24_neighbours_each_one_operation_away(cell: Architecture) -> None:
    neighbours = SPACE.neighbours(cell)
    assert len(set(neighbours)) == len(neighbours) == 24
    assert all(sum(a != b for a, b in zip(cell, other, strict=True)) == 1 for other in neighbours)


@pytest.mark.parametrize("cell", [(0,) * 6, (4,) * 6, (0, 1, 2, 3, 4, 2)])
def test_mutation_changes_the_edges_in_thirds_sixths_and_ninths(cell: Architecture) -> None:
    draws: Any = Draws()
    outcomes = [SPACE.mutate(cell, draws)]
    outcomes += [SPACE.mutate(cell, draws) for _ in range(draws.count - 1)]
    shares = np.bincount([edge_changed(cell, other) for other in outcomes], minlength=6) / len(outcomes)
    np.testing.assert_allclose(shares, [1 / 3, 1 / 6, 1 / 6, 1 / 9, 1 / 9, 1 / 9])
    # and whichever the edge, the four other operations are equally likely
    for edge in range(6):
        operations = [other[edge] for other in outcomes if edge_changed(cell, other) == edge]
        counts = np.bincount(operations, minlength=5)
        assert counts[cell[edge]] == 0
        assert len(set(np.delete(counts, cell[edge]))) == 1


def test_mutation_with_a_real_generator_agrees() -> None:
    rng, cell = np.random.default_rng(0), (0, 1, 2, 3, 4, 0)
    counts = np.bincount([edge_changed(cell, SPACE.mutate(cell, rng)) for _ in range(9000)], minlength=6)
    assert chisquare(counts, 9000 * np.array([6, 3, 3, 2, 2, 2]) / 18).pvalue > 0.001


def test_samples_are_uniform_on_every_edge() -> None:
    rng = np.random.default_rng(0)
    drawn = np.array([SPACE.sample(rng) for _ in range(5000)])
    for edge in drawn.T:
        assert chisquare(np.bincount(edge, minlength=5)).pvalue > 0.001


def test_a_sample_is_one_draw_from_the_generator() -> None:
    one, other = np.random.default_rng(0), np.random.default_rng(0)
    SPACE.sample(one)
    other.integers(15_625)
    assert one.bit_generator.state == other.bit_generator.state


@given(cells)
def test_encode_and_decode_are_inverse(cell: Architecture) -> None:
    assert SPACE.decode(SPACE.encode(cell)) == cell
    assert len(SPACE.variables) == 6
    assert all(len(variable.choices) == 5 for variable in SPACE.variables)


@pytest.mark.parametrize("value", [(0,) * 5, (0, 0, 0, 0, 0, 5), (0, 0, 0, 0, 0, -1), [0] * 6, "cell", None, 3])
def test_every_method_refuses_what_is_no_cell(value: Any) -> None:
    rng = np.random.default_rng(0)
    for method in (SPACE.neighbours, SPACE.canonical, SPACE.encode, SPACE.format, lambda v: SPACE.mutate(v, rng)):
        with pytest.raises(ArchitectureError):
            method(value)


def test_decode_refuses_codes_of_no_cell() -> None:
    with pytest.raises(ArchitectureError):
        SPACE.decode((0, 0, 0, 0, 0, 9))


def test_the_space_lists_15625_different_cells() -> None:
    listed = list(SPACE.enumerate())
    assert len(listed) == 15_625
    assert set(listed) == set(product(range(len(OPERATIONS)), repeat=6))


def test_the_list_begins_as_the_official_one() -> None:
    assert SPACE.format(next(SPACE.enumerate())) == FIRST


def test_the_list_is_in_the_order_of_the_real_data(data: Path) -> None:
    with gzip.open(data / "nb201" / "nas_bench_201.csv.gz", "rt", newline="") as file:
        real = {int(row["index"]): row["arch"] for row in csv.DictReader(file)}
    assert [SPACE.format(cell) for cell in SPACE.enumerate()] == [real[at] for at in range(15_625)]
