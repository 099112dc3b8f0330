from collections.abc import Callable
from pathlib import Path

from nasbench_suite.report.summary import summarise
from nasbench_suite.report.table import groups


def test_a_group_has_a_line_a_configuration_and_a_column_a_data_set_and_split(
    results: Callable, searches, scores, by_hand: Path
) -> None:
    other = results("other", {5: searches[1]}, scores, config_id="c1", algorithm="random")
    (group,) = groups(summarise([by_hand, other]))
    assert group.columns == (("cifar10", "valid"), ("cifar10", "test"), ("cifar100", "valid"), ("cifar100", "test"))
    rea, random = group.lines()
    assert (rea.row.label, random.row.label) == ("rea", "random")
    assert [cell.mean for cell in rea.cells] == [92.0, 82.0, 72.0, 62.0]
    assert [(cell.mean, cell.std) for cell in random.cells] == [(94.0, None), (85.0, None), (75.0, None), (63.0, None)]


def test_the_highest_means_are_best_and_a_lone_line_has_none(
    results: Callable, searches, scores, by_hand: Path
) -> None:
    (alone,) = groups(summarise([by_hand]))
    assert not any(cell.best for line in alone.lines() for cell in line.cells)
    other = results("other", {5: searches[1]}, scores, config_id="c1", algorithm="random")
    (group,) = groups(summarise([by_hand, other]))
    assert [[cell.best for cell in line.cells] for line in group.lines()] == [[False] * 4, [True] * 4]


def test_a_score_that_is_missing_is_no_figure(results: Callable, searches, scores) -> None:
    without = {arch: {"cifar10": (90.0, None)} for arch in scores}
    (group,) = groups(summarise([results("job", searches, without)]))
    ((valid, test),) = [line.cells for line in group.lines()]
    assert (valid.mean, test.mean, test.best) == (90.0, None, False)


def test_what_was_searched_apart_is_a_group_apart(results: Callable, searches, scores, by_hand: Path) -> None:
    other = results("other", searches, scores, config_id="c1", dataset="cifar100")
    assert [(group.dataset, group.scored_on[0]) for group in groups(summarise([by_hand, other]))] == [
        ("cifar10", "cifar10"),
        ("cifar100", "cifar100"),
    ]
