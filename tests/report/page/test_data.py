from collections.abc import Callable
from typing import Any

import pytest

from nasbench_suite.report.model import make_report
from nasbench_suite.report.page.data import page_data


@pytest.fixture
def data(results: Callable, searches, scores) -> dict[str, Any]:
    folders = [
        results(name, searches, scores, config_id=name, algorithm=name, best={"cifar10": [95.0, 86.0]})
        for name in ("one", "two")
    ]
    (found,) = page_data(make_report(folders))
    return found


def test_every_seed_has_the_scores_of_what_it_ended_with(data: dict[str, Any]) -> None:
    ends = data["ends"]
    shown = [ends["scores"][place] for place in ends["of"][0]]
    assert data["datasets"] == ["cifar10", "cifar100"]
    assert shown == [[92, 81, 71, 63], [94, 85, 75, 63], [90, 80, 70, 60]]
    assert ends["seeds"] == [0, 0]  # the first of seeds without gaps
    assert len(ends["scores"]) == 3  # each different row once


def test_curves_end_with_the_means_of_the_table(data: dict[str, Any]) -> None:
    for unit in ("seconds", "epochs", "evaluations"):
        assert data["curves"][unit][0]["test"][0][-1] == 82
        assert data["curves"][unit][0]["valid"][0][-1] == 92


def test_configurations_that_found_the_same_have_the_same_rank(data: dict[str, Any]) -> None:
    assert data["ranks"]["seconds"]["mean"][0][-1] == data["ranks"]["seconds"]["mean"][1][-1] == 1.5


def test_a_target_says_who_reached_it_and_when(data: dict[str, Any]) -> None:
    targets = data["targets"]
    last = len(targets["accuracy"]) - 1
    found = targets["reached"][0]
    assert targets["accuracy"][last] == 85 and found["share"][last] == 0.333  # seed 1 alone, at 20 seconds
    assert [line[last] for line in found["seconds"]] == [20, None, None]
    assert found["share"][0] == 1 and [line[0] for line in found["seconds"]] == [10, 10, 20]


def test_what_a_search_spent_is_there_in_every_unit(data: dict[str, Any]) -> None:
    spent = data["configurations"][0]["spent"]
    assert spent == {"evaluations": 2, "epochs": 24, "seconds": 26.667, "real seconds here": None}


def test_a_group_without_seconds_is_drawn_over_the_rest(results: Callable, scores) -> None:
    rows = [("a", 50.0, None, True), ("b", 60.0, None, True)]
    (found,) = page_data(make_report([results("job", {0: rows}, scores)]))
    assert [*found["units"]] == ["epochs", "evaluations"]


def test_long_labels_have_numbers_where_there_is_little_room(results: Callable, searches, scores) -> None:
    folder = results("job", searches, scores, label="a label that no axis of a chart has room for")
    (found,) = page_data(make_report([folder]))
    assert found["configurations"][0]["name"] == "1 rea"


def test_more_configurations_have_fewer_points_each() -> None:
    from nasbench_suite.report.page.thinning import kept, points

    assert points(2) == 120 and points(60) == 50 and points(1000) == 24
    assert kept(10, 4) == [0, 3, 6, 9] and kept(3, 4) == [0, 1, 2]
