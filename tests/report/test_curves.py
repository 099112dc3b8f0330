from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nasbench_suite.report.curves import best_accuracy, incumbent_curves
from nasbench_suite.report.load import load


def test_the_curves_are_the_scores_of_whoever_leads_at_each_time(by_hand: Path) -> None:
    (found,) = load([by_hand]).results
    curves = incumbent_curves(found, "cifar10", "valid", points=500)
    assert (curves.grid[0], curves.grid[-1], curves.unit) == (20.0, 40.0, "seconds")
    expected = [np.where(curves.grid < 30.0, 90.0, 92.0), np.full(500, 94.0), np.full(500, 90.0)]
    np.testing.assert_array_equal(curves.scores, expected)


def test_the_band_is_the_95_percent_interval_of_the_mean(by_hand: Path) -> None:
    (found,) = load([by_hand]).results
    mean, low, high = incumbent_curves(found, "cifar10", "test").band
    assert mean[-1] == 82.0  # 81, 85, 80
    half = 1.96 * 7**0.5 / 3**0.5
    assert (low[-1], high[-1]) == (pytest.approx(82 - half), pytest.approx(82 + half))


def test_with_a_budget_in_epochs_and_no_seconds_the_grid_is_epochs(results: Callable, scores) -> None:
    rows = [("a", 50.0, None, True), ("b", 60.0, None, True)]
    budget = {"seconds": None, "epochs": 30, "evaluations": None, "overstep": "keep"}
    (found,) = load([results("job", {0: rows, 1: rows}, scores, budget=budget)]).results
    curves = incumbent_curves(found, "cifar10", "valid")
    assert (curves.unit, curves.grid[0], curves.grid[-1]) == ("epochs", 12.0, 24.0)  # two trainings of 12 epochs


def test_where_seconds_are_unknown_the_grid_is_evaluations(results: Callable, scores) -> None:
    rows = [("a", 50.0, None, True), ("b", 60.0, None, True)]
    (found,) = load([results("job", {0: rows}, scores)]).results
    curves = incumbent_curves(found, "cifar10", "valid")
    assert (curves.unit, curves.grid[0], curves.grid[-1]) == ("evaluations", 1.0, 2.0)
    assert (curves.scores[0, 0], curves.scores[0, -1]) == (90.0, 92.0)


BEST = {"cifar10": [95.0, 86.0], "cifar100": [None, 64.0]}


def test_regret_is_how_far_the_incumbent_is_below_the_best_of_the_table(results: Callable, searches, scores) -> None:
    (found,) = load([results("job", searches, scores, best=BEST)]).results
    accuracy = incumbent_curves(found, "cifar10", "test")
    regret = accuracy.regret(best_accuracy(found, "cifar10", "test"))
    assert regret.scores[:, -1].tolist() == [5.0, 1.0, 6.0]
    np.testing.assert_array_equal(regret.scores, 86.0 - accuracy.scores)


def test_without_a_best_there_is_no_regret(results: Callable, searches, scores) -> None:
    (found,) = load([results("known", searches, scores, best=BEST)]).results
    assert best_accuracy(found, "cifar100", "valid") is None and best_accuracy(found, "digits", "test") is None
    assert not incumbent_curves(found, "cifar100", "valid").regret(None).known


def test_a_curve_is_over_the_searches_that_found_something_and_begins_when_each_has(results: Callable, scores) -> None:
    searches = {
        0: [("a", 50.0, 10.0, True), ("b", 60.0, 30.0, True)],
        1: [("a", float("nan"), 10.0, False)],
        2: [("c", 50.0, 20.0, True)],
        3: [],
    }
    (found,) = load([results("job", searches, scores)]).results
    curves = incumbent_curves(found, "cifar10", "valid")
    assert (found.seeds, found.without_incumbent, len(curves.scores)) == ((0, 1, 2, 3), 2, 2)
    assert (curves.grid[0], curves.band[0][0], curves.band[0][-1]) == (20.0, 92.0, 93.0)  # 90 and 94, then 92 and 94


def test_where_no_search_found_anything_there_is_no_curve(results: Callable, scores) -> None:
    (found,) = load([results("job", {0: [("a", float("nan"), 10.0, False)], 1: []}, scores)]).results
    assert not incumbent_curves(found, "cifar10", "valid").known


def test_the_grid_is_dense_on_both_kinds_of_axis(by_hand: Path) -> None:
    (found,) = load([by_hand]).results
    grid = incumbent_curves(found, "cifar10", "valid", points=200).grid
    assert len(grid) == 200 and (np.diff(grid) >= 0).all()
    assert np.diff(grid).max() <= (40 - 20) / 99 * 1.001
    assert np.diff(np.log(grid)).max() <= np.log(2) / 99 * 1.001


def test_a_one_shot_curve_is_the_latest_derived_cell_even_if_it_is_worse(
    one_shot: Callable, record: Callable, scores
) -> None:
    cells = [record(1, "c"), record(2, "a"), record(3, "b")]
    (found,) = load([one_shot("job", {0: cells}, scores)]).results
    curves = incumbent_curves(found, "cifar10", "valid")
    assert (curves.unit, curves.grid[0], curves.grid[-1]) == ("seconds", 10.0, 30.0)
    expected = np.where(curves.grid < 20.0, 94.0, np.where(curves.grid < 30.0, 90.0, 92.0))
    np.testing.assert_array_equal(curves.scores[0], expected)


def test_a_derived_cell_that_nobody_scored_is_a_gap(one_shot: Callable, record: Callable, scores) -> None:
    (found,) = load([one_shot("job", {0: [record(1, "c"), record(2, "unheard of")]}, scores)]).results
    line = incumbent_curves(found, "cifar10", "valid").scores[0]
    assert line[0] == 94.0 and np.isnan(line[-1])
