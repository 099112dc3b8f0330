import numpy as np
import pytest

from nasbench_suite.algorithms.decoding import ATTEMPTS, draw_valid
from nasbench_suite.errors import ArchitectureError
from nasbench_suite.spaces.nb201 import NB201


def test_codes_that_are_no_architecture_are_drawn_again() -> None:
    draws = iter([[9] * 6, [0] * 5, [1, 2, 3, 4, 0, 1], [2] * 6])
    assert draw_valid(NB201(), lambda: next(draws), np.random.default_rng(0)) == ((1, 2, 3, 4, 0, 1),) * 2


def test_where_next_to_no_codes_are_architectures_the_space_is_sampled() -> None:
    calls = []
    arch, codes = draw_valid(NB201(), lambda: calls.append(0) or [9] * 6, np.random.default_rng(0))
    assert arch == codes == NB201().sample(np.random.default_rng(0))
    assert len(calls) == ATTEMPTS


@pytest.mark.parametrize("code", [1.0, 1.5, True, "1", None])
def test_codes_that_are_no_whole_numbers_are_refused_not_redrawn(code: object) -> None:
    with pytest.raises(ArchitectureError, match="whole numbers"):
        draw_valid(NB201(), lambda: [1, 2, 3, 4, 0, code], np.random.default_rng(0))  # type: ignore[list-item]


def test_codes_of_numpy_are_whole_numbers() -> None:
    arch, _ = draw_valid(NB201(), lambda: list(np.array([1, 2, 3, 4, 0, 1])), np.random.default_rng(0))
    assert arch == (1, 2, 3, 4, 0, 1)
