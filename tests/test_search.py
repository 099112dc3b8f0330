from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from nasbench_suite.algorithm import Algorithm, Proposal
from nasbench_suite.benchmark import Benchmark
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.ledger import Ledger
from nasbench_suite.observation import Observation
from nasbench_suite.search import search
from nasbench_suite.spaces.nb201 import NB201

FINAL = Fidelity(200, 200)


class Listed(Algorithm[Any]):
    """Asks for the cells of a list."""

    def __init__(self, cells: Sequence[Any]) -> None:
        super().__init__(NB201(), [FINAL], np.random.default_rng(0))
        self.cells, self.told = list(cells), []

    def ask(self) -> Proposal[Any] | None:
        return self.propose(self.cells.pop(0)) if self.cells else None

    def tell(self, proposal: Proposal[Any], observation: Observation) -> None:
        self.told.append((proposal.id, observation))


def run(small, algorithm: Algorithm[Any], ledger: Ledger, policy: Any = 777):
    benchmark = Benchmark(small.open(), "cifar10", ledger)
    return search(algorithm, lambda proposal: benchmark.query(proposal.arch, proposal.fidelity, policy), ledger)


def test_a_search_ends_with_its_algorithm(small) -> None:
    algorithm, cells = Listed(small.cells[:3]), small.cells[:3]
    trajectory = run(small, algorithm, Ledger())
    assert len(trajectory) == len(algorithm.told) == len(cells)


def test_the_clock_is_what_was_spent_this_evaluation_included(small) -> None:
    algorithm = Listed(small.cells[:3])
    trajectory = run(small, algorithm, Ledger())
    costs = np.cumsum([observation.seconds for _, observation in algorithm.told])
    assert trajectory.columns(str)["seconds"] == pytest.approx(costs.tolist())


@pytest.mark.parametrize(("overstep", "count"), [("discard", 2), ("keep", 3)])
def test_a_discarded_evaluation_is_neither_told_nor_in_the_trajectory(small, overstep: Any, count: int) -> None:
    free = Listed(small.cells[:4])
    run(small, free, Ledger())
    two_and_a_half = sum(observation.seconds for _, observation in free.told[:2]) + 1.0
    algorithm = Listed(small.cells[:4])
    trajectory = run(small, algorithm, Ledger(seconds=two_and_a_half, overstep=overstep))
    assert len(trajectory) == len(algorithm.told) == count


def test_nothing_is_asked_once_the_budget_is_met(small) -> None:
    algorithm = Listed(small.cells[:4])
    run(small, algorithm, Ledger(evaluations=2))
    assert len(algorithm.cells) == 2
