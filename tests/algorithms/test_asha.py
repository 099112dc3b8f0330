from collections import Counter

import numpy as np
import pytest

from nasbench_suite.algorithm import Proposal
from nasbench_suite.algorithms.asha import ASHA
from nasbench_suite.algorithms.brackets import BracketSettings
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.observation import Observation
from nasbench_suite.spaces.nb201 import NB201, Architecture

EPOCHS = [Fidelity(9, 1), Fidelity(9, 3), Fidelity(9, 9)]


def asha(top_rung_only: bool = True) -> ASHA:
    brackets = BracketSettings(3, 1, 9, None, top_rung_only)
    return ASHA(NB201(), EPOCHS, np.random.default_rng(0), brackets)


def tell(algorithm: ASHA, proposal: Proposal, accuracy: float) -> None:
    algorithm.tell(proposal, Observation(proposal.fidelity, accuracy, 1.0, None))


def test_one_of_three_goes_on_as_soon_as_three_are_known() -> None:
    algorithm = asha()
    first = [algorithm.ask() for _ in range(3)]
    tell(algorithm, first[0], 1.0)
    tell(algorithm, first[1], 3.0)
    assert algorithm.ask().fidelity == EPOCHS[0]
    tell(algorithm, first[2], 2.0)
    promoted = algorithm.ask()
    assert (promoted.arch, promoted.fidelity) == (first[1].arch, EPOCHS[1])
    assert algorithm.ask().fidelity == EPOCHS[0]  # and only once


def test_the_highest_rung_is_promoted_from_first() -> None:
    algorithm = asha()
    for _ in range(9):
        tell(algorithm, proposal := algorithm.ask(), float(sum(proposal.arch)))
    rungs = []
    for _ in range(60):
        proposal = algorithm.ask()
        before = [len(rung) // 3 - sum(member.promoted for member in rung) for rung in algorithm._rungs]
        rungs.append(proposal.fidelity.epoch)
        tell(algorithm, proposal, float(sum(proposal.arch)))
        assert proposal.fidelity == EPOCHS[2] or before[1] <= 0
    assert set(rungs) == {1, 3, 9}


def test_it_never_waits_and_keeps_a_third_at_each_rung() -> None:
    algorithm = asha()
    under_way: list[Proposal] = []
    counts: Counter[int] = Counter()
    rng = np.random.default_rng(1)
    for _ in range(900):
        while len(under_way) < 8:
            under_way.append(algorithm.ask())
        done = under_way.pop(int(rng.integers(8)))
        counts[done.fidelity.epoch] += 1
        tell(algorithm, done, float(rng.random()))
    assert counts[3] <= counts[1] / 3 + 60 and counts[3] >= counts[1] / 3 - 8  # late risers make it a little more
    assert counts[9] >= counts[3] / 3 - 8


def test_a_diverged_training_is_not_promoted_before_others() -> None:
    algorithm = asha()
    first = [algorithm.ask() for _ in range(3)]
    for proposal, accuracy in zip(first, (float("nan"), 1.0, float("nan")), strict=True):
        tell(algorithm, proposal, accuracy)
    assert algorithm.ask().arch == first[1].arch


def test_lower_rungs_may_lead_only_where_asked_for() -> None:
    for top_rung_only in (True, False):
        algorithm = asha(top_rung_only)
        for _ in range(60):
            proposal = algorithm.ask()
            assert proposal.candidate == (proposal.fidelity == EPOCHS[2] or not top_rung_only)
            tell(algorithm, proposal, float(sum(proposal.arch)))


class Literal:
    """Algorithm 2 of the paper, whose sets are lists: `get_job` looks at every rung from the top."""

    def __init__(self, eta: int, rng: np.random.Generator) -> None:
        self.eta, self.rng = eta, rng
        self.rungs: list[list[tuple[float, int, Architecture]]] = [
            [] for _ in EPOCHS
        ]  # accuracy, order of return, arch
        self.promoted: list[set[int]] = [set() for _ in EPOCHS]

    def get_job(self) -> tuple[Architecture, int]:
        for k in (1, 0):
            ranked = sorted(self.rungs[k], key=lambda member: (-member[0], member[1]))
            candidates = ranked[: len(self.rungs[k]) // self.eta]
            promotable = [member for member in candidates if member[1] not in self.promoted[k]]
            if promotable:
                self.promoted[k].add(promotable[0][1])
                return promotable[0][2], k + 1
        return NB201().sample(self.rng), 0

    def report(self, arch: Architecture, k: int, accuracy: float) -> None:
        self.rungs[k].append((accuracy, len(self.rungs[k]), arch))


@pytest.mark.parametrize("eta", [2, 3, 4])
@pytest.mark.parametrize("workers", [1, 5])
def test_every_step_is_that_of_the_papers_algorithm(eta: int, workers: int) -> None:
    algorithm = ASHA(NB201(), EPOCHS, np.random.default_rng(3), BracketSettings(eta, 1, eta**2))
    literal, order = Literal(eta, np.random.default_rng(3)), np.random.default_rng(4)
    under_way: list[Proposal] = []
    for _ in range(200):
        proposal = algorithm.ask()
        assert (proposal.arch, EPOCHS.index(proposal.fidelity)) == literal.get_job()
        under_way.append(proposal)
        if len(under_way) == workers:
            done = under_way.pop(int(order.integers(workers)))
            accuracy = float((3 * sum(done.arch) + done.fidelity.epoch * done.arch[0]) % 17)  # with ties
            tell(algorithm, done, accuracy)
            literal.report(done.arch, EPOCHS.index(done.fidelity), accuracy)
