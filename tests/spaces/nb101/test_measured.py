import numpy as np
import pytest

from nasbench_suite.errors import ArchitectureError, ConfigError
from nasbench_suite.spaces.nb101 import NB101, Cell
from nasbench_suite.spaces.nb101.cell import flaw


@pytest.fixture(scope="module")
def tenth(every_cell: list[Cell]) -> list[Cell]:
    return every_cell[::10]


@pytest.fixture(scope="module")
def confined(tenth: list[Cell]) -> NB101:
    return NB101(only_measured=True).confined(lambda: tenth)


def test_a_space_is_confined_only_where_it_is_asked_to_be(tenth: list[Cell]) -> None:
    space = NB101()
    assert space.confined(lambda: pytest.fail("the cells were listed")) is space
    assert not space.confines
    assert NB101(only_measured=True).confines
    assert list(NB101(only_measured=True).confined(lambda: tenth).enumerate()) == tenth


def test_draws_mutants_and_neighbours_are_measured_cells(confined: NB101, tenth: list[Cell]) -> None:
    rng, there = np.random.default_rng(0), set(tenth)
    cell = confined.sample(rng)
    for _ in range(200):
        mutant = confined.mutate(cell, rng)
        found = [confined.sample(rng), confined.sample_uniformly(rng), mutant, *confined.neighbours(cell)]
        assert {confined.canonical(one) for one in found} <= there
        assert not any(map(flaw, found))
        assert confined.canonical(mutant) != confined.canonical(cell)
        cell = mutant


def test_draws_follow_the_published_sampler_and_not_the_list(confined: NB101) -> None:
    # most cells have seven vertices, but the published sampler's dead ones make it draw fewer
    rng = np.random.default_rng(0)
    published = [confined.canonical(confined.sample(rng)).vertices for _ in range(500)]
    uniform = [confined.sample_uniformly(rng).vertices for _ in range(500)]
    assert np.mean(uniform) > np.mean(published) + 0.1


def test_equal_generators_draw_equal_cells(confined: NB101) -> None:
    one, two = np.random.default_rng(3), np.random.default_rng(3)
    for _ in range(50):
        cell = confined.sample(one)
        assert cell == confined.sample(two)
        assert confined.mutate(cell, one) == confined.mutate(cell, two)


def test_codes_of_a_cell_that_was_not_measured_are_refused(confined: NB101, every_cell: list[Cell]) -> None:
    with pytest.raises(ArchitectureError, match="is not among the 42,363 measured ones"):
        confined.decode(NB101().encode(every_cell[-2]))
    rng = np.random.default_rng(0)
    cell = confined.sample(rng)
    assert confined.decode(confined.encode(cell)) == cell


def test_a_cell_with_no_measured_cell_near_it_is_left_for_any_other(every_cell: list[Cell]) -> None:
    pair = [every_cell[0], every_cell[-1]]
    space = NB101(mutation_rate=1e-9, only_measured=True).confined(lambda: pair)
    assert {space.mutate(pair[0], np.random.default_rng(seed)) for seed in range(6)} == set(pair)
    assert space.neighbours(pair[1]) == []


def test_too_few_cells_or_one_in_two_numberings_are_refused() -> None:
    space = NB101(only_measured=True)
    left = space.parse("0110000100010000|input,conv3x3-bn-relu,conv1x1-bn-relu,output")
    right = space.parse("0110000100010000|input,conv1x1-bn-relu,conv3x3-bn-relu,output")
    with pytest.raises(ConfigError, match="at least 2 measured cells to search among, got 1"):
        space.confined(lambda: [left])
    with pytest.raises(ConfigError, match="is listed twice, maybe in another numbering"):
        space.confined(lambda: [left, right])
