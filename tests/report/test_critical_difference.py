from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from nasbench_suite.report.critical_difference import CriticalDifference, critical_difference, range_quantile
from nasbench_suite.report.load import load

ARCHS = {f"a{score}": {"cifar10": (50.0, float(score))} for score in range(40)}
FOUND = {"one": [1, 5, 9, 11], "two": [2, 5, 10, 12], "three": [30, 31, 32, 33]}


@pytest.fixture
def compared(results: Callable) -> Callable[..., CriticalDifference | None]:
    """Ranks configurations whose searches ended with these test accuracies."""

    def rank(found: dict[str, list[int]]) -> CriticalDifference | None:
        for name, ends in found.items():
            searches = {seed: [(f"a{score}", 50.0, 1.0, True)] for seed, score in enumerate(ends)}
            results(name, searches, ARCHS, config_id=name, algorithm=name)
        folders = [results(name, {}, ARCHS, finish=False).parent for name in ("begun",)]
        group = load(folders).results
        labels = [each.description["algorithm"] for each in group]
        return critical_difference(group, labels, ("cifar10", "test"))

    return rank


def test_ranks_are_means_over_seeds_and_ties_share_theirs(compared: Callable) -> None:
    found = compared(FOUND)
    assert dict(found.ranks) == {"three": 1.0, "two": (2 * 3 + 2.5) / 4, "one": (3 * 3 + 2.5) / 4}
    assert found.seeds == 4


@pytest.mark.parametrize("count", [2, 3, 10, 60, 300])
def test_the_range_of_normal_values_is_scipys(count: int) -> None:
    expected = stats.studentized_range.ppf(0.95, count, np.inf)
    assert range_quantile(0.95, count) == pytest.approx(expected, rel=1e-6)


def test_the_critical_difference_is_nemenyis(compared: Callable) -> None:
    two = {name: FOUND[name] for name in ("one", "two")}
    assert compared(two).difference == pytest.approx(1.960 / np.sqrt(4), abs=1e-3)  # table 5 of Demsar 2006


def test_the_p_value_is_the_friedman_tests(compared: Callable) -> None:
    assert compared(FOUND).p == pytest.approx(stats.friedmanchisquare(*FOUND.values()).pvalue)


def test_bars_join_what_does_not_differ(compared: Callable) -> None:
    many = {name: [*ends, *[end + 1 for end in ends]] * 2 for name, ends in FOUND.items()}
    found = compared(many)
    assert [label for label, _ in found.ranks] == ["three", "two", "one"]
    assert found.alike == ((1, 2),)


def test_searches_that_all_tie_have_no_p(compared: Callable) -> None:
    found = compared({"one": [3, 4], "two": [3, 4]})
    assert found.p is None and found.alike == ((0, 1),)


def test_one_seed_or_one_configuration_is_not_ranked(compared: Callable) -> None:
    assert compared({"one": [3], "two": [4]}) is None


def test_one_configuration_alone_is_not_ranked(compared: Callable) -> None:
    assert compared({"one": [3, 4]}) is None
