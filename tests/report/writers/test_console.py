from collections.abc import Callable
from pathlib import Path

from nasbench_suite.report.model import make_report
from nasbench_suite.report.writers.console import to_console


def test_a_job_that_ends_says_whose_seconds_it_took(
    results: Callable, one_shot: Callable, record: Callable, searches, scores, by_hand: Path
) -> None:
    assert "3 searches of 2.0 evaluations and 27 simulated s each" in to_console(make_report([by_hand]))
    training = results("training", searches, scores, clock="machine")
    assert "3 searches of 2.0 evaluations and 27 s of this machine each" in to_console(make_report([training]))
    supernet = one_shot("supernet", {0: [record(1), record(2)], 1: [record(1), record(2)]}, scores)
    assert "2 searches of 2 epochs and 20 s of this machine each" in to_console(make_report([supernet]))


def test_what_was_found_is_shown(by_hand: Path) -> None:
    lines = to_console(make_report([by_hand])).splitlines()
    assert lines[1] == "  cifar10   valid 92.00±2.00  test 82.00±2.65"
    assert lines[3] == (
        "  found: c (1 of 3 searches ended with it or an isomorphic one, cifar10 valid 94.00 test 85.00, "
        "cifar100 valid 75.00 test 63.00)"
    )


def test_searches_that_found_nothing_are_counted(results: Callable, searches, scores) -> None:
    text = to_console(make_report([results("job", {**searches, 3: [], 4: []}, scores)]))
    assert "5 searches (2 found nothing) of 2.0 evaluations" in text
    assert "note: rea: 2 of 5 searches found nothing" in text


def test_a_job_in_which_nothing_was_evaluated_says_so(results: Callable) -> None:
    first, figures, *_ = to_console(make_report([results("job", {0: [], 1: []}, {})])).splitlines()
    assert first.endswith("protocol nb201: 2 searches (2 found nothing), nothing to average")
    assert figures == "  cifar10  valid -  test -"


def test_notes_and_the_formula_of_the_seconds_are_at_the_end(results: Callable, searches, scores) -> None:
    partly = {**scores, "b": {"cifar10": (92.0, None), "cifar100": (71.0, 63.0)}}
    report = make_report([results("job", searches, partly, seconds_from="epochs x pace")])
    (note,) = report.notes
    assert to_console(report).endswith(f"  note: epochs x pace\n  note: {note}")


def test_no_text_of_a_folder_commands_the_terminal(evil: Path) -> None:
    text = to_console(make_report([evil]))
    assert "\x1b" not in text and "\r" not in text
    assert sum(line.startswith("# h") for line in text.splitlines()) == 0
