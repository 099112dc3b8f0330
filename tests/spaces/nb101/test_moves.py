from collections import Counter

import numpy as np
import pytest

from nasbench_suite.errors import ConfigError
from nasbench_suite.spaces.nb101 import NB101, Cell
from nasbench_suite.spaces.nb101.cell import parse_cell
from nasbench_suite.spaces.nb101.pruning import flaw, is_valid, pad

RESIDUAL = parse_cell("0111001000010000|input,conv3x3-bn-relu,maxpool3x3,output")


def distance(one: Cell, other: Cell) -> int:
    digits = zip(pad(one).digits, pad(other).digits, strict=True)
    return (pad(one).edges ^ pad(other).edges).bit_count() + sum(a != b for a, b in digits)


def within(observed: float, expected: float, draws: int) -> bool:
    """Whether a share is within five standard errors of what is expected."""
    return abs(observed - expected) < 5 * (expected * (1 - expected) / draws) ** 0.5


@pytest.mark.slow  # draws until a chi-squared test can tell
def test_sampler_draws_uniformly_among_valid_matrices(space: NB101) -> None:
    rng, draws = np.random.default_rng(0), 20_000
    cells = [space.sample(rng) for _ in range(draws)]
    assert all(cell.vertices == 7 and flaw(cell) is None for cell in cells)
    valid = [edges for edges in range(1 << 21) if is_valid(7, edges)]
    for bit in range(21):
        expected = sum(edges >> bit & 1 for edges in valid) / len(valid)
        assert within(np.mean([cell.edges >> bit & 1 for cell in cells]), expected, draws)
    for labels, count in Counter(cell.labels % 9 for cell in cells).items():
        assert within(count / draws, 1 / 9, draws), labels


def test_uniform_sampler_draws_canonical_cells_by_the_size_of_the_space(space: NB101) -> None:
    rng, draws = np.random.default_rng(0), 5_000
    cells = [space.sample_uniformly(rng) for _ in range(draws)]
    assert within(np.mean([cell.vertices == 7 for cell in cells]), 359_082 / 423_624, draws)
    assert all(space.canonical(cell) == cell for cell in cells[:500])


@pytest.mark.parametrize("rate", [0.5, 1.0, 3.0])
def test_mutation_changes_operations_at_the_published_rate_each_other_one_alike(rate: float) -> None:
    space, rng, draws = NB101(mutation_rate=rate), np.random.default_rng(1), 10_000
    parent = Cell(7, RESIDUAL.edges, 0b1011)
    children = [space.mutate(parent, rng) for _ in range(draws)]
    for place in range(5):
        was = parent.digits[place]
        seen = Counter(child.digits[place] for child in children)
        for digit in range(3):
            assert within(seen[digit] / draws, 1 - rate / 5 if digit == was else rate / 10, draws)


def test_mutation_flips_edges_at_the_published_rate_among_valid_outcomes(space: NB101) -> None:
    parent = pad(RESIDUAL)
    rng, draws = np.random.default_rng(2), 10_000
    children = [space.mutate(parent, rng) for _ in range(draws)]
    assert all(flaw(child) is None for child in children)
    reference = np.random.default_rng(3)
    flips: list[int] = []
    while len(flips) < draws:
        flip = sum(1 << bit for bit in range(21) if reference.random() < 1 / 7)
        if is_valid(7, parent.edges ^ flip):
            flips.append(flip)
    for bit in range(21):
        ours = np.mean([(child.edges ^ parent.edges) >> bit & 1 for child in children])
        theirs = np.mean([flip >> bit & 1 for flip in flips])
        assert abs(ours - theirs) < 5 * (2 * 0.25 / draws) ** 0.5


def test_mutating_a_small_cell_reaches_larger_ones(space: NB101) -> None:
    rng = np.random.default_rng(4)
    small = parse_cell("0100|input,output")
    assert any(space.canonical(space.mutate(small, rng)).vertices > 2 for _ in range(500))


def test_moves_repeat_with_the_seed(space: NB101) -> None:
    def walk(seed: int) -> list[Cell]:
        rng = np.random.default_rng(seed)
        return [space.mutate(space.sample(rng), rng) for _ in range(20)]

    assert walk(5) == walk(5) != walk(6)


def test_neighbours_are_every_valid_cell_one_edit_away(space: NB101) -> None:
    rng = np.random.default_rng(7)
    for cell in [space.sample(rng) for _ in range(100)] + [RESIDUAL]:
        near = space.neighbours(cell)
        assert len(near) == len(set(near))
        assert all(distance(cell, other) == 1 and flaw(other) is None for other in near)
        assert len(near) == 10 + sum(is_valid(7, pad(cell).edges ^ 1 << bit) for bit in range(21))


@pytest.mark.parametrize("rate", [0, -1, 5.1, float("nan")])
def test_a_mutation_rate_without_probabilities_is_refused(rate: float) -> None:
    with pytest.raises(ConfigError, match="mutation rate"):
        NB101(mutation_rate=rate)
