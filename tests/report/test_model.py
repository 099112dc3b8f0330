import html
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from nasbench_suite.errors import ResultsError
from nasbench_suite.jobs.folder import FAILURES, SCORES
from nasbench_suite.report.model import make_report
from nasbench_suite.report.writers import write


def test_a_group_has_a_configuration_per_row_and_a_column_per_data_set_and_split(
    results: Callable, searches, scores, by_hand: Path
) -> None:
    other = results("other", {5: searches[1]}, scores, config_id="c1", algorithm="random")
    (group,) = make_report([by_hand, other]).groups
    assert group.columns == (("cifar10", "valid"), ("cifar10", "test"), ("cifar100", "valid"), ("cifar100", "test"))
    assert [each.label for each in group.configurations] == ["random", "rea"]  # by score
    assert [[each.mean for each in row] for row in group.accuracies] == [[94, 85, 75, 63], [92, 82, 72, 62]]
    assert [each.std for each in group.accuracies[0]] == [None] * 4  # one search


def test_the_highest_means_are_marked_and_a_lone_configuration_has_none(
    results: Callable, searches, scores, by_hand: Path
) -> None:
    (alone,) = make_report([by_hand]).groups
    assert not any(each.leading for row in alone.accuracies for each in row)
    other = results("other", {5: searches[1]}, scores, config_id="c1", algorithm="random")
    (group,) = make_report([by_hand, other]).groups
    assert [[each.leading for each in row] for row in group.accuracies] == [[True] * 4, [False] * 4]


def test_a_score_that_is_missing_is_no_figure(results: Callable, searches, scores) -> None:
    without = {arch: {"cifar10": (90.0, None)} for arch in scores}
    (group,) = make_report([results("job", searches, without)]).groups
    ((valid, test),) = group.accuracies
    assert (valid.mean, test.mean, test.leading) == (90.0, None, False)


def test_what_was_searched_apart_is_a_group_apart(results: Callable, searches, scores, by_hand: Path) -> None:
    other = results("other", searches, scores, config_id="c1", dataset="cifar100")
    assert [(group.dataset, group.scored_on[0]) for group in make_report([by_hand, other]).groups] == [
        ("cifar10", "cifar10"),
        ("cifar100", "cifar100"),
    ]


def test_what_weighed_something_else_is_a_group_apart_in_every_format(
    results: Callable, searches, scores, by_hand: Path, tradeoff: Callable
) -> None:
    held = [
        results(f"held{bound}-{name}", searches, scores, config_id=f"{name}{bound}", tradeoff=tradeoff(f"fast<{bound}"))
        for bound in (5, 7)
        for name in ("one", "two")
    ]
    priced = results(
        "priced", searches, scores, config_id="p", tradeoff={**tradeoff("fast<7"), "measurement_seconds": 3.0}
    )
    report = make_report([by_hand, *held, priced], at=[25.0])
    plain = "nb201: search on cifar10, protocol nb201"
    titles = [plain, f"{plain}, constraints fast<5", f"{plain}, constraints fast<7"]
    assert [group.title for group in report.groups] == titles
    assert [len(group.configurations) for group in report.groups] == [1, 2, 3]
    for group in report.groups:
        labels = {each.label for each in group.configurations}
        for found in (each for each in group.at_end if each is not None):
            assert {found.best, *found.alike, *found.untested} <= labels
        assert {each.label for each in group.at_budgets[0].means} == labels
    for format in ("markdown", "html", "latex"):
        text = html.unescape(write(report, format)).replace("\\textless{}", "<")
        assert all(title in text for title in titles)
    labels = re.findall(r"\\label{(.*?)}", write(report, "latex"))
    assert len(labels) == 3 == len(set(labels))


def test_searches_that_saw_test_scores_are_a_group_apart(results: Callable, searches, scores, by_hand: Path) -> None:
    told = results("told", searches, scores, config_id="c1", objectives=["test_error"])
    assert [group.objectives for group in make_report([by_hand, told]).groups] == [
        ("test_error",),
        ("valid_accuracy",),
    ]


def test_an_unfinished_job_is_named_and_left_out(results: Callable, searches, scores, by_hand: Path) -> None:
    begun = results("begun", searches, scores, finish=False, config_id="c1")
    report = make_report([by_hand, begun])
    assert report.rows == make_report([by_hand]).rows
    assert report.notes == (f"{begun} is not finished, and not in this report; start it again to go on",)


def test_a_bad_folder_is_named_with_its_reason_and_the_rest_is_reported(
    results: Callable, searches, scores, by_hand: Path, seal: Callable
) -> None:
    bad = results("bad", searches, scores, config_id="c1")
    (bad / SCORES).write_bytes(b"PAR1 and nothing else")
    seal(bad)
    report = make_report([by_hand.parent])
    assert report.rows == make_report([by_hand]).rows
    (note,) = report.notes
    assert note.startswith(f"{bad} is left out: scores.parquet: is damaged (")


def test_a_report_of_nothing_but_bad_folders_is_refused_in_a_line(by_hand: Path) -> None:
    (by_hand / SCORES).unlink()
    with pytest.raises(
        ResultsError, match=r"1 left out, the first is .*job: not what the job wrote \(SHA-256\): scores.parquet"
    ) as caught:
        make_report([by_hand])
    assert "\n" not in str(caught.value) and "remove" not in str(caught.value)


def test_a_search_that_ended_early_is_noted_with_its_reason(
    one_shot: Callable, record: Callable, scores, seal: Callable
) -> None:
    folder = one_shot("job", {0: [record(1), record(2)], 1: [record(1)]}, scores)
    (folder / FAILURES).write_text('{"1": "epoch 2: the training loss is not finite"}')
    seal(folder)
    report = make_report([folder])
    assert "darts1: the search of seed 1 ended early: epoch 2: the training loss is not finite" in report.notes
    assert report.rows[0].seeds == 2


def test_a_table_that_lacks_fidelities_is_noted_with_what_was_queried_instead(
    results: Callable, searches, scores
) -> None:
    config = {"algorithm": {"population": 10}, "fidelities": [[12, 1], [12, 4], [12, 12]]}
    report = make_report([results("job", searches, scores, config=config, multi_fidelity=True)])
    assert "rea: the table lacks epoch 1 of 12, epoch 4 of 12; queried was epoch 12 of 12" in report.notes


def test_the_tests_at_a_budget_are_over_all_searches_or_none(results: Callable, searches, scores) -> None:
    folders = [results(name, searches, scores, config_id=name, algorithm=name) for name in ("one", "two")]
    late = results("late", {0: [("a", 50.0, 30.0, True)], 1: []}, scores, config_id="late", algorithm="late")
    (group,) = make_report([*folders, late], at=[25.0]).groups
    (comparison,) = group.at_budgets
    assert [(each.label, each.seeds) for each in comparison.means] == [("one", 3), ("two", 3)]
    assert comparison.notes == ("late is left out: 2 of 2 searches have no score by then",)


def test_a_configuration_that_the_tests_do_not_tell_apart_from_the_highest_mean_leads_too(
    results: Callable, searches, scores, by_hand: Path
) -> None:
    other = results(
        "other", {0: searches[1], 1: searches[1], 2: searches[1]}, scores, config_id="c1", algorithm="random"
    )
    (group,) = make_report([by_hand, other]).groups
    assert [each.label for each in group.configurations] == ["random", "rea"]
    assert [[each.leading for each in row] for row in group.accuracies] == [[True] * 4, [True] * 4]  # three seeds
