import json
from collections.abc import Callable
from pathlib import Path

from nasbench_suite.report.model import make_report
from nasbench_suite.report.writers.json import to_json


def test_json_is_a_list_of_the_rows_records(by_hand: Path) -> None:
    report = make_report([by_hand])
    found = json.loads(to_json(report))
    assert found == [row.record() for row in report.rows]
    assert [row["scored_on"] for row in found] == ["cifar10", "cifar100"]
    assert (found[0]["valid_mean"], found[0]["without_incumbent"], found[0]["found"]) == (92.0, 0, "c")


def test_what_is_not_known_is_null(results: Callable) -> None:
    (row,) = json.loads(to_json(make_report([results("job", {0: []}, {})])))
    assert row["seeds"] == row["without_incumbent"] == 1
    assert {row[key] for key in row if key.endswith(("_mean", "_std"))} == {None} and row["found"] is None


def test_a_one_shot_row_counts_epochs_by_the_machines_clock(one_shot: Callable, record: Callable, scores) -> None:
    row, _ = json.loads(to_json(make_report([one_shot("job", {0: [record(1), record(2)]}, scores)])))
    assert (row["evaluations_mean"], row["seconds_mean"], row["clock"], row["trial"]) == (2.0, 20.0, "machine", None)
    assert "fidelities" not in row
