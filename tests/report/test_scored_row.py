import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from nasbench_suite.jobs.folder import FAILURES
from nasbench_suite.report.summary import final_incumbents, summarise


def test_figures_are_those_computed_by_hand(by_hand: Path) -> None:
    on10, on100 = summarise([by_hand]).rows
    assert (on10.scored_on, on100.scored_on) == ("cifar10", "cifar100")
    # the last incumbents are b, c, a: 92, 94, 90 and 81, 85, 80
    assert (on10.valid_mean, on10.valid_std) == (92.0, 2.0)
    assert (on10.test_mean, on10.test_std) == (82.0, pytest.approx(7**0.5))  # (1 + 9 + 4) / 2
    assert (on100.valid_mean, on100.valid_std) == (72.0, pytest.approx(7**0.5))  # 71, 75, 70
    assert (on100.test_mean, on100.test_std) == (62.0, pytest.approx(3**0.5))  # 63, 63, 60
    assert on10.seeds == 3
    assert on10.evaluations_mean == 2.0  # 3, 2, 1
    assert on10.seconds_mean == pytest.approx(80 / 3)  # 30, 40, 10
    assert (on10.algorithm, on10.protocol, on10.config_id, on10.table_hash) == ("rea", "nb201", "c0", "ab" * 32)


def test_the_last_leader_is_the_answer_and_not_the_last_evaluation(by_hand: Path) -> None:
    (found,) = summarise([by_hand]).results
    assert final_incumbents(found) == ["b", "c", "a"]


def test_two_folders_with_different_seeds_equal_one(results: Callable, searches, scores, by_hand: Path) -> None:
    parts = [results(f"part{seed}", {seed: searches[seed]}, scores) for seed in (2, 0, 1)]
    assert summarise(parts).rows == summarise([by_hand]).rows


def test_a_seed_that_two_folders_have_counts_once(results: Callable, searches, scores, by_hand: Path) -> None:
    again = results("again", {1: searches[1], 2: searches[2]}, scores)
    assert summarise([by_hand, again]).rows == summarise([by_hand]).rows


def test_a_folder_named_twice_counts_once(by_hand: Path) -> None:
    assert summarise([by_hand, by_hand, by_hand.parent]).rows == summarise([by_hand]).rows


def test_one_seed_has_no_deviation(results: Callable, searches, scores) -> None:
    row = summarise([results("one", {0: searches[0]}, scores)]).rows[0]
    assert (row.valid_mean, row.valid_std) == (92.0, None)


def test_a_missing_score_is_counted_and_no_mean_is_given(results: Callable, searches, scores) -> None:
    partly = {**scores, "b": {"cifar10": (92.0, None), "cifar100": (None, 63.0)}}
    summary = summarise([results("job", searches, partly)])
    on10, on100 = summary.rows
    assert (on10.valid_mean, on10.test_mean, on100.valid_mean) == (92.0, None, None)
    assert "rea: test on cifar10: 1 of 3 scores are missing, so no mean is given" in summary.notes


def test_a_search_that_found_nothing_is_counted_and_shown(results: Callable, searches, scores) -> None:
    nothing = {3: [("a", float("nan"), 10.0, False)]}
    summary = summarise([results("job", {**searches, **nothing}, scores)])
    assert summary.rows[0].seeds == 4 and summary.rows[0].valid_mean == 92.0
    assert "rea: 1 of 4 searches found nothing, and have no score" in summary.notes


def test_unknown_seconds_are_none(results: Callable, scores) -> None:
    row = summarise([results("job", {0: [("a", 50.0, None, True)]}, scores)]).rows[0]
    assert row.seconds_mean is None and row.evaluations_mean == 1


def test_an_unfinished_job_is_named_and_left_out(results: Callable, searches, scores, by_hand: Path) -> None:
    begun = results("begun", searches, scores, finish=False, config_id="c1")
    summary = summarise([by_hand, begun])
    assert summary.rows == summarise([by_hand]).rows
    assert summary.notes == (f"{begun} is not finished, and not in this report; start it again to go on",)


def test_labels_name_what_differs_between_configurations_of_one_algorithm(
    results: Callable, searches, scores, tmp_path: Path
) -> None:
    for size in (10, 50):
        config = {"algorithm": {"population": size}, "cores": size, "budget": {"seconds": 100}}
        results(f"job{size}", searches, scores, config=config, config_id=f"c{size}")
    results("random", searches, scores, config_id="r", algorithm="random")
    results("mine", searches, scores, config_id="m", label="my own")
    labels = {row.label for row in summarise([tmp_path]).rows}
    assert labels == {"rea (population=10)", "rea (population=50)", "random", "my own"}


def test_labels_name_the_table_where_only_that_differs(results: Callable, searches, scores, tmp_path: Path) -> None:
    for at, table in enumerate(("12", "34")):
        results(f"job{at}", searches, scores, config_id=f"c{at}", table_hash=table * 32)
    labels = {row.label for row in summarise([tmp_path]).rows}
    assert labels == {"rea (table 12121212)", "rea (table 34343434)"}


def test_rows_are_the_designs_fields(by_hand: Path) -> None:
    assert [field.name for field in dataclasses.fields(summarise([by_hand]).rows[0])] == [
        "space", "algorithm", "protocol", "label", "config_id", "dataset", "scored_on", "seeds", "workers",
        "trial", "valid_mean", "valid_std", "test_mean", "test_std", "evaluations_mean", "seconds_mean",
        "table_hash", "clock", "one_shot", "collapsed",
    ]  # fmt: skip


def test_a_search_that_ended_early_is_told_with_its_reason(one_shot: Callable, record: Callable, scores) -> None:
    folder = one_shot("job", {0: [record(1), record(2)], 1: [record(1)]}, scores)
    (folder / FAILURES).write_text('{"1": "epoch 2: the training loss is not finite"}')
    summary = summarise([folder])
    assert "darts1: the search of seed 1 ended early: epoch 2: the training loss is not finite" in summary.notes
    assert summary.rows[0].seeds == 2
