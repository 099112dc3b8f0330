import html
from collections.abc import Callable
from pathlib import Path

import pytest

from nasbench_suite.report.model import make_report
from nasbench_suite.report.writers import write

KEYS = [
    "space", "algorithm", "protocol", "label", "config_id", "dataset", "scored_on", "seeds", "without_incumbent",
    "workers", "trial", "valid_mean", "valid_std", "test_mean", "test_std", "evaluations_mean", "seconds_mean",
    "clock", "table_hash", "found", "found_searches", "found_valid", "found_test",
    "regret_mean", "objectives", "hypervolume_mean", "hypervolume_std",
]  # fmt: skip


def test_figures_are_those_computed_by_hand(by_hand: Path) -> None:
    on10, on100 = make_report([by_hand]).rows
    assert (on10.scored_on, on100.scored_on) == ("cifar10", "cifar100")
    # the last incumbents are b, c, a: 92, 94, 90 and 81, 85, 80
    assert (on10.valid_mean, on10.valid_std) == (92.0, 2.0)
    assert (on10.test_mean, on10.test_std) == (82.0, pytest.approx(7**0.5))  # (1 + 9 + 4) / 2
    assert (on100.valid_mean, on100.valid_std) == (72.0, pytest.approx(7**0.5))  # 71, 75, 70
    assert (on100.test_mean, on100.test_std) == (62.0, pytest.approx(3**0.5))  # 63, 63, 60
    assert (on10.seeds, on10.without_incumbent) == (3, 0)
    assert on10.evaluations_mean == 2.0  # 3, 2, 1
    assert on10.seconds_mean == pytest.approx(80 / 3)  # 30, 40, 10
    assert (on10.algorithm, on10.protocol, on10.config_id, on10.table_hash) == ("rea", "nb201", "c0", "ab" * 32)


def test_the_last_incumbent_is_scored_and_not_the_last_evaluation(by_hand: Path) -> None:
    (found,) = make_report([by_hand]).configurations
    assert found.results.final_incumbents == ["b", "c", "a"]


def test_the_record_has_the_designs_keys_in_their_order(results: Callable, by_hand: Path, searches, scores) -> None:
    (row, _) = make_report([by_hand]).rows
    assert list(row.record()) == [*KEYS, "fidelities"]
    assert (row.record()["fidelities"], row.record()["objectives"]) == ([[12, 12]], ["valid_accuracy"])
    named = results("named", searches, scores, settings="nb201_rea", fidelities=[])
    record = make_report([named]).rows[0].record()
    assert list(record) == [*KEYS, "settings"] and record["settings"] == "nb201_rea"


def test_a_record_and_the_origins_say_constraints_prices_and_the_column(
    results: Callable, searches, scores, tradeoff: Callable
) -> None:
    config = {"algorithm": {"column": "fast:min"}, "measurement_seconds": {"fast": 10, "free": 0}}
    held = results("held", searches, scores, config=config, tradeoff=tradeoff("fast<5"))
    report = make_report([held])
    record = report.rows[0].record()
    assert record["constraints"] == ["fast<5"] and record["measurement_seconds"] == {"fast": 10.0}
    assert record["column"] == "fast:min"
    origins = "; ".join(report.groups[0].origins)
    assert "objectives valid_accuracy, constraints fast<5, measuring costs fast 10 s, trial policy mean" in origins
    assert "architectures looked up in column fast:min" in origins
    for format in ("markdown", "html", "latex", "json", "csv"):
        text = html.unescape(write(report, format)).replace("\\textless{}", "<")
        assert "fast<5" in text and "fast:min" in text and "10" in text


def test_what_kept_searches_from_finding_anything_is_said(results: Callable, scores, tradeoff: Callable) -> None:
    config = {"algorithm": {"column": "fast:min", "sample": 30}, "measurement_seconds": {"fast": 10}}
    path = results("held", {0: [("a", 50.0, 10.0, False)], 1: []}, scores, config=config, tradeoff=tradeoff("fast<5"))
    notes = make_report([path]).notes
    assert "rea: in 1 of 2 searches no evaluation met the constraints fast<5" in notes
    assert (
        "rea: in 1 of 2 searches nothing was evaluated: looking up algorithm.sample=30 architectures of fast:min at "
        "10 s each costs more than budget.seconds=100; lower algorithm.sample or measurement_seconds, or raise the "
        "budget"
    ) in notes


def test_found_is_the_incumbent_of_the_best_search_by_the_judges_validation(by_hand: Path) -> None:
    assert {row.found for row in make_report([by_hand]).rows} == {"c"}  # 94, though b was seen at 60 and c at 55


def test_without_validation_scores_the_best_search_is_that_which_saw_the_highest(results: Callable, searches) -> None:
    tests = {arch: {"cifar10": (None, 80.0)} for arch in "abc"}
    assert make_report([results("job", searches, tests)]).rows[0].found == "b"


def test_regret_is_of_the_test_mean_where_the_best_is_known(results: Callable, searches, scores, by_hand: Path) -> None:
    best = {"cifar10": [95.0, 86.0], "cifar100": [76.0, None]}
    rows = make_report([results("known", searches, scores, best=best)]).rows
    assert [row.regret_mean for row in rows] == [4.0, None]
    assert make_report([by_hand]).rows[0].regret_mean is None


def test_a_mean_is_over_the_searches_that_found_something_and_says_so(results: Callable, searches, scores) -> None:
    nothing = {3: [("a", float("nan"), 1000.0, False)] * 9, 4: []}
    report = make_report([results("job", {**searches, **nothing}, scores)])
    row = report.rows[0]
    assert (row.seeds, row.without_incumbent, row.valid_mean, row.test_mean) == (5, 2, 92.0, 82.0)
    assert (row.evaluations_mean, row.seconds_mean) == (2.0, pytest.approx(80 / 3))
    note = "rea: 2 of 5 searches found nothing; they have no score, and are in no mean, curve or test"
    assert report.notes == (note, "rea: in 1 of 5 searches nothing was evaluated")


@pytest.mark.parametrize("searches", [{0: [], 1: []}, {0: [("a", float("nan"), 10.0, False)], 1: []}])
def test_a_configuration_in_which_all_found_nothing_has_its_row_without_any_mean(
    results: Callable, searches, by_hand: Path
) -> None:
    empty = results("empty", searches, {}, config_id="e0", algorithm="random")
    report = make_report([empty, by_hand])
    (row,) = [row for row in report.rows if row.algorithm == "random"]
    assert (row.seeds, row.without_incumbent, row.found) == (2, 2, None)
    assert {value for key, value in row.record().items() if key.endswith("_mean")} == {None}
    assert [row for row in report.rows if row.algorithm == "rea"] == list(make_report([by_hand]).rows)


def test_one_seed_has_no_deviation(results: Callable, searches, scores) -> None:
    row = make_report([results("one", {0: searches[0]}, scores)]).rows[0]
    assert (row.valid_mean, row.valid_std) == (92.0, None)


def test_a_missing_score_is_counted_and_no_mean_is_given(results: Callable, searches, scores) -> None:
    partly = {**scores, "b": {"cifar10": (92.0, None), "cifar100": (None, 63.0)}}
    report = make_report([results("job", searches, partly)])
    on10, on100 = report.rows
    assert (on10.valid_mean, on10.test_mean, on100.valid_mean) == (92.0, None, None)
    assert "rea: test on cifar10: 1 of 3 scores are missing, so no mean is given" in report.notes


def test_unknown_seconds_are_none(results: Callable, scores) -> None:
    row = make_report([results("job", {0: [("a", 50.0, None, True)]}, scores)]).rows[0]
    assert row.seconds_mean is None and row.evaluations_mean == 1
