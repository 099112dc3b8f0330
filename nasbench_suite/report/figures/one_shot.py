"""One-shot searches as pictures: what a supernet learned from epoch to epoch, and which architectures came of it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from nasbench_suite.report.band import mean_and_band
from nasbench_suite.report.curves import SPLITS
from nasbench_suite.report.figures.colours import COLOURS
from nasbench_suite.report.figures.style import (
    GREY,
    LineStyle,
    legend_columns,
    legend_height,
    stacked,
    styles,
    write,
)
from nasbench_suite.report.model import ComparedGroup, Report, ReportedConfiguration
from nasbench_suite.report.results import Column, Results
from nasbench_suite.report.words import one_line

HEIGHT = 1.6  # inches, of a row of panels
COLUMNS = 3  # of panels
EDGE_HEIGHT = 1.15  # inches, of a row of edges
EDGES = 7  # in a row, at most
PALETTE = (*COLOURS, GREY)  # of operations

Shown = list[tuple[LineStyle, ReportedConfiguration]]


@dataclass(frozen=True)
class EpochPanel:
    """One figure over epochs.

    Attributes:
        title: of it.
        lines: its look, and (searches, epochs) values that are NaN after a search has ended, by configuration.
        counts: whether the values are numbers of edges.
    """

    title: str
    lines: list[tuple[LineStyle, NDArray[np.float64]]]
    counts: bool = False


def has_any(report: Report) -> bool:
    """Whether a report has one-shot searches."""
    return any(each.results.one_shot for each in report.configurations)


def draw(report: Report, titled: bool = True) -> Figure:
    """Draws the one-shot searches of a report, at least one.

    For each space, searched data set and protocol: losses, accuracies and counts over epochs, mean over the searches
    that got as far with 95% confidence bands; and for each configuration that learns edge weights, these over epochs,
    of its first search.

    Args:
        report: what it says.
        titled: whether each part says what was searched.
    """
    parts = [(group, _one_shot(group)) for group in report.groups if _one_shot(group)]
    heights = [size for _, found in parts for size in (_height(found), *_edges_heights(_with_edge_weights(found)))]
    with stacked(heights) as (figure, subfigures):
        places = iter(subfigures)
        for group, found in parts:
            _draw_epochs(next(places), group, found, titled)
            learned = _with_edge_weights(found)
            for configuration in learned:
                _draw_edges(next(places), configuration, named=configuration is learned[-1])
    return figure


def save(report: Report, path: Path) -> None:
    """Writes the picture; the file's ending chooses the format: `.png`, `.svg`, `.pdf`.

    Raises:
        ResultsError: it cannot be written.
    """
    write(draw(report), path)


def _one_shot(group: ComparedGroup) -> Shown:
    pairs = zip(styles(group), group.configurations, strict=True)
    return [(look, each) for look, each in pairs if each.results.one_shot]


def _with_edge_weights(found: Shown) -> list[ReportedConfiguration]:
    return [each for _, each in found if not np.isnan(_edge_weights(each.results)).all()]


def _edge_weights(results: Results) -> NDArray[np.float64]:
    """Returns those of the first search: (epochs, edges, operations)."""
    weights: NDArray[np.float64] = _epochs(results)["edge_weights"][results.first_epochs]
    return weights


def _epochs(results: Results) -> dict[str, Column]:
    assert results.epochs is not None
    return results.epochs


def _one_shot_of(results: Results, key: str) -> list[str]:
    found: list[str] = results.description["one_shot"][key]
    return found


def _operations(found: Shown) -> list[str]:
    return list(dict.fromkeys(name for _, each in found for name in _one_shot_of(each.results, "operations")))


def _height(found: Shown) -> float:
    rows = 2 + math.ceil((len(_operations(found)) + 1) / COLUMNS)
    return rows * HEIGHT + 0.6 + legend_height([look.name for look, _ in found])


def _edges_heights(learned: Sequence[ReportedConfiguration]) -> list[float]:
    heights = [EDGE_HEIGHT * math.ceil(len(_one_shot_of(each.results, "edges")) / EDGES) + 0.3 for each in learned]
    if learned:
        heights[-1] += legend_height(_one_shot_of(learned[-1].results, "operations")) + 0.1
    return heights


# ---- over epochs, all configurations together ----


def _panels(found: Shown, dataset: str) -> list[EpochPanel]:
    panels = [
        EpochPanel(title, [(look, each.results.epochs_table(_epochs(each.results)[name])) for look, each in found])
        for title, name in (
            ("training loss", "train_loss"),
            ("validation loss", "valid_loss"),
            ("entropy of the edge weights (nats)", "entropy"),
            ("supernet's validation accuracy (%)", "valid_accuracy"),
        )
    ]
    panels += [
        EpochPanel(
            f"true {name} accuracy (%)", [(look, _true_accuracy(each.results, dataset, at)) for look, each in found]
        )
        for at, name in enumerate(("validation", "test"))
    ]
    for operation in _operations(found):
        lines = [(look, _counts(each.results, operation)) for look, each in found]
        panels.append(EpochPanel(f"edges with {operation}", lines, counts=True))
    taus = [(look, each.results.epochs_table(_epochs(each.results)["kendall_tau"])) for look, each in found]
    if any(not np.isnan(values).all() for _, values in taus):
        panels.append(EpochPanel("Kendall's tau, supernet and truth", taus))
    parametric = [(look, each.results.epochs_table(_epochs(each.results)["parametric_edges"])) for look, each in found]
    return [*panels, EpochPanel("edges with parameters (0: collapsed)", parametric, counts=True)]


def _true_accuracy(results: Results, dataset: str, split: int) -> NDArray[np.float64]:
    pairs = [results.score(dataset, arch) for arch in _epochs(results)["architecture"]]
    return results.epochs_table(np.array(pairs).reshape(-1, len(SPLITS))[:, split])


def _counts(results: Results, operation: str) -> NDArray[np.float64]:
    names, counts = _one_shot_of(results, "operations"), _epochs(results)["operation_counts"]
    column = counts[:, names.index(operation)] if operation in names else np.full(len(counts), np.nan)
    return results.epochs_table(column)


def _draw_epochs(subfigure: SubFigure, group: ComparedGroup, found: Shown, titled: bool) -> None:
    where = f"{group.space}, search on {group.dataset}, protocol {group.protocol}: " if titled else ""
    subfigure.suptitle(f"{where}one-shot searches and the architectures that they derive", fontsize=9)
    panels = _panels(found, group.dataset)
    axes = subfigure.subplots(math.ceil(len(panels) / COLUMNS), COLUMNS, sharex=True, squeeze=False)
    for axis in axes.flat[len(panels) :]:
        axis.set_axis_off()
    for axis, panel in zip(axes.flat, panels, strict=False):
        for look, values in panel.lines:
            _draw_line(axis, values, look.dash, look.colour)
        _finish(axis, panel.title)
        if panel.counts and axis.lines:
            axis.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
            axis.set_ylim(-0.3, max(6.0, *(np.nanmax(line.get_ydata()) for line in axis.lines)) + 0.3)
    for axis in axes[-1]:
        axis.set_xlabel("epochs")
    _legend(subfigure, [look for look, _ in found])


def _legend(subfigure: SubFigure, looks: list[LineStyle]) -> None:
    names = [look.name for look in looks]
    handles: Any = [Line2D([], [], **_line_of(look)) for look in looks]
    subfigure.legend(
        handles,
        names,
        loc="outside lower center",
        ncols=legend_columns(names),
        frameon=False,
        title="mean over searches, 95% confidence band",
    )


def _line_of(look: LineStyle) -> dict[str, Any]:
    return {"linestyle": look.dash, "color": look.colour, "linewidth": 1.2}


def _draw_line(axis: Axes, values: NDArray[np.float64], dash: str, colour: str) -> None:
    """Draws the mean over the searches that got as far as each epoch; nothing where none has a value."""
    if np.isnan(values).all():
        return
    mean, low, high = mean_and_band(values)
    known = ~np.isnan(mean)  # what is measured only now and then is drawn from one measurement to the next
    epochs = np.arange(1, len(mean) + 1)[known]
    axis.plot(epochs, mean[known], dash, color=colour, linewidth=1.2, marker="." if len(epochs) == 1 else "")
    if len(values) > 1:
        axis.fill_between(epochs, low[known], high[known], color=colour, alpha=0.18, linewidth=0)


def _finish(axis: Axes, title: str) -> None:
    axis.set_title(title, fontsize=8)
    axis.grid(True)
    axis.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))
    if not axis.lines:
        axis.text(0.5, 0.5, "none", ha="center", va="center", transform=axis.transAxes)
        axis.set(yticks=[])


# ---- edge weights, each configuration apart ----


def _draw_edges(subfigure: SubFigure, configuration: ReportedConfiguration, named: bool) -> None:
    results = configuration.results
    operations, edges = _one_shot_of(results, "operations"), _one_shot_of(results, "edges")
    weights, seed = _edge_weights(results), _epochs(results)["seed"][results.first_epochs][0]
    subfigure.suptitle(f"{one_line(configuration.label)}, seed {seed}: edge weights over epochs", fontsize=9)
    columns = min(len(edges), EDGES)
    axes = subfigure.subplots(math.ceil(len(edges) / columns), columns, sharex=True, sharey=True, squeeze=False)
    for axis in axes.flat[len(edges) :]:
        axis.set_axis_off()
    for at, (edge, axis) in enumerate(zip(edges, axes.flat, strict=False)):
        for place, values in enumerate(weights[:, at].T):
            _draw_line(axis, values[np.newaxis], "-", PALETTE[place % len(PALETTE)])
        _finish(axis, edge)
    for axis in axes[:, 0]:
        axis.set_ylabel("probability")
    if named:
        columns = legend_columns(operations)
        subfigure.legend(axes[0, 0].lines, operations, loc="outside lower center", ncols=columns, frameon=False)
