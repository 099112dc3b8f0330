import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasbench_suite.algorithm import Proposal
from nasbench_suite.algorithms.rea import RegularizedEvolution
from nasbench_suite.errors import ConfigError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.objective import ObjectiveValues
from nasbench_suite.observation import Observation
from nasbench_suite.spaces.nb201 import NB201, Architecture

FIDELITY = Fidelity(12, 12)
SPACE = NB201()


def evolution(seed: int = 0, population: int = 10, tournament: int = 3, replacement: bool = True):
    return RegularizedEvolution(SPACE, [FIDELITY], np.random.default_rng(seed), population, tournament, replacement)


def tell(algorithm: RegularizedEvolution, proposal: Proposal, accuracy: float) -> None:
    algorithm.tell(proposal, Observation(FIDELITY, accuracy, 1.0, None))


def worth(cell: Architecture) -> float:
    return float(sum(cell) * 7 % 101)


def literal(seed: int, population: int, tournament: int, replacement: bool, steps: int) -> list[Architecture]:
    """Algorithm 1 of the paper, with a plain list whose front is the oldest."""
    rng, members, asked = np.random.default_rng(seed), [], []
    for _ in range(steps):
        if len(asked) < population:
            cell = SPACE.sample(rng)
        else:
            if replacement:
                drawn = [members[at] for at in rng.integers(len(members), size=tournament)]
            else:
                drawn = [members[at] for at in rng.choice(len(members), size=tournament, replace=False)]
            parent = drawn[0]
            for member in drawn[1:]:
                if worth(member) > worth(parent):
                    parent = member
            cell = SPACE.mutate(parent, rng)
        asked.append(cell)
        members.append(cell)
        if len(members) > population:
            members.pop(0)
    return asked


@pytest.mark.parametrize("replacement", [True, False])
@given(seed=st.integers(0, 1000), population=st.integers(3, 12), tournament=st.integers(1, 3))
def test_it_asks_what_the_papers_algorithm_asks(replacement: bool, seed: int, population: int, tournament: int) -> None:
    algorithm, asked = evolution(seed, population, tournament, replacement), []
    for _ in range(40):
        proposal = algorithm.ask()
        asked.append(proposal.arch)
        tell(algorithm, proposal, worth(proposal.arch))
    assert asked == literal(seed, population, tournament, replacement, 40)


def test_rea_drops_the_oldest_not_the_worst() -> None:
    # tournaments of the whole population, so that the parent is its best
    algorithm = evolution(population=3, tournament=3, replacement=False)
    first = [algorithm.ask() for _ in range(3)]
    for proposal, accuracy in zip(first, (90.0, 10.0, 20.0), strict=True):
        tell(algorithm, proposal, accuracy)
    child = algorithm.ask()
    assert child.arch in SPACE.neighbours(first[0].arch)
    tell(algorithm, child, 5.0)  # the 90.0 is the oldest, and leaves
    assert algorithm.ask().arch in SPACE.neighbours(first[2].arch)


def test_a_tournament_may_draw_a_member_twice_only_with_replacement() -> None:
    def parents(replacement: bool) -> set[int]:
        seen = set()
        for seed in range(60):
            algorithm = evolution(seed, population=2, tournament=2, replacement=replacement)
            first = [algorithm.ask() for _ in range(2)]
            for rank, proposal in enumerate(first):
                tell(algorithm, proposal, float(rank))
            child = algorithm.ask().arch
            seen |= {rank for rank, p in enumerate(first) if child in SPACE.neighbours(p.arch)}
        return seen

    assert parents(replacement=False) == {1}
    assert parents(replacement=True) == {0, 1}


def test_the_first_population_is_asked_for_at_once_and_then_results_are_awaited() -> None:
    algorithm = evolution()
    first = [algorithm.ask() for _ in range(10)]
    assert algorithm.ask() is None
    tell(algorithm, first[7], 50.0)
    assert algorithm.ask().arch in SPACE.neighbours(first[7].arch)


def test_a_diverged_training_never_wins_against_another() -> None:
    algorithm = evolution(population=2, tournament=2, replacement=False)
    first = [algorithm.ask() for _ in range(2)]
    tell(algorithm, first[0], float("nan"))
    tell(algorithm, first[1], 10.0)
    assert algorithm.ask().arch in SPACE.neighbours(first[1].arch)


@pytest.mark.parametrize(("population", "tournament"), [(0, 3), (10, 0), (-1, 1)])
def test_a_population_or_tournament_of_nothing_is_refused(population: int, tournament: int) -> None:
    with pytest.raises(ConfigError, match="1 or more"):
        evolution(population=population, tournament=tournament)


def test_under_constraints_a_tournament_prefers_what_violates_less() -> None:
    def told(accuracy: float, violation: float) -> Observation:
        values = ObjectiveValues(("valid_accuracy", "cost"), (accuracy, 1.0), (-accuracy,), violation)
        return Observation(FIDELITY, accuracy, 1.0, None, values)

    for worth, wanted in (([(99, 0.5), (10, 0.0), (20, 0.0)], 2), ([(99, 2.0), (10, 0.5), (20, np.inf)], 1)):
        algorithm = evolution(population=3, tournament=3, replacement=False)
        first = [algorithm.ask() for _ in range(3)]
        for proposal, pair in zip(first, worth, strict=True):
            algorithm.tell(proposal, told(*pair))
        assert algorithm._parent() == first[wanted].arch
