from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nasbench_suite.report.curves import incumbent_curves
from nasbench_suite.report.load import load


def test_the_curves_are_the_scores_of_whoever_leads_at_each_time(by_hand: Path) -> None:
    (found,), _ = load([by_hand])
    curves = incumbent_curves(found, "cifar10", "valid", points=500)
    assert (curves.grid[0], curves.grid[-1], curves.unit) == (20.0, 40.0, "seconds")
    expected = [np.where(curves.grid < 30.0, 90.0, 92.0), np.full(500, 94.0), np.full(500, 90.0)]
    np.testing.assert_array_equal(curves.scores, expected)


def test_the_band_is_the_95_percent_interval_of_the_mean(by_hand: Path) -> None:
    (found,), _ = load([by_hand])
    mean, low, high = incumbent_curves(found, "cifar10", "test").mean_and_band()
    assert mean[-1] == 82.0  # 81, 85, 80
    half = 1.96 * 7**0.5 / 3**0.5
    assert (low[-1], high[-1]) == (pytest.approx(82 - half), pytest.approx(82 + half))


def test_with_a_budget_in_epochs_and_no_seconds_the_grid_is_epochs(results: Callable, scores) -> None:
    rows = [("a", 50.0, None, True), ("b", 60.0, None, True)]
    budget = {"seconds": None, "epochs": 30, "evaluations": None, "overstep": "keep"}
    (found,), _ = load([results("job", {0: rows, 1: rows}, scores, budget=budget)])
    curves = incumbent_curves(found, "cifar10", "valid")
    assert (curves.unit, curves.grid[0], curves.grid[-1]) == ("epochs", 12.0, 24.0)  # two trainings of 12 epochs


def test_where_seconds_are_unknown_the_grid_is_evaluations(results: Callable, scores) -> None:
    rows = [("a", 50.0, None, True), ("b", 60.0, None, True)]
    (found,), _ = load([results("job", {0: rows}, scores)])
    curves = incumbent_curves(found, "cifar10", "valid")
    assert (curves.unit, curves.grid[0], curves.grid[-1]) == ("evaluations", 1.0, 2.0)
    assert (curves.scores[0, 0], curves.scores[0, -1]) == (90.0, 92.0)


BEST = {"cifar10": [95.0, 86.0], "cifar100": [None, 64.0]}


def test_regret_is_how_far_the_incumbent_is_below_the_best_of_the_table(results: Callable, searches, scores) -> None:
    (found,), _ = load([results("job", searches, scores, best=BEST)])
    regret = incumbent_curves(found, "cifar10", "test", quantity="regret").scores
    assert regret[:, -1].tolist() == [5.0, 1.0, 6.0]
    accuracy = incumbent_curves(found, "cifar10", "test").scores
    np.testing.assert_array_equal(regret, 86.0 - accuracy)


def test_without_a_best_there_is_no_regret(results: Callable, searches, scores, by_hand: Path) -> None:
    (found,), _ = load([results("known", searches, scores, best=BEST)])
    assert np.isnan(incumbent_curves(found, "cifar100", "valid", quantity="regret").scores).all()
    (found,), _ = load([by_hand])  # as a folder that does not say
    assert np.isnan(incumbent_curves(found, "cifar10", "valid", quantity="regret").scores).all()


def test_the_grid_is_dense_on_both_kinds_of_axis(by_hand: Path) -> None:
    (found,), _ = load([by_hand])
    grid = incumbent_curves(found, "cifar10", "valid", points=200).grid
    assert len(grid) == 200 and (np.diff(grid) >= 0).all()
    assert np.diff(grid).max() <= (40 - 20) / 99 * 1.001
    assert np.diff(np.log(grid)).max() <= np.log(2) / 99 * 1.001


def test_a_one_shot_curve_is_the_latest_derived_cell_even_if_it_is_worse(
    one_shot: Callable, record: Callable, scores
) -> None:
    cells = [record(1, "c"), record(2, "a"), record(3, "b")]
    (found,), _ = load([one_shot("job", {0: cells}, scores)])
    curves = incumbent_curves(found, "cifar10", "valid")
    assert (curves.unit, curves.grid[0], curves.grid[-1]) == ("seconds", 10.0, 30.0)
    expected = np.where(curves.grid < 20.0, 94.0, np.where(curves.grid < 30.0, 90.0, 92.0))
    np.testing.assert_array_equal(curves.scores[0], expected)


def test_a_derived_cell_that_nobody_scored_is_a_gap(one_shot: Callable, record: Callable, scores) -> None:
    (found,), _ = load([one_shot("job", {0: [record(1, "c"), record(2, "unheard of")]}, scores)])
    line = incumbent_curves(found, "cifar10", "valid").scores[0]
    assert line[0] == 94.0 and np.isnan(line[-1])
