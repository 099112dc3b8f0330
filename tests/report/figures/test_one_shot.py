from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nasbench_suite.report.figures import incumbents
from nasbench_suite.report.figures.one_shot import draw, has_any, save
from nasbench_suite.report.model import Report, make_report


@pytest.fixture
def report(one_shot: Callable, record: Callable, scores, by_hand: Path) -> Report:
    """A table search, a one-shot search with edge weights, and one without."""
    moving = [(0.5, 0.3, 0.2, 0.1, 0.1, 0.8), (0.2, 0.3, 0.5, 0.0, 0.1, 0.9)]
    learned = {
        seed: [
            record(
                at + 1,
                cell,
                edge_weights=moving[at],
                entropy=1.0 - 0.2 * at - 0.1 * seed,
                valid_loss=1.0,
                operation_counts=(at, 0, 2 - at),
            )
            for at, cell in enumerate(("a", "c"))
        ]
        for seed in (3, 5)
    }
    sampled = {0: [record(1, "b", valid_accuracy=12.0), record(2, "a", valid_accuracy=14.0)]}
    darts, rsps = (
        one_shot(name, searches, scores, algorithm=name, config_id=name)
        for name, searches in (("darts1", learned), ("rsps", sampled))
    )
    return make_report([by_hand, darts, rsps])


def lines(axis) -> list[list[float]]:
    return [line.get_ydata().tolist() for line in axis.lines]


def test_a_panel_a_figure_and_one_an_edge(report: Report) -> None:
    titles = [axis.get_title() for axis in draw(report).axes if axis.axison]
    assert titles == [
        "training loss", "validation loss", "entropy of the edge weights (nats)",
        "supernet's validation accuracy (%)", "true validation accuracy (%)", "true test accuracy (%)",
        "edges with none", "edges with skip_connect", "edges with conv", "edges with parameters (0: collapsed)",
        "1<-0", "2<-0",
    ]  # fmt: skip


def test_lines_are_means_over_searches_by_epoch(report: Report) -> None:
    panels = {axis.get_title(): axis for axis in draw(report).axes}
    assert lines(panels["supernet's validation accuracy (%)"]) == [[25.0, 25.0], [12.0, 14.0]]
    assert lines(panels["true validation accuracy (%)"]) == [[90.0, 94.0], [92.0, 90.0]]  # of a, c and of b, a
    assert lines(panels["true test accuracy (%)"]) == [[80.0, 85.0], [81.0, 80.0]]
    assert lines(panels["edges with none"]) == [[0.0, 1.0], [0.0, 0.0]]
    (entropy,) = lines(panels["entropy of the edge weights (nats)"])  # rsps has none
    np.testing.assert_allclose(entropy, [0.6, 0.4])
    assert len(panels["entropy of the edge weights (nats)"].collections) == 1  # a band, of two seeds
    assert panels["edges with none"].get_ylim()[0] < 0  # a line at zero is seen


def test_edge_weights_are_those_of_the_first_search_by_operation(report: Report) -> None:
    picture = draw(report)
    edge = picture.axes[-1]
    assert lines(edge) == [[0.1, 0.0], [0.1, 0.1], [0.8, 0.9]]
    assert [text.get_text() for text in picture.subfigs[1].legends[0].get_texts()] == ["none", "skip_connect", "conv"]
    assert picture.subfigs[1].get_suptitle() == "darts1, seed 3: edge weights over epochs"
    assert len(picture.subfigs) == 2  # rsps learns no edge weights


def test_a_configuration_looks_the_same_as_among_the_curves(report: Report) -> None:
    curves = {line.get_label(): line.get_color() for line in incumbents.draw(report).axes[0].lines}
    here = draw(report)
    named = {
        text.get_text(): line.get_color()
        for text, line in zip(here.subfigs[0].legends[0].get_texts(), here.axes[0].lines, strict=True)
    }
    assert named == {name: curves[name] for name in ("darts1 (2 searches)", "rsps (1 search)")}


def test_what_nobody_recorded_is_said_to_be_none(one_shot: Callable, record: Callable, scores) -> None:
    only = make_report([one_shot("rsps", {0: [record(1), record(2)]}, scores)])
    panels = {axis.get_title(): axis for axis in draw(only).axes if axis.axison}
    assert [text.get_text() for text in panels["validation loss"].texts] == ["none"]
    assert len([axis for axis in draw(only).axes if axis.axison]) == 10


def test_table_searches_alone_have_no_such_picture(by_hand: Path, report: Report) -> None:
    assert has_any(report) and not has_any(make_report([by_hand]))


@pytest.mark.parametrize(("ending", "begins"), [("png", b"\x89PNG"), ("svg", b"<?xml")])
def test_the_picture_is_the_same_to_the_byte(report: Report, tmp_path: Path, ending: str, begins: bytes) -> None:
    one, two = (tmp_path / f"{name}.{ending}" for name in ("one", "two"))
    for path in (one, two):
        save(report, path)
    assert one.read_bytes().startswith(begins) and one.read_bytes() == two.read_bytes()


def test_a_supernet_of_two_kinds_of_cells_has_a_panel_for_each_of_its_28_edges(
    one_shot: Callable, record: Callable, scores
) -> None:
    shape = {
        "operations": ["none", *(f"op {at}" for at in range(7))],
        "parameterless": ["none"],
        "edges": [f"{kind} {at}" for kind in ("normal", "reduce") for at in range(14)],
    }
    edge_weights = (0.125,) * (28 * 8)
    counts = {"edge_weights": edge_weights, "operation_counts": (1, 7, 0, 0, 0, 0, 0, 0)}
    folder = one_shot("job", {0: [record(1, **counts), record(2, **counts)]}, scores, one_shot=shape)
    picture = draw(make_report([folder]))
    assert len(picture.axes) == 6 + 9 + 28
    assert len({line.get_color() for line in picture.axes[15].lines}) == 8


def test_the_command_writes_it_beside_the_curves(
    one_shot: Callable, record: Callable, scores, cli: Callable, tmp_path: Path
) -> None:
    folder = one_shot("job", {0: [record(1), record(2)]}, scores)
    assert "(job/one_shot.png)" in cli("report", folder, "--figure", folder / "curves.png").out
    assert (folder / "one_shot.png").exists() and (folder / "curves.png").exists()
    assert cli("report", folder, "--output", tmp_path / "r.md").code == 0
    assert "(r-one_shot.png)" in (tmp_path / "r.md").read_text() and (tmp_path / "r-one_shot.png").exists()


def test_the_command_leaves_it_out_where_nothing_is_one_shot(by_hand: Path, cli: Callable) -> None:
    assert "one_shot" not in cli("report", by_hand, "--figure", by_hand / "curves.png").out
    assert not (by_hand / "one_shot.png").exists()


def test_a_search_that_ended_early_counts_as_far_as_it_got(one_shot: Callable, record: Callable, scores) -> None:
    long, short = [record(1), record(2), record(3)], [record(1, train_loss=4.0)]
    (axis, *_) = draw(make_report([one_shot("job", {0: long, 1: short}, scores)])).axes
    assert lines(axis) == [[3.0, 2.0, 2.0]]


def test_a_ranking_is_drawn_from_one_measurement_to_the_next(one_shot, record, scores) -> None:
    measured = (None, 0.25, None, 0.5)
    searches = {0: [record(at + 1, "a", kendall_tau=tau) for at, tau in enumerate(measured)]}
    report = make_report([one_shot("job", searches, scores)])
    (axis,) = [axis for axis in draw(report).axes if axis.get_title() == "Kendall's tau, supernet and truth"]
    assert axis.lines[0].get_xdata().tolist() == [2, 4]
    assert lines(axis) == [[0.25, 0.5]]
