from collections.abc import Callable

import numpy as np
import pytest

from nasbench_suite.report import published
from nasbench_suite.report.interpolation import interpolated_scores
from nasbench_suite.report.model import make_report
from nasbench_suite.report.published import compare
from nasbench_suite.report.writers.markdown import to_markdown

# a at 10, then c at 90 and b, which crosses the budget, at 130
CROSSING = {0: [("a", 50.0, 10.0, True), ("c", 60.0, 90.0, True), ("b", 70.0, 130.0, True)]}


def found(folder, seconds: float) -> list[list[float]]:
    (configuration,) = make_report([folder]).configurations
    scores: list[list[float]] = interpolated_scores(configuration.results, "cifar10", seconds).tolist()
    return scores


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (100.0, [94 - 2 * 10 / 40, 85 - 4 * 10 / 40]),  # between c and b
        (130.0, [92.0, 81.0]),  # at an evaluation's end, its incumbent
        (40.0, [90 + 4 * 30 / 80, 80 + 5 * 30 / 80]),  # between a and c
        (200.0, [94 - 2 * 110 / 40, 85 - 4 * 110 / 40]),  # beyond both, on the same line, as the code has it
    ],
)
def test_a_score_lies_on_the_line_through_the_two_nearest_evaluations(
    seconds: float, expected: list[float], results: Callable, scores
) -> None:
    assert found(results("job", CROSSING, scores), seconds) == [pytest.approx(expected)]


def test_an_evaluation_that_brings_no_incumbent_keeps_the_one_before(results: Callable, scores) -> None:
    rows = [("c", 50.0, 80.0, True), ("a", 40.0, 120.0, False)]
    assert found(results("job", {0: rows}, scores), 100.0) == [[94.0, 85.0]]


def test_one_evaluation_has_its_own_score_and_a_search_without_incumbent_none(results: Callable, scores) -> None:
    searches = {0: [("a", 50.0, 90.0, True)], 1: [("b", 50.0, 90.0, False)]}
    assert found(results("job", searches, scores), 100.0) == [[90.0, 80.0]]


def test_what_is_not_scored_is_unknown(results: Callable) -> None:
    folder = results("job", CROSSING, {"a": {"cifar10": (90.0, 80.0)}, "c": {"cifar10": (94.0, None)}, "b": {}})
    assert np.isnan(found(folder, 100.0)).all()


@pytest.mark.parametrize("interpolated", [True, False])
def test_a_published_row_that_is_interpolated_is_compared_so_and_the_report_says_so(
    interpolated: bool, results: Callable, scores, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = {"where": {}, "seeds": 4, "cifar10": [91.0, 2.0, 80.0, 1.0]}
    entry = {"source": "a paper", "space": "nb201", "dataset": "cifar10", "protocol": "nats", "where": {}}
    entry |= {"interpolated": interpolated, "rows": [row]}
    monkeypatch.setattr(published, "_entries", lambda: [entry])
    folder = results("job", CROSSING, scores, protocol="nats")
    (configuration,) = make_report([folder]).configurations
    (comparison,) = compare(configuration.results, configuration.rows)
    valid, test = (difference.difference for difference in comparison.differences)
    assert (valid, test) == pytest.approx((93.5 - 91, 84 - 80) if interpolated else (92.0 - 91, 81.0 - 80))
    assert ("between the two evaluations nearest to the budget" in to_markdown(make_report([folder]))) is interpolated


def test_natss_rows_are_interpolated_and_nb201s_are_not() -> None:
    told = {
        (entry["protocol"], entry.get("interpolated", False))
        for entry in published._entries()
        if "paper" in entry["source"]
    }
    assert told == {("nb201", False), ("nats", True)}
