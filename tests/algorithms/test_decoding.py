import numpy as np

from nasbench_suite.algorithms.decoding import ATTEMPTS, draw_valid
from nasbench_suite.spaces.nb201 import NB201


def test_codes_that_are_no_architecture_are_drawn_again() -> None:
    draws = iter([[9] * 6, [0] * 5, [1, 2, 3, 4, 0, 1], [2] * 6])
    assert draw_valid(NB201(), lambda: next(draws), np.random.default_rng(0)) == ((1, 2, 3, 4, 0, 1),) * 2


def test_where_next_to_no_codes_are_architectures_the_space_is_sampled() -> None:
    calls = []
    arch, codes = draw_valid(NB201(), lambda: calls.append(0) or [9] * 6, np.random.default_rng(0))
    assert arch == codes == NB201().sample(np.random.default_rng(0))
    assert len(calls) == ATTEMPTS
