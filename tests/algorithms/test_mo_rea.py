import numpy as np
import pytest

from nasbench_suite.algorithms.mo_rea import ParetoEvolution
from nasbench_suite.algorithms.rea import RegularizedEvolution
from nasbench_suite.errors import ConfigError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.objective import ObjectiveValues
from nasbench_suite.observation import Observation
from nasbench_suite.spaces.nb201 import NB201, Architecture

FIDELITY = Fidelity(12, 12)
SPACE = NB201()


def make(seed: int = 0, population: int = 4, tournament: int = 4, replacement: bool = False) -> ParetoEvolution:
    return ParetoEvolution(SPACE, [FIDELITY], np.random.default_rng(seed), population, tournament, replacement)


def told(*losses: float, violation: float = 0.0) -> Observation:
    names = ("valid_accuracy", "cost")
    return Observation(FIDELITY, -losses[0], 1.0, None, ObjectiveValues(names, losses, losses, violation))


def begun(observations: list[Observation], seed: int = 0) -> tuple[ParetoEvolution, list[Architecture]]:
    algorithm = make(seed, len(observations), len(observations))
    proposals = [algorithm.ask() for _ in observations]
    for proposal, observation in zip(proposals, observations, strict=True):
        assert proposal is not None
        algorithm.tell(proposal, observation)
    return algorithm, [proposal.arch for proposal in proposals if proposal is not None]


def parents_of(observations: list[Observation]) -> set[int]:
    """Which members win tournaments of all."""
    found = set()
    for seed in range(40):
        algorithm, members = begun(observations, seed)
        found.add(members.index(algorithm._parent()))
    return found


def test_a_tournament_is_won_by_any_that_no_other_dominates() -> None:
    assert parents_of([told(-90, 5), told(-80, 2), told(-80, 6), told(-70, 1)]) == {0, 1, 3}


def test_under_constraints_the_feasible_win_and_then_the_less_violated() -> None:
    assert parents_of([told(-99, 0, violation=1.0), told(-10, 9), told(-20, 10)]) == {1, 2}
    assert parents_of([told(-99, 0, violation=1.0), told(-10, 9, violation=0.5)]) == {1}


def test_an_architecture_without_a_figure_is_the_last_choice() -> None:
    assert parents_of([told(-99, np.inf, violation=np.inf), told(-10, 9, violation=3.0)]) == {1}


def test_the_oldest_dies_though_nothing_dominates_it() -> None:
    algorithm, members = begun([told(-99, 0), told(-10, 9), told(-20, 8)])
    child = algorithm.ask()
    assert child is not None and child.arch in SPACE.neighbours(members[0])
    algorithm.tell(child, told(-5, 9))
    assert algorithm._parent() == members[2]


def test_with_one_objective_without_ties_it_finds_the_parents_of_rea() -> None:
    one = make(5, 6, 3, True)
    other = RegularizedEvolution(SPACE, [FIDELITY], np.random.default_rng(5), 6, 3, True)
    for at in range(6):
        mine, theirs = one.ask(), other.ask()
        assert mine is not None and theirs is not None and mine.arch == theirs.arch
        for algorithm, proposal in ((one, mine), (other, theirs)):
            algorithm.tell(proposal, Observation(FIDELITY, float(at * 7 % 5 + at / 10), 1.0, None))
    one.rng, other.rng = (np.random.default_rng(1) for _ in range(2))
    assert one._parent() == other._parent()


def test_settings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ConfigError, match="mo_rea: expected population and tournament of 1 or more"):
        make(population=0)
