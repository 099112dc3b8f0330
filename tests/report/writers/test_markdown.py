import re
from collections.abc import Callable
from pathlib import Path

from nasbench_suite.report.model import make_report
from nasbench_suite.report.writers.markdown import to_markdown

ENDS = (("bad", 80.0), ("good", 90.0), ("same", 90.0))


def cells(text: str, label: str) -> list[str]:
    """Returns the cells of the row of a configuration."""
    (row,) = [line for line in text.splitlines() if line.startswith(f"| {label} ")]
    return [cell.strip() for cell in row.strip("|").split("|")]


def test_markdown_has_a_row_per_configuration_and_where_it_came_from(by_hand: Path) -> None:
    text = to_markdown(make_report([by_hand]), [("curves", "curves.png")])
    figures = ["92.00±2.00", "82.00±2.65", "72.00±2.65", "62.00±1.73", "3", "2.0", "27"]
    assert cells(text, "rea") == ["rea", *figures]
    for part in ("epoch 12 of 12", "trial policy mean", "abababababab", "100 seconds", "kept", "![curves](curves.png)"):
        assert part in text
    assert "- rea found c (1 of 3 searches ended with it or an isomorphic one, cifar10 valid 94.00 test 85.00," in text


def test_searches_that_found_nothing_are_counted_in_the_table(results: Callable, searches, scores) -> None:
    report = make_report([results("job", {**searches, 7: []}, scores)])
    assert cells(to_markdown(report), "rea")[-3:] == ["4 (1 found nothing)", "2.0", "27"]


def test_a_configuration_that_found_nothing_has_a_row_without_figures(results: Callable) -> None:
    text = to_markdown(make_report([results("job", {0: [], 1: []}, {})]))
    assert cells(text, "rea") == ["rea", "-", "-", "2 (2 found nothing)", "-", "-"]
    assert "rea found" not in text


def test_notes_are_at_the_end(results: Callable, searches, scores) -> None:
    partly = {**scores, "b": {"cifar10": (92.0, None), "cifar100": (71.0, 63.0)}}
    report = make_report([results("job", searches, partly)])
    (note,) = report.notes
    assert to_markdown(report).rstrip().endswith(f"- {note}")


def test_stored_means_that_answered_for_trials_are_counted(results: Callable, searches, scores) -> None:
    report = make_report([results("job", searches, scores, trial="random_or_mean")])
    assert "6 of 6 answers were means that the source stored without trials" in to_markdown(report)
    trials = make_report([results("trials", searches, scores, trial="random_or_mean", answered=777)])
    assert "0 of 6 answers were means" in to_markdown(trials)


def test_whose_settings_an_algorithm_took_is_said(results: Callable, searches, scores) -> None:
    one = results("one", searches, scores, settings="nb201_rea")
    assert "- settings: nb201_rea\n" in to_markdown(make_report([one]))
    two = results("two", searches, scores, settings=None)
    assert "- settings: the constructor's defaults\n" in to_markdown(make_report([two]))


def test_a_one_shot_row_counts_epochs_and_says_where_it_came_from(
    one_shot: Callable, record: Callable, by_hand: Path, scores
) -> None:
    folder = one_shot("supernet", {0: [record(1, "a"), record(2, "c")]}, scores)
    text = to_markdown(make_report([by_hand, folder]), [("curves", "curves.png"), ("epochs", "one_shot.png")])
    assert cells(text, "darts1")[-3:] == ["1", "2 epochs", "20"]
    assert cells(text, "rea")[-3:] == ["3", "2.0", "27"]
    assert "darts1: 2 epochs of a supernet, the architectures that it derives scored by table t (abababababab)" in text
    assert "for one-shot they are those of the machine that searched" in text
    assert text.index("(curves.png)") < text.index("(one_shot.png)")


def test_an_architecture_that_the_judge_cannot_score_has_no_figure(one_shot: Callable, record: Callable) -> None:
    report = make_report([one_shot("supernet", {0: [record(1, "unheard of")]}, {})])
    (row,) = report.rows
    assert (row.scored_on, row.valid_mean, row.test_mean, row.seeds) == ("cifar10", None, None, 1)
    assert "the architectures that it derives not scored" in to_markdown(report)


def test_a_collapsed_architecture_is_warned_of(one_shot: Callable, record: Callable, scores) -> None:
    report = make_report([one_shot("supernet", {0: [record(1, "b", parametric_edges=0)]}, scores)])
    warning = "1 of 1 searches of darts1 ended in an architecture without any parameters (collapsed): b (seed 0)"
    assert f"- {warning}" in to_markdown(report) and report.rows[0].collapsed == 1


def test_the_tests_at_a_budget_have_tables_and_a_verdict(results: Callable, searches, scores) -> None:
    folders = [results(name, searches, scores, config_id=name, algorithm=name) for name in ("one", "two")]
    text = to_markdown(make_report(folders, at=[50.0]))
    assert "### At 50 simulated seconds: test accuracy on cifar10" in text
    assert "No winner: one has the highest mean" in text and "3 searches per configuration" in text


def test_what_a_folder_says_does_nothing_in_a_page_or_a_terminal(evil: Path, by_hand: Path) -> None:
    text = to_markdown(make_report([evil, by_hand], at=[50.0]))
    assert not re.search(r"<(?!br)\w", text) and "\x1b" not in text and "\r" not in text
    assert not re.search(r"(?<!\\)!?\[[^\]]*\]\(", text)  # neither a link nor a picture
    headings = [line for line in text.splitlines() if re.match(r"\s*#", line)]
    assert not any(line.startswith("# h") for line in headings)
    for table in re.findall(r"(?:^\|.*\n)+", text, flags=re.MULTILINE):
        bars = [len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()]
        assert len(set(bars)) == 1  # of its own columns, whatever a label holds


def test_rows_are_ordered_by_score_and_the_end_is_tested_without_being_asked(results: Callable) -> None:
    scores = {f"{name}{at}": {"cifar10": (value + at / 10,) * 2} for name, value in ENDS for at in range(8)}
    folders = [
        results(name, {at: [(f"{name}{at}", 1.0, 1.0, True)] for at in range(8)}, scores, config_id=name, label=name)
        for name, _ in ENDS
    ]
    text = to_markdown(make_report(folders))
    rows = [line.strip("|").split("|") for line in text.splitlines()[6:9]]
    assert [name.strip() for name, *_ in rows] == ["good", "same", "bad"]
    assert [test.strip().startswith("**") for _, _, test, *_ in rows] == [True, True, False]
    assert "test accuracy on cifar10: good has the highest mean; it ties with same (level 0.05" in text
    assert "| same         | 0 (tie) " in text


def test_what_all_configurations_share_is_said_once(results: Callable, searches, scores) -> None:
    one = results("one", searches, scores, settings="nb201_rea")
    two = results("two", searches, scores, config_id="c1", algorithm="random", settings=None)
    text = to_markdown(make_report([one, two]))
    assert text.count("budget 100 seconds") == text.count("table t (abab") == 1
    assert "- rea: settings: nb201_rea\n" in text and "- random: settings: the constructor's defaults\n" in text
