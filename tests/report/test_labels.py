from collections.abc import Callable
from pathlib import Path

from nasbench_suite.report.labels import flatten
from nasbench_suite.report.model import make_report


def labels(folder: Path) -> set[str]:
    return {each.label for each in make_report([folder]).configurations}


def test_labels_name_what_differs_between_configurations_of_one_algorithm(
    results: Callable, searches, scores, tmp_path: Path
) -> None:
    for size in (10, 50):
        config = {"algorithm": {"population": size}, "cores": size, "budget": {"seconds": 100}}
        results(f"job{size}", searches, scores, config=config, config_id=f"c{size}")
    results("random", searches, scores, config_id="r", algorithm="random")
    results("mine", searches, scores, config_id="m", label="my own")
    assert labels(tmp_path) == {"rea (population=10)", "rea (population=50)", "random", "my own"}


def test_labels_name_the_table_where_only_that_differs(results: Callable, searches, scores, tmp_path: Path) -> None:
    for at, table in enumerate(("12", "34")):
        results(f"job{at}", searches, scores, config_id=f"c{at}", table_hash=table * 32)
    assert labels(tmp_path) == {"rea (table=12121212)", "rea (table=34343434)"}


def test_a_setting_that_some_lack_is_named_where_it_is(results: Callable, searches, scores, tmp_path: Path) -> None:
    results("plain", searches, scores, config={"algorithm": {}}, config_id="c0")
    results("sized", searches, scores, config={"algorithm": {"population": 5}}, config_id="c1")
    assert labels(tmp_path) == {"rea", "rea (population=5)"}


def test_two_that_nothing_tells_apart_have_their_config_ids(
    results: Callable, searches, scores, tmp_path: Path
) -> None:
    for at in range(2):
        results(f"job{at}", searches, scores, config_id=f"c{at}", label="mine")
    assert labels(tmp_path) == {"mine [c0]", "mine [c1]"}


def test_nested_keys_are_joined_by_dots() -> None:
    assert flatten({"a": {"b": 1, "c": {"d": 2}}, "e": [3]}) == {"a.b": 1, "a.c.d": 2, "e": [3]}
