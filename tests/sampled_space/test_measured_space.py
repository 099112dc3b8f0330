"""Spaces confined to what a partial table has: ours, and one that brings no index of its own."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from nasbench_suite.errors import ArchitectureError, ConfigError
from nasbench_suite.sampled_space.confine import confine
from nasbench_suite.sampled_space.measured_space import MeasuredSpace
from nasbench_suite.space import Space
from nasbench_suite.spaces.nb101 import NB101, Cell
from nasbench_suite.spaces.nb101.pruning import flaw
from nasbench_suite.spaces.nb201 import NB201, Architecture
from nasbench_suite.testing import SpaceContract


class PlainNB201(NB201):
    """The same architectures with the index that every space inherits, as a third party's space has it."""

    index, locator = Space.index, Space.locator


SPACES: dict[str, Callable[[], MeasuredSpace[Any]]] = {
    "nb101": lambda: MeasuredSpace(NB101(), list(NB101().enumerate())[::10]),
    "nb201": lambda: MeasuredSpace(NB201(), list(NB201().enumerate())[::3]),
    "plain": lambda: MeasuredSpace(PlainNB201(), list(NB201().enumerate())[::3]),
}


class TestContract(SpaceContract):
    @pytest.fixture(autouse=True, params=SPACES)
    def _named(self, request: pytest.FixtureRequest) -> None:
        self.name = request.param

    def make_space(self) -> Space[Any]:
        return SPACES[self.name]()


@pytest.fixture(scope="module")
def tenth() -> list[Cell]:
    return list(NB101().enumerate())[::10]


@pytest.fixture(scope="module")
def confined(tenth: list[Cell]) -> MeasuredSpace[Cell]:
    return MeasuredSpace(NB101(), tenth)


def test_a_space_is_confined_only_where_it_is_asked_to_be(tenth: list[Cell]) -> None:
    space = NB101()
    assert confine(space, lambda: pytest.fail("the cells were listed"), only_measured=False) is space
    assert list(confine(space, lambda: tenth, only_measured=True).enumerate()) == tenth


@pytest.mark.parametrize("name", ["nb201", "plain"])
def test_draws_mutants_and_neighbours_are_members(name: str) -> None:
    space, rng = SPACES[name](), np.random.default_rng(0)
    there = set(space.members)
    arch = space.sample(rng)
    for _ in range(100):
        mutant = space.mutate(arch, rng)
        assert {space.sample(rng), space.sample_uniformly(rng), mutant, *space.neighbours(arch)} <= there
        assert mutant != arch
        arch = mutant
    whole: list[Architecture] = NB201().neighbours(arch)
    assert space.neighbours(arch) == [other for other in whole if other in there]


def test_baselines_are_those_that_were_measured() -> None:
    resnet = NB201.baselines["resnet"]
    others = [arch for arch in NB201().enumerate() if arch != resnet]
    assert MeasuredSpace(NB201(), others).baselines == {}
    assert MeasuredSpace(NB201(), [*others[:5], resnet]).baselines == {"resnet": resnet}


def test_isomorphic_cells_are_one_on_nb101(confined: MeasuredSpace[Cell], tenth: list[Cell]) -> None:
    rng, there = np.random.default_rng(0), set(tenth)
    cell = confined.sample(rng)
    for _ in range(200):
        mutant = confined.mutate(cell, rng)
        found = [confined.sample(rng), confined.sample_uniformly(rng), mutant, *confined.neighbours(cell)]
        assert {confined.canonical(one) for one in found} <= there
        assert not any(map(flaw, found))
        assert confined.canonical(mutant) != confined.canonical(cell)
        cell = mutant


def test_streams_are_those_of_the_first_release(confined: MeasuredSpace[Cell]) -> None:
    rng = np.random.default_rng(7)
    cell = confined.sample(rng)
    drawn = [confined.mutate(cell, rng), confined.sample(rng)]
    drawn += [confined.mutate(drawn[0], rng), confined.sample(rng)]
    assert drawn == [(7, 1081431, 175), (7, 800237, 36), (7, 1212503, 175), (7, 61993, 33)]


def test_draws_follow_the_published_sampler_and_not_the_list(confined: MeasuredSpace[Cell]) -> None:
    # most cells have seven vertices, but the published sampler's dead ones make it draw fewer
    rng = np.random.default_rng(0)
    published = [confined.canonical(confined.sample(rng)).vertices for _ in range(500)]
    uniform = [confined.sample_uniformly(rng).vertices for _ in range(500)]
    assert np.mean(uniform) > np.mean(published) + 0.1


def test_codes_of_a_cell_that_was_not_measured_are_refused(confined: MeasuredSpace[Cell]) -> None:
    absent = list(NB101().enumerate())[-2]
    with pytest.raises(ArchitectureError, match="is not among the 42,363 measured architectures"):
        confined.decode(NB101().encode(absent))
    cell = confined.sample(np.random.default_rng(0))
    assert confined.decode(confined.encode(cell)) == cell


def test_a_cell_with_no_measured_cell_near_it_is_left_for_any_other() -> None:
    every = list(NB101().enumerate())
    pair = [every[0], every[-1]]
    space = MeasuredSpace(NB101(mutation_rate=1e-9), pair)
    assert {space.mutate(pair[0], np.random.default_rng(seed)) for seed in range(6)} == set(pair)
    assert space.neighbours(pair[1]) == []


def test_too_few_architectures_or_one_twice_are_refused() -> None:
    space = NB101()
    left = space.parse("0110000100010000|input,conv3x3-bn-relu,conv1x1-bn-relu,output")
    right = space.parse("0110000100010000|input,conv1x1-bn-relu,conv3x3-bn-relu,output")
    with pytest.raises(ConfigError, match="at least 2 measured architectures to search among, got 1"):
        MeasuredSpace(space, [left])
    with pytest.raises(ConfigError, match="is listed twice, maybe in another numbering"):
        MeasuredSpace(space, [left, right])
    for other in (NB201(), PlainNB201()):
        with pytest.raises(ConfigError, match="twice"):
            MeasuredSpace(other, [(0,) * 6, (1,) * 6, (0,) * 6])
