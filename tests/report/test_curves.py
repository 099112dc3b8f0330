from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nasbench_suite.report.curves import incumbent_curves
from nasbench_suite.report.load import load


def test_the_curves_are_the_scores_of_whoever_leads_at_each_time(by_hand: Path) -> None:
    (found,), _ = load([by_hand])
    curves = incumbent_curves(found, "cifar10", "valid", points=500)
    assert (curves.grid[0], curves.grid[-1], curves.unit) == (20.0, 40.0, "simulated seconds")
    expected = [np.where(curves.grid < 30.0, 90.0, 92.0), np.full(500, 94.0), np.full(500, 90.0)]
    np.testing.assert_array_equal(curves.scores, expected)


def test_the_band_is_the_95_percent_interval_of_the_mean(by_hand: Path) -> None:
    (found,), _ = load([by_hand])
    mean, low, high = incumbent_curves(found, "cifar10", "test").mean_and_band()
    assert mean[-1] == 82.0  # 81, 85, 80
    half = 1.96 * 7**0.5 / 3**0.5
    assert (low[-1], high[-1]) == (pytest.approx(82 - half), pytest.approx(82 + half))


def test_where_seconds_are_unknown_the_grid_is_evaluations(results: Callable, scores) -> None:
    rows = [("a", 50.0, None, True), ("b", 60.0, None, True)]
    (found,), _ = load([results("job", {0: rows}, scores)])
    curves = incumbent_curves(found, "cifar10", "valid")
    assert (curves.unit, curves.grid[0], curves.grid[-1]) == ("evaluations", 1.0, 2.0)
    assert (curves.scores[0, 0], curves.scores[0, -1]) == (90.0, 92.0)
