import copy
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

import nasbench_suite as nbs
from nasbench_suite.errors import ConfigError, ResultsError
from nasbench_suite.jobs.run import run


@pytest.fixture
def results(installed: Path, make_job: Callable, tmp_path: Path) -> Path:
    for algorithm in ("random", "rea"):
        run(make_job(f"algorithm={algorithm}", "seeds=2", "budget.evaluations=15", "budget.seconds=null"))
    return tmp_path / "results"


def test_results_are_rows_and_short_views(results: Path) -> None:
    found = nbs.load_results(results)
    assert len(found) == 2 and [len(each) for each in found] == [2, 2]
    words = "on nb201/cifar10, protocol nb201: 2 searches, 30 evaluations"
    assert {repr(each) for each in found} == {f"<results of {name} {words}>" for name in ("random", "rea")}
    rows = found.to_arrow()
    assert rows.num_rows == 60
    assert set(rows["algorithm"].to_pylist()) == {"random", "rea"}
    assert "random on nb201/" in found._repr_html_() and "<svg" in found[0]._repr_html_()
    assert len(repr(found)) < 300


def test_a_report_compares_them(results: Path) -> None:
    report = nbs.make_report(str(results))
    rows = report.to_arrow().to_pylist()
    assert rows == [{**dict.fromkeys(rows[0]), **row.record()} for row in report.rows]
    assert {row["algorithm"] for row in rows} == {"random", "rea"}
    assert "cifar10 test" in report._repr_html_()
    assert "random" in repr(report)


def test_a_single_budget_is_a_list_of_one(results: Path) -> None:
    assert repr(nbs.make_report(results, at=20)) == repr(nbs.make_report(results, at=[20]))
    for wrong in (0, True, float("inf"), "20"):
        with pytest.raises(ConfigError, match="at: expected budgets above 0 in seconds"):
            nbs.make_report(results, at=wrong)  # type: ignore[arg-type]


def test_they_are_copied_and_pickled(results: Path) -> None:
    found = nbs.load_results(results)
    for twin in (copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))):
        assert twin(found).to_arrow().equals(found.to_arrow())
        assert twin(found[0]).final_incumbents == found[0].final_incumbents


@pytest.mark.parametrize("wrong", [None, 5, "", [], b"results"])
def test_what_is_no_folder_is_refused(wrong: object) -> None:
    for ask in (nbs.load_results, nbs.make_report):
        with pytest.raises(ConfigError, match="path of a results folder"):
            ask(wrong)  # type: ignore[operator]


def test_nothing_is_refused_and_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="got nothing"):
        nbs.load_results()
    with pytest.raises(ResultsError, match="nowhere"):
        nbs.load_results(tmp_path / "nowhere")


@pytest.mark.parametrize("at", [0, -5, "x", [0], [-1], ["x"], [float("inf")]])
def test_budgets_are_positive_numbers(at: object, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="expected budgets above 0"):
        nbs.make_report(tmp_path, at=at)  # type: ignore[arg-type]
