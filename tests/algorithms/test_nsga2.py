import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from nasbench_suite.algorithm import Proposal
from nasbench_suite.algorithms.domination import Standing
from nasbench_suite.algorithms.nsga2 import NSGA2
from nasbench_suite.errors import ConfigError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.objective import ObjectiveValues
from nasbench_suite.observation import Observation
from nasbench_suite.spaces.nb201 import NB201, Architecture

FIDELITY = Fidelity(12, 12)
SPACE = NB201()


def literal() -> ModuleType:
    """The paper's procedures, as the tests of the sorting have them."""
    spec = importlib.util.spec_from_file_location("literal", Path(__file__).with_name("test_domination.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def losses(arch: Architecture) -> tuple[float, float]:
    """Convolutions cost and help."""
    return -float(sum((0, 1, 2, 5, 1)[each] for each in arch)), float(sum((0, 0, 1, 3, 1)[each] for each in arch))


def observation(arch: Architecture, limit: float = np.inf) -> Observation:
    loss = losses(arch)
    told = ObjectiveValues(("valid_accuracy", "cost"), (-loss[0], loss[1]), loss, max(0.0, loss[1] - limit))
    return Observation(FIDELITY, -loss[0], 1.0, None, told)


def make(seed: int = 0, population: int = 8, **settings: float) -> NSGA2:
    return NSGA2(SPACE, [FIDELITY], np.random.default_rng(seed), population, **settings)


def generation(algorithm: NSGA2, size: int, limit: float = np.inf) -> list[Architecture]:
    proposals: list[Proposal] = []
    for _ in range(size):
        proposal = algorithm.ask()
        assert proposal is not None
        proposals.append(proposal)
    assert algorithm.ask() is None
    for proposal in proposals:
        algorithm.tell(proposal, observation(proposal.arch, limit))
    return [proposal.arch for proposal in proposals]


@pytest.mark.parametrize("limit", [np.inf, 6.0, 0.5])
@pytest.mark.parametrize("seed", range(5))
def test_each_generation_keeps_whom_the_paper_keeps(seed: int, limit: float) -> None:
    paper, algorithm = literal(), make(seed)
    parents: list[Architecture] = []
    for _ in range(6):
        members = [*parents, *generation(algorithm, 8, limit)]
        standings = [Standing.of(observation(arch, limit)) for arch in members]
        parents = [members[at] for at in paper.crowded_selection(standings, 8)]
        algorithm._select()  # as the next question does
        assert [each.arch for each in algorithm._parents] == parents


def test_a_tournament_is_won_by_the_front_and_then_by_the_distance() -> None:
    algorithm = make(population=4)
    generation(algorithm, 4)
    algorithm.ask()
    for winner in algorithm._winners(200):
        ranks = [each.rank for each in algorithm._parents]
        beaten = [each for each in algorithm._parents if (each.rank, -each.distance) > (winner.rank, -winner.distance)]
        assert winner.rank == min(ranks) or beaten or winner in algorithm._parents
    worst = max(algorithm._parents, key=lambda each: (each.rank, -each.distance))
    wins = sum(winner is worst for winner in algorithm._winners(4000)) / 4000
    assert wins == pytest.approx(1 / 16, abs=0.02)  # only against itself


def test_a_child_has_its_parents_choices_where_nothing_mutates() -> None:
    algorithm = make(mutation=0.0)
    parents = set(generation(algorithm, 8))
    for child in generation(algorithm, 8):
        heads = {parent[:cut] for parent in parents for cut in range(7)}
        assert any(child[:cut] in heads and any(child[cut:] == other[cut:] for other in parents) for cut in range(1, 7))


def test_without_crossover_and_with_certain_mutation_every_choice_becomes_another() -> None:
    algorithm = make(crossover=0.0, mutation=1.0)
    parents = generation(algorithm, 8)
    for child in generation(algorithm, 8):
        assert any(all(a != b for a, b in zip(child, parent, strict=True)) for parent in parents)


def test_it_comes_nearer_to_the_front_than_chance() -> None:
    from moocore import hypervolume

    def volume(archs: list[Architecture]) -> float:
        return float(hypervolume(np.array([losses(arch) for arch in archs]), ref=[0.0, 19.0]))

    algorithm, rng = make(population=20), np.random.default_rng(0)
    found = [arch for _ in range(10) for arch in generation(algorithm, 20)]
    assert volume(found) > volume([SPACE.sample(rng) for _ in range(200)])


def test_settings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ConfigError, match="population of 2 or more"):
        make(population=1)
    with pytest.raises(ConfigError, match=r"crossover in 0\.\.1"):
        make(crossover=1.5)
