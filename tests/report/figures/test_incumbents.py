from collections.abc import Callable
from pathlib import Path

import pytest

from nasbench_suite.errors import ResultsError
from nasbench_suite.report.figures.incumbents import AXES, draw, draw_datasets, on_several, save
from nasbench_suite.report.model import make_report


def test_a_png_is_written(by_hand: Path, tmp_path: Path) -> None:
    save(make_report([by_hand]), tmp_path / "curves.png")
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")


def test_each_configuration_is_a_line_with_a_band(by_hand: Path) -> None:
    valid, test = draw(make_report([by_hand])).axes
    assert [line.get_label() for line in valid.lines] == ["rea (3 searches)"]
    assert len(valid.collections) == len(test.collections) == 1
    assert valid.lines[0].get_ydata()[-1] == 92.0 and test.lines[0].get_ydata()[-1] == 82.0


def test_a_place_or_format_that_cannot_be_written_is_told(by_hand: Path, tmp_path: Path) -> None:
    for path in (tmp_path / "lost" / "curves.png", tmp_path / "curves.xyz"):
        with pytest.raises(ResultsError, match="cannot be written") as caught:
            save(make_report([by_hand]), path)
        assert "\n" not in str(caught.value)


BEST = {"cifar10": [95.0, 86.0], "cifar100": [76.0, 64.0]}


def test_regret_has_panels_of_its_own_where_the_best_is_known(results: Callable, searches, scores) -> None:
    summary = make_report([results("job", searches, scores, best=BEST)])
    panels = draw(summary, axes=("log", "linear")).axes
    assert [(panel.get_ylabel(), panel.get_xscale(), panel.get_yscale()) for panel in panels] == [
        (f"{name} {quantity} ({unit})", axis, axis if quantity == "regret" else "linear")
        for quantity, unit in (("accuracy", "%"), ("regret", "points"))
        for axis in ("log", "linear")
        for name in ("validation", "test")
    ]
    assert panels[4].lines[0].get_ydata()[-1] == 3.0  # 95 - 92


def test_only_what_is_asked_for_is_drawn(results: Callable, searches, scores) -> None:
    summary = make_report([results("job", searches, scores, best=BEST)])
    assert len(draw(summary, ("regret",), ("linear",)).axes) == 2


def test_a_regret_of_zero_can_be_drawn_on_a_log_axis(results: Callable, searches, scores, tmp_path: Path) -> None:
    best = {"cifar10": [90.0, 80.0]}  # architecture a is the best
    save(make_report([results("job", {2: searches[2]}, scores, best=best)]), tmp_path / "zero.png")
    assert (tmp_path / "zero.png").exists()


def test_no_two_of_28_configurations_look_alike(results: Callable, searches, scores) -> None:
    for at in range(28):
        results(f"jobs/{at}", searches, scores, config_id=f"c{at}", label=f"variant {at}")
    lines = draw(make_report([results("jobs/0", searches, scores).parent])).axes[0].lines
    assert len({(line.get_color(), line.get_linestyle()) for line in lines}) == len(lines) == 28


@pytest.mark.parametrize(("ending", "begins"), [("svg", b"<?xml"), ("pdf", b"%PDF")])
def test_vector_pictures_are_the_same_to_the_byte(by_hand: Path, tmp_path: Path, ending: str, begins: bytes) -> None:
    for name in ("one", "two"):
        save(make_report([by_hand]), tmp_path / f"{name}.{ending}")
    one, two = (tmp_path / f"{name}.{ending}" for name in ("one", "two"))
    assert one.read_bytes().startswith(begins) and one.read_bytes() == two.read_bytes()


def test_searches_that_found_nothing_leave_the_panels_empty(results: Callable, scores, tmp_path: Path) -> None:
    nothing = {0: [("a", 50.0, 10.0, False), ("b", 50.0, 20.0, False)]}
    folder = results("job", nothing, scores, best=BEST)
    save(
        make_report([folder, results("other", {0: [("a", 50.0, 10.0, True)]}, scores, best=BEST, config_id="c1")]),
        tmp_path / "a.png",
        axes=AXES,
    )


def test_validation_regret_is_drawn_where_a_table_has_no_test_accuracy(results: Callable, tmp_path: Path) -> None:
    best, scores = {"cifar10": [95.0, None]}, {"a": {"cifar10": (90.0, None)}, "b": {"cifar10": (92.0, None)}}
    rows = [("a", 50.0, 10.0, True), ("b", 60.0, 20.0, True)]
    summary = make_report([results("job", {0: rows}, scores, best=best)])
    save(summary, tmp_path / "curves.png", axes=AXES)
    *_, valid, test = draw(summary).axes
    assert valid.lines[0].get_ydata()[-1] == 3.0
    assert len(test.lines) == 0 and [text.get_text() for text in test.texts] == ["not in the table"]


def test_one_shot_searches_lie_on_the_table_searches_axis_which_says_whose_seconds(
    one_shot: Callable, record: Callable, by_hand: Path, scores
) -> None:
    valid, _ = draw(make_report([by_hand, one_shot("supernet", {0: [record(1, "a"), record(2, "c")]}, scores)])).axes
    assert {line.get_label(): line.get_ydata()[-1] for line in valid.lines} == {
        "rea (3 searches)": 92.0, "darts1 (1 search)": 94.0,
    }  # fmt: skip
    assert valid.get_xlabel() == "seconds (simulated for table searches,\nof this machine for one-shot)"


def test_configurations_of_different_budgets_share_a_unit(results: Callable, searches, scores, by_hand: Path) -> None:
    budget = {"seconds": None, "epochs": None, "evaluations": 3, "overstep": "keep"}
    other = results("other", searches, scores, config_id="c1", algorithm="random", budget=budget)
    valid, _ = draw(make_report([by_hand, other])).axes
    assert [line.get_xdata()[-1] for line in valid.lines] == [40.0, 40.0]
    assert valid.get_xlabel() == "simulated seconds"


def test_lines_that_begin_alike_are_seen_beside_each_other(results: Callable, searches, scores) -> None:
    folders = [results(name, searches, scores, config_id=name, algorithm=name) for name in ("rea", "random", "tpe")]
    valid, _ = draw(make_report(folders)).axes
    widths = [line.get_linewidth() for line in sorted(valid.lines, key=lambda line: line.get_zorder())]
    assert widths == sorted(widths, reverse=True) and len(set(widths)) == 3


def test_an_axis_leaves_a_steep_start_out(results: Callable) -> None:
    scores = {"a": {"cifar10": (10.0, 10.0)}, "b": {"cifar10": (92.0, 91.0)}, "c": {"cifar10": (93.0, 92.0)}}
    rows = [("a", 1.0, 1.0, True), ("b", 2.0, 1.5, True), ("c", 3.0, 90.0, True)]
    valid, test = draw(make_report([results("job", {0: rows, 1: rows}, scores)]), axes=("log",)).axes
    assert valid.get_ylim()[0] > 90 and test.get_ylim()[0] > 89
    assert valid.get_ylim()[1] > 93


def test_small_multiples_have_a_panel_per_data_set_and_one_legend(by_hand: Path) -> None:
    report = make_report([by_hand])
    assert on_several(report)
    figure = draw_datasets(report)
    assert [panel.get_title() for panel in figure.axes if panel.axison] == ["cifar10", "cifar100"]
    assert [panel.lines[0].get_ydata()[-1] for panel in figure.axes[:2]] == [82.0, 62.0]
    (legend,) = figure.subfigs[0].legends
    assert [text.get_text() for text in legend.get_texts()] == ["rea (3 searches)"]


def test_validation_is_shown_where_a_data_set_has_no_test_accuracy(results: Callable) -> None:
    scores = {"a": {"cifar10": (90.0, 80.0), "cifar100": (70.0, None)}}
    folder = results("job", {0: [("a", 50.0, 10.0, True)]}, scores)
    first, second = draw_datasets(make_report([folder])).axes[:2]
    assert (first.get_ylabel(), second.get_ylabel()) == ("test accuracy (%)", "validation accuracy (%)")


def test_one_data_set_needs_no_small_multiples(results: Callable) -> None:
    folder = results("job", {0: [("a", 50.0, 10.0, True)]}, {"a": {"cifar10": (90.0, 80.0)}})
    assert not on_several(make_report([folder]))
