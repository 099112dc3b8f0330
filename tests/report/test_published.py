import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nasbench_suite.report import published
from nasbench_suite.report.model import make_report
from nasbench_suite.report.published import PublishedComparison, compare
from nasbench_suite.report.scored_row import ScoredRow
from nasbench_suite.report.writers.markdown import to_markdown

ENTRY: dict[str, Any] = {
    "source": "a paper",
    "space": "nb201",
    "dataset": "cifar10",
    "protocol": "nb201",
    "where": {"budget.seconds": 100},
    "rows": [
        {"where": {"algorithm.population": 10}, "seeds": 4, "evaluations": 2.5, "cifar10": [91.0, 2.0, 80.0, 1.0]},
        {"where": {"algorithm.population": 50}, "seeds": 4, "cifar10": [1.0, 2.0, 3.0, 1.0]},
    ],
}
CONFIG = {"algorithm": {"population": 10}, "budget": {"seconds": 100}}


def published_in(folder: Path) -> list[PublishedComparison]:
    (configuration,) = make_report([folder]).configurations
    return compare(configuration.results, configuration.rows)


@pytest.fixture
def _one_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(published, "_entries", lambda: [ENTRY])


@pytest.mark.usefixtures("_one_entry")
def test_a_difference_is_in_standard_errors_of_both_sides(results: Callable, searches, scores) -> None:
    folder = results("job", searches, scores, config=CONFIG)
    (found,) = published_in(folder)
    valid, test = found.differences
    # ours: 92, 94 and 90 on validation, 81, 85 and 80 on test
    assert (valid.difference, valid.std_ratio) == (pytest.approx(1.0), pytest.approx(1.0))
    assert valid.errors == pytest.approx(1.0 / math.sqrt(4 / 3 + 4 / 4))
    assert test.difference == pytest.approx(2.0)
    assert test.errors == pytest.approx(2.0 / math.sqrt(7 / 3 + 1 / 4))
    assert found.agreeing == 2


@pytest.mark.usefixtures("_one_entry")
@pytest.mark.parametrize(
    "config",
    [
        {"algorithm": {"population": 20}, "budget": {"seconds": 100}},
        {"algorithm": {"population": 10}, "budget": {"seconds": 200}},
        {"algorithm": {}, "budget": {"seconds": 100}},
    ],
)
def test_other_settings_have_no_published_row(config: dict, results: Callable, searches, scores) -> None:
    folder = results("job", searches, scores, config=config)
    assert published_in(folder) == []
    assert "published" not in to_markdown(make_report([folder]))


@pytest.mark.usefixtures("_one_entry")
def test_the_report_prints_them_beside_ours(results: Callable, searches, scores) -> None:
    text = to_markdown(make_report([results("job", searches, scores, config=CONFIG)]))
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()]
    assert ["ours less theirs", "cifar10 valid", "cifar10 test", "agree"] in rows
    assert ["rea", "+1.00 (+0.7)", "+2.00 (+1.2)", "2 of 2"] in rows
    assert "- rea here: 2 of 2 means agree with a paper within 4 standard errors" in text
    assert "4 searches of theirs; 2.0 evaluations here, 2.5 theirs" in text and "expected to differ" not in text


def test_why_numbers_are_expected_to_differ_is_said(
    results: Callable, searches, scores, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = {**ENTRY["rows"][0], "because": "they had another data set"}
    monkeypatch.setattr(published, "_entries", lambda: [{**ENTRY, "rows": [row]}])
    text = to_markdown(make_report([results("job", searches, scores, config=CONFIG)]))
    assert "; expected to differ: they had another data set\n" in text


@pytest.mark.usefixtures("_one_entry")
def test_one_search_has_a_difference_but_no_errors(results: Callable, searches, scores) -> None:
    folder = results("job", {0: searches[0]}, scores, config=CONFIG)
    (found,) = published_in(folder)
    assert [d.errors for d in found.differences] == [None, None] and found.agreeing == 0
    assert "| +1.00 " in to_markdown(make_report([folder]))


@pytest.mark.parametrize(("ours", "agreeing"), [(80.002, 2), (80.02, 1)])
def test_without_deviations_means_agree_to_the_rounding(
    ours: float, agreeing: int, results: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = {**ENTRY, "rows": [{"where": {}, "seeds": 3, "cifar10": [91.0, 0.0, 80.0, 0.0]}]}
    monkeypatch.setattr(published, "_entries", lambda: [entry])
    rows = [("a", 50.0, 10.0, True)]
    folder = results("job", {0: rows, 1: rows}, {"a": {"cifar10": (91.0, ours)}}, config=CONFIG)
    (found,) = published_in(folder)
    assert found.agreeing == agreeing
    assert [d.std_ratio for d in found.differences] == [None, None]
    assert "deviations" not in to_markdown(make_report([folder]))


def test_the_papers_one_shot_rows_are_printed_beside_ours(
    one_shot: Callable, record: Callable, composed: Callable
) -> None:
    config = composed("algorithm=darts1", "protocol=nb201", "dataset=cifar10").config
    skips = {"a": {"cifar10": (39.77, 54.30), "cifar100": (15.03, 15.61)}}
    searches = {seed: [record(1, "a", seconds=1000.0)] for seed in range(3)}
    text = to_markdown(make_report([one_shot("job", searches, skips, config=config)]))
    source = "NAS-Bench-201's paper (arXiv:2001.00326, table 5)"
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()]
    assert ["darts1", *["+0.00 (+0.0)"] * 4, "4 of 4"] in rows
    assert f"- darts1 here: 4 of 4 means agree with {source}" in text
    assert "3 searches of theirs; 1,000.0 seconds here, 10,890.0 theirs" in text
    shorter = composed("algorithm=darts1", "protocol=nb201", "dataset=cifar10", "supernet.epochs=5").config
    assert "published" not in to_markdown(make_report([one_shot("shorter", searches, skips, config=shorter)]))


def test_every_published_row_names_real_settings(composed: Callable) -> None:
    from nasbench_suite.report.labels import flatten

    names = ("random", "rea", "reinforce", "reinforce_documented", "bohb")
    one_shot = ("darts1", "darts2", "gdas", "setn", "enas", "rsps")
    entries = published._entries()
    configs = [
        flatten(composed(f"algorithm={name}", f"protocol={protocol}", f"dataset={dataset}", *budget).config)
        for dataset, protocol in {(entry["dataset"], entry["protocol"]) for entry in entries}
        for name in names
        for budget in ((), ("budget=unlimited",))
        if name == "bohb" or not budget
    ]
    configs += [flatten(composed(f"algorithm={name}", "protocol=nb201", "dataset=cifar10").config) for name in one_shot]
    for entry in entries:
        for row in entry["rows"]:
            where = {**entry["where"], **row["where"]}
            alike = [c for c in configs if (c["protocol.name"], c["dataset"]) == (entry["protocol"], entry["dataset"])]
            assert any(published._holds(where, config) for config in alike), where
            assert all(len(row[name]) == 4 for name in ("cifar10", "cifar100", "ImageNet16-120") if name in row)


def test_an_algorithm_that_found_nothing_is_still_in_the_report(results: Callable) -> None:
    folder = results("job", {0: [("a", 50.0, 10.0, False)], 1: [("b", 50.0, 10.0, False)]}, {})
    summary = make_report([folder])
    row: ScoredRow = summary.rows[0]
    assert (row.scored_on, row.valid_mean, row.seeds) == ("cifar10", None, 2)
    assert any("2 of 2 searches found nothing" in note for note in summary.notes)
    assert to_markdown(summary)


def test_a_report_says_where_rungs_were_nominal(results: Callable, searches, scores) -> None:
    config = {**CONFIG, "fidelities": [[12, 1], [12, 4], [12, 12]]}
    folder = results("job", searches, scores, config=config, multi_fidelity=True)
    text = to_markdown(make_report([folder]))
    assert "the table lacks epoch 1 of 12, epoch 4 of 12), every rung at this fidelity and its full cost" in text
    honoured = {"multi_fidelity": True, "fidelities": [[12, 1], [12, 4], [12, 12]], "config_id": "c1"}
    text = to_markdown(make_report([results("other", searches, scores, config=config, **honoured)]))
    assert "every rung" not in text and "lacks" not in text
