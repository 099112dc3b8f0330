from collections.abc import Callable

import pytest

from nasbench_suite.report.load import load
from nasbench_suite.report.results import Results
from nasbench_suite.report.times import common_unit, known_unit, limit, reading, times_in, unit_name


@pytest.fixture
def searched(results: Callable, searches, scores) -> Callable[..., Results]:
    """Loads a table search."""
    return lambda name="table", **description: load([results(name, searches, scores, **description)]).results[0]


@pytest.fixture
def trained(one_shot: Callable, record: Callable, scores) -> Callable[..., Results]:
    """Loads a one-shot search of two seeds and three epochs."""

    def make(name: str = "one_shot", **description: object) -> Results:
        epochs = [record(epoch) for epoch in (1, 2, 3)]
        return load([one_shot(name, {0: epochs, 1: epochs}, scores, **description)]).results[0]

    return make


def budget(**limits: float) -> dict[str, object]:
    return {"seconds": None, "epochs": None, "evaluations": None, "overstep": "keep", **limits}


def test_an_axis_says_whose_seconds_it_shows(searched: Callable, trained: Callable) -> None:
    training = searched("training", clock="machine")
    table, one_shot = searched(), trained()
    assert unit_name("seconds", [table]) == "simulated seconds"
    assert unit_name("seconds", [training]) == unit_name("seconds", [one_shot]) == "seconds of this machine"
    mixed = "seconds (simulated for table searches, of this machine for"
    assert unit_name("seconds", [table, one_shot]) == f"{mixed} one-shot)"
    assert unit_name("seconds", [one_shot, training, table]) == f"{mixed} one-shot and training)"


def test_a_table_says_whose_seconds_and_what_evaluations_it_holds(searched: Callable, trained: Callable) -> None:
    table, one_shot = searched(), trained()
    assert reading([table]) == "Seconds are simulated, on the source's hardware."
    assert reading([one_shot]).startswith("Seconds are those of the machine that searched")
    assert "evaluates is an epoch" in reading([one_shot])
    both = reading([table, one_shot])
    assert "simulated, on the source's hardware, for table searches; for one-shot they are those of the machine" in both
    assert "share an axis, not the hardware" in both


def test_the_epochs_of_a_one_shot_search_are_of_one_training_and_not_added_up(
    searched: Callable, trained: Callable
) -> None:
    assert times_in(trained(), "epochs").values.tolist() == [1, 2, 3, 1, 2, 3]
    assert times_in(searched(), "epochs").values.tolist() == [12, 24, 36, 12, 24, 12]  # a training each


def test_without_a_limit_time_is_in_seconds(trained: Callable) -> None:
    found = trained()
    assert limit(found, "epochs") is None and known_unit(found) == "seconds"
    assert known_unit(trained("short", budget=budget(epochs=2))) == "epochs"


def test_configurations_are_compared_in_their_own_unit_else_in_seconds(searched: Callable, trained: Callable) -> None:
    seconds, evaluations = searched(), searched("evaluations", budget=budget(evaluations=30))
    assert common_unit([evaluations]) == "evaluations"
    assert common_unit([evaluations, seconds]) == common_unit([evaluations, trained()]) == "seconds"


def test_where_some_seconds_are_unknown_evaluations_are_compared(results: Callable, scores, trained: Callable) -> None:
    (unknown,) = load([results("unknown", {0: [("a", 50.0, None, True)]}, scores)]).results
    group = [unknown, trained()]
    assert common_unit(group) == "evaluations"
    assert unit_name("evaluations", group) == "evaluations (epochs for one-shot)"
    assert unit_name("evaluations", [unknown]) == "evaluations"
