import numpy as np

from nasbench_suite.algorithms.random_search import RandomSearch
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.observation import Observation
from nasbench_suite.spaces.nb201 import NB201

OFFER = [Fidelity(12, 4), Fidelity(12, 12)]


def test_it_proposes_what_the_space_samples_at_the_highest_fidelity() -> None:
    space, stream = NB201(), np.random.default_rng(5)
    algorithm = RandomSearch(space, OFFER, np.random.default_rng(5))
    proposals = [algorithm.ask() for _ in range(100)]
    assert [proposal.arch for proposal in proposals] == [space.sample(stream) for _ in range(100)]
    assert {proposal.fidelity for proposal in proposals} == {OFFER[-1]}
    assert [proposal.id for proposal in proposals] == list(range(100))


def test_results_change_nothing() -> None:
    told, untold = (RandomSearch(NB201(), OFFER, np.random.default_rng(5)) for _ in range(2))
    for _ in range(20):
        proposal = told.ask()
        told.tell(proposal, Observation(proposal.fidelity, 99.0, 1.0, None))
        assert proposal == untold.ask()
