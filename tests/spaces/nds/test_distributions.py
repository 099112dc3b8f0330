"""The page that compares design spaces, from imported tables to its figures."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nasbench_suite.errors import ConfigError, ResultsError
from nasbench_suite.registry.tables import open_table
from nasbench_suite.report.distributions.design_spaces import DesignSpaces
from nasbench_suite.report.distributions.figure import draw, save
from nasbench_suite.report.distributions.measured_networks import MeasuredNetworks, measured_networks
from nasbench_suite.spaces.nds import NDSResNet
from nasbench_suite.table import Table


def test_measured_networks_have_the_sources_lowest_errors_and_sizes(
    archive: Path, nds_table: Callable[[str], Table]
) -> None:
    found = measured_networks(nds_table("nds_resnet"), "cifar10")
    jobs = json.loads((archive / "ResNet.json").read_text())
    by_arch: dict = {}
    for job in jobs:
        by_arch.setdefault(NDSResNet().from_source(job["net"], job["optim"]), []).append(job)
    errors = [np.mean([job["min_test_top1"] for job in group]) for group in by_arch.values()]
    assert sorted(found.errors) == pytest.approx(sorted(errors))
    assert sorted(found.parameters * 1e6) == pytest.approx(sorted(group[0]["params"] for group in by_arch.values()))
    assert found.measure == "lowest of all epochs"
    assert found.left_out == 0


def test_a_table_without_sizes_cannot_be_compared(full_table: Path) -> None:
    with pytest.raises(ConfigError, match="no test accuracy, parameters and FLOPs on cifar10"):
        measured_networks(open_table(full_table), "cifar10")


def made(label: str, low: float, high: float, left_out: int = 0) -> MeasuredNetworks:
    size = np.linspace(low, high, 200)
    return MeasuredNetworks(label, 20 - size, size, 100 * size, "epoch 2", left_out, "ab" * 32)


def test_the_range_is_what_all_spaces_cover_unless_one_is_named() -> None:
    spaces = [made("one", 1, 5), made("two", 2, 8)]
    assert DesignSpaces(spaces, 4).range("parameters") == (2, 5)
    assert DesignSpaces(spaces, 4).range("flops") == (200, 500)
    named = DesignSpaces(spaces, 4, ((3.0, 4.0), None))
    assert named.range("parameters") == (3.0, 4.0)
    for each in named.matched("parameters"):
        assert 16 < each.errors.min() < each.errors.max() < 17
    with pytest.raises(ConfigError, match="no parameters in common"):
        DesignSpaces([made("one", 1, 2), made("two", 3, 4)], 4).range("parameters")
    with pytest.raises(ConfigError, match="one, parameters in millions: no network"):
        DesignSpaces(spaces, 4, ((1.0, 100.0), None)).matched("parameters")


def test_the_figure_has_a_line_a_space_in_every_panel() -> None:
    figure = draw(DesignSpaces([made("one", 1, 5), made("two", 2, 8)], 4))
    assert len(figure.axes) == 6
    assert all(len(axis.lines) == 2 for axis in figure.axes)
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()] == ["one", "two"]


def test_a_figure_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="cannot be written"):
        save(DesignSpaces([made("one", 1, 5)], 4), tmp_path / "missing" / "page.png")


def test_the_command_writes_page_and_figure(nds_table: Callable[[str], Table], cli: Callable, tmp_path: Path) -> None:
    nds_table("nds_resnet")
    nds_table("nds_vanilla")
    arguments = ("distributions", "nds_resnet", "nds_vanilla:cifar10_lr-wd", "--dataset", "cifar10", "--bins", "1")
    done = cli(*arguments, "--output", "page.md")
    assert done.code == 0, done.err
    page = (tmp_path / "page.md").read_text()
    for expected in ("## As sampled", "## Matched parameters", "## Matched FLOPs", "](page.png)", "TEST set"):
        assert expected in page
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines()]
    assert ["nds_resnet, cifar10", "100"] in [row[:2] for row in rows]
    assert ["nds_vanilla, cifar10_lr-wd", "16"] in [row[:2] for row in rows]
    assert (tmp_path / "page.png").stat().st_size > 10_000
    again = cli(*arguments[:-2], "--bins", "500", "--output", "page.md")
    assert again.code == 2
    assert "fewer than 500 bins" in again.err
    assert again.err.count("\n") == 1
