"""The incumbents' curves as a picture."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nasbench_suite.errors import ResultsError
from nasbench_suite.report.curves import Split, incumbent_curves
from nasbench_suite.report.load import Results
from nasbench_suite.report.summary import Summary, make_labels


def draw(summary: Summary) -> Figure:
    """Draws mean curves with 95% confidence bands: a row a searched data set, validation left and test right."""
    groups: dict[tuple[str, str, str], list[Results]] = {}
    for results in summary.results:
        description = results.description
        groups.setdefault((description["space"], description["dataset"], description["protocol"]), []).append(results)
    figure = Figure(figsize=(11, 4.2 * len(groups)), layout="constrained")
    axes = figure.subplots(len(groups), 2, squeeze=False)
    for row, ((space, dataset, protocol), group) in zip(axes, groups.items(), strict=True):
        splits: tuple[Split, Split] = ("valid", "test")
        for axis, split in zip(row, splits, strict=True):
            _draw_group(axis, group, dataset, split)
            name = "validation" if split == "valid" else "test"
            axis.set_title(f"{space}, {dataset}: {name} accuracy of the incumbent (protocol {protocol})", fontsize=10)
        for axis in [axis for axis in row if axis.lines][:1]:
            axis.legend(frameon=False, fontsize=9)
    return figure


def save(summary: Summary, path: Path) -> None:
    """Writes the picture; the file's ending chooses the format.

    Raises:
        ResultsError: it cannot be written.
    """
    try:
        draw(summary).savefig(path, dpi=150)
    except (OSError, ValueError) as error:
        raise ResultsError(f"{path}: the figure cannot be written ({error})") from error


def _draw_group(axis: Axes, group: list[Results], dataset: str, split: Split) -> None:
    labels = make_labels(group)
    for results, label in zip(group, labels, strict=True):
        if dataset not in results.scores:
            continue
        curves = incumbent_curves(results, dataset, split)
        if np.isnan(curves.scores).all():
            continue
        mean, low, high = curves.mean_and_band()
        (line,) = axis.plot(curves.grid, mean, label=f"{label} ({len(curves.scores)} seeds)")
        axis.fill_between(curves.grid, low, high, color=line.get_color(), alpha=0.2, linewidth=0)
        axis.set_xlabel(curves.unit)
    if not axis.lines:
        axis.text(0.5, 0.5, "not in the table", ha="center", va="center", transform=axis.transAxes)
        axis.set_axis_off()
        return
    axis.set_xscale("log")
    axis.set_ylabel("percent (mean, 95% confidence)")
    axis.grid(alpha=0.25)
    axis.spines[["top", "right"]].set_visible(False)
