"""Error distributions: computed by hand, by scipy, and by drawing as the paper does."""

import numpy as np
import pytest
from scipy import stats

from nasbench_suite.errors import ConfigError
from nasbench_suite.report.distributions.edf import edf, ks_statistic, matched_weights, random_search


def test_shares_are_of_networks_with_at_most_that_error() -> None:
    found = edf([7.0, 5.0, 6.0, 6.0])
    assert found.errors.tolist() == [5.0, 6.0, 6.0, 7.0]
    assert found.shares.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert found.at([4.9, 5.0, 6.0, 6.5, 7.0, 99.0]).tolist() == [0.0, 0.25, 0.75, 0.75, 1.0, 1.0]


def test_weights_count_instead_of_networks() -> None:
    found = edf([7.0, 5.0, 6.0], [1.0, 3.0, 0.0])
    assert found.errors.tolist() == [5.0, 7.0]
    assert found.shares.tolist() == [0.75, 1.0]


@pytest.mark.parametrize(("share", "error"), [(0.01, 1.0), (0.1, 1.0), (0.11, 2.0), (0.5, 5.0), (1.0, 10.0)])
def test_a_quantile_is_the_lowest_error_that_enough_networks_have(share: float, error: float) -> None:
    assert edf(np.arange(10, 0, -1)).quantile(share) == error


@pytest.mark.parametrize(("errors", "weights"), [([], None), ([1.0, np.nan], None), ([1.0], [0.0])])
def test_nothing_and_nan_have_no_distribution(errors: list[float], weights: list[float] | None) -> None:
    with pytest.raises(ConfigError):
        edf(errors, weights)


def test_every_bin_of_complexity_weighs_the_same() -> None:
    complexity = np.array([0.0, 1.0, 1.5, 1.9, 2.5, 3.5, 3.9, 4.0, 9.0])
    weights = matched_weights(complexity, 0.0, 4.0, 4 - 2)
    # bins (0, 2) with three networks and [2, 4) with three; the bounds themselves are outside
    assert weights.tolist() == [0, 1 / 6, 1 / 6, 1 / 6, 1 / 6, 1 / 6, 1 / 6, 0, 0]
    weights = matched_weights(complexity, 1.0, 4.0, 3)
    assert weights == pytest.approx([0, 0, 1 / 6, 1 / 6, 1 / 3, 1 / 6, 1 / 6, 0, 0])


def test_matching_removes_a_difference_that_is_only_in_size() -> None:
    rng = np.random.default_rng(0)
    # both spaces have the same error at the same size; one has mostly small networks
    small, large = rng.beta(1, 3, 20_000) * 10, rng.beta(3, 1, 20_000) * 10
    spaces = [(size, 20 - size + rng.normal(0, 0.1, size.size)) for size in (small, large)]
    plain = ks_statistic(*(edf(errors) for _, errors in spaces))
    matched = ks_statistic(*(edf(errors, matched_weights(size, 1.0, 9.0, 40)) for size, errors in spaces))
    assert plain > 0.5
    assert matched < 0.05


@pytest.mark.parametrize(("low", "high", "bins"), [(1.0, 1.0, 2), (2.0, 1.0, 2), (0.0, 5.0, 0), (0.0, 100.0, 10)])
def test_what_cannot_be_matched_is_refused(low: float, high: float, bins: int) -> None:
    with pytest.raises(ConfigError, match="bin"):
        matched_weights(np.linspace(0.5, 4.5, 50), low, high, bins)


@pytest.mark.parametrize("weighted", [False, True])
def test_random_search_is_what_drawing_gives(weighted: bool) -> None:
    rng = np.random.default_rng(1)
    errors = rng.gamma(3, 2, 300)
    weights = rng.random(300) if weighted else np.ones(300)
    found = random_search(edf(errors, weights), (1, 4, 32))
    for size, mean, std in zip(*found, strict=True):
        drawn = rng.choice(errors, (40_000, size), p=weights / weights.sum()).min(axis=1)
        assert mean == pytest.approx(drawn.mean(), abs=5 * drawn.std() / 200)
        assert std == pytest.approx(drawn.std(), rel=0.05)


def test_one_draw_finds_the_mean_and_endless_ones_the_best() -> None:
    errors = np.array([3.0, 8.0, 4.0])
    found = random_search(edf(errors), (1, 10_000))
    assert found.mean == pytest.approx([5.0, 3.0])
    assert found.std == pytest.approx([errors.std(), 0.0])


def test_ks_is_scipys() -> None:
    rng = np.random.default_rng(2)
    one, two = rng.normal(0, 1, 200).round(1), rng.normal(0.3, 1, 333).round(1)
    assert ks_statistic(edf(one), edf(two)) == pytest.approx(stats.ks_2samp(one, two).statistic)
    assert ks_statistic(edf(one), edf(one)) == 0
