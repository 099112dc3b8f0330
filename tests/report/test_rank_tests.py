import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from nasbench_suite.report.rank_tests import average_ranks, mann_whitney, signed_rank, superiority

SIZES = (2, 8, 9, 50, 51, 200, 500)


def draws(seed: int, size: int, tied: bool) -> NDArray[np.float64]:
    values = np.random.default_rng(seed).normal(size=size)
    return np.round(values, 1) if tied else values


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("size", SIZES)
def test_the_u_test_is_scipys(size: int, tied: bool) -> None:
    x, y = np.sort(draws(1, size, tied) + 0.1), np.sort(draws(2, size + 3, tied))
    expected = stats.mannwhitneyu(x, y)
    assert superiority(x, y) == pytest.approx(expected.statistic / len(x) / len(y), rel=1e-12)
    assert mann_whitney(x, y) == pytest.approx(expected.pvalue, rel=1e-9)


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("size", SIZES)
def test_the_signed_rank_test_is_scipys(size: int, tied: bool) -> None:
    values = draws(3, size, tied) + 0.05
    _, p = signed_rank(values)
    assert p == pytest.approx(stats.wilcoxon(values).pvalue, rel=1e-9)


def test_signed_ranks_sum_to_who_is_ahead() -> None:
    assert signed_rank(np.array([1.0, 2.0, -3.0, 3.0]))[0] == 1 + 2
    assert signed_rank(np.array([]))[1] == 1.0


@pytest.mark.parametrize("count", [3, 300])
def test_values_that_are_all_alike_differ_in_nothing(count: int) -> None:
    assert superiority(np.ones(count), np.ones(count)) == 0.5
    assert mann_whitney(np.ones(count), np.ones(count)) == 1.0


@pytest.mark.parametrize("shape", [(1,), (7,), (60, 11), (5, 3, 4)])
def test_ranks_are_scipys(shape: tuple[int, ...]) -> None:
    values = np.random.default_rng(4).integers(0, 5, shape)
    assert np.array_equal(average_ranks(values), stats.rankdata(values, axis=0))
