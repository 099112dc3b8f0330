from collections.abc import Callable

import numpy as np
import pytest

from nasbench_suite.algorithm import Proposal
from nasbench_suite.algorithms.local_search import LocalSearch
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.observation import Observation
from nasbench_suite.spaces.nb201 import NB201, Architecture

FIDELITY = Fidelity(12, 12)
SPACE = NB201()


def make(seed: int = 0) -> LocalSearch:
    return LocalSearch(SPACE, [FIDELITY], np.random.default_rng(seed))


def tell(algorithm: LocalSearch, proposal: Proposal, accuracy: float) -> None:
    algorithm.tell(proposal, Observation(FIDELITY, accuracy, 1.0, None))


def worth(cell: Architecture) -> float:
    """Without ties, and with the summit 444444."""
    return sum(operation * (1 + place / 100) for place, operation in enumerate(cell))


def run(algorithm: LocalSearch, evaluations: int) -> list[Architecture]:
    cells = []
    for _ in range(evaluations):
        proposal = algorithm.ask()
        assert proposal is not None
        cells.append(proposal.arch)
        tell(algorithm, proposal, worth(proposal.arch))
    return cells


def test_all_neighbours_are_measured_before_it_moves_to_the_best() -> None:
    cells = run(make(), 25)
    assert set(cells[1:]) == set(SPACE.neighbours(cells[0]))
    algorithm = make()
    cells = run(algorithm, 26)
    best = max(cells[1:25], key=worth)
    assert cells[25] in SPACE.neighbours(best)


def test_what_is_known_is_not_measured_again_on_a_climb() -> None:
    cells = run(make(), 60)
    assert len(set(cells)) == len(cells)


def test_it_climbs_to_the_summit_and_starts_again() -> None:
    cells = run(make(), 400)
    later = cells[cells.index((4,) * 6) + 1 :]
    # a climber would stay within two edits of the summit
    assert any(sum(operation != 4 for operation in cell) > 2 for cell in later)


def test_it_waits_while_results_decide_where_to_go() -> None:
    algorithm = make()
    start = algorithm.ask()
    assert start is not None and algorithm.ask() is None
    tell(algorithm, start, worth(start.arch))
    around = [algorithm.ask() for _ in range(24)]
    assert all(around) and algorithm.ask() is None
    for proposal in reversed(around):
        assert proposal is not None
        tell(algorithm, proposal, worth(proposal.arch))
    assert algorithm.ask() is not None


def test_a_plateau_is_a_summit() -> None:
    algorithm = make()
    cells = []
    for _ in range(100):
        proposal = algorithm.ask()
        assert proposal is not None
        cells.append(proposal.arch)
        tell(algorithm, proposal, 50.0)
    assert cells[25] not in SPACE.neighbours(cells[0])
    assert set(cells[26:50]) == set(SPACE.neighbours(cells[25])) - set(cells[:25])


def test_diverged_trainings_are_never_where_it_goes() -> None:
    algorithm = make()
    start = algorithm.ask()
    assert start is not None
    tell(algorithm, start, 1.0)
    around = [algorithm.ask() for _ in range(24)]
    for proposal in around:
        assert proposal is not None
        tell(algorithm, proposal, 2.0 if proposal is around[7] else float("nan"))
    following = algorithm.ask()
    assert following is not None and around[7] is not None
    assert following.arch in SPACE.neighbours(around[7].arch)


def literal_local_search(
    rng: np.random.Generator, evaluations: int, accuracy: Callable[[Architecture], float]
) -> list[Architecture]:
    """Algorithm 1 of the paper, run again from each summit; what is known is not measured again, except a start."""
    measured: list[Architecture] = []
    known: dict[Architecture, float] = {}

    def measure(cell: Architecture) -> None:
        measured.append(cell)
        known[cell] = accuracy(cell)

    while len(measured) < evaluations:
        here = SPACE.sample(rng)
        measure(here)
        while True:
            near = SPACE.neighbours(here)
            unknown = [cell for cell in near if cell not in known]
            for at in rng.permutation(len(unknown)):
                measure(unknown[at])
            step = near[0]
            for cell in near[1:]:
                if known[cell] > known[step]:  # of equals the first neighbour, whatever was measured first
                    step = cell
            if known[step] <= known[here]:  # an equal neighbour is no step
                break
            here = step
    return measured[:evaluations]


@pytest.mark.parametrize("ties", [3, 7, 1000])
def test_every_step_is_that_of_the_papers_algorithm_ties_included(ties: int) -> None:
    def accuracy(cell: Architecture) -> float:
        return float(sum((place + 3) * operation * operation for place, operation in enumerate(cell)) % ties)

    for seed in range(5):
        algorithm, cells = make(seed), []
        for _ in range(500):
            proposal = algorithm.ask()
            assert proposal is not None
            cells.append(proposal.arch)
            tell(algorithm, proposal, accuracy(proposal.arch))
        assert cells == literal_local_search(np.random.default_rng(seed), 500, accuracy)
