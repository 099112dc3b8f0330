"""One-shot searches as pictures: what a supernet learned from epoch to epoch, and which cells came of it."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from nasbench_suite.report.curves import SPLITS
from nasbench_suite.report.figure import (
    COLOURS,
    STYLE,
    WIDTH,
    legend_columns,
    legend_height,
    name_of,
    settle,
    styles,
    write,
)
from nasbench_suite.report.load import Results
from nasbench_suite.report.summary import Summary
from nasbench_suite.report.table import Group, groups

HEIGHT = 1.6  # inches, of a row of panels
EDGE_HEIGHT = 1.15  # of a row of edges
EDGES = 7  # in a row, at most
NONE = "#999999"

Values = list[NDArray[np.float64]]  # a search each: (epochs,)


@dataclass(frozen=True)
class Panel:
    """One figure over epochs.

    Attributes:
        title: of it.
        values: takes results and the searched data set.
    """

    title: str
    values: Callable[[Results, str], Values]


def has_any(summary: Summary) -> bool:
    """Whether a report has one-shot searches."""
    return any(results.one_shot for results in summary.results)


def draw(summary: Summary, titled: bool = True) -> Figure:
    """Draws the one-shot searches of a report, at least one.

    For each space, searched data set and protocol: losses, accuracies and counts over epochs, mean over searches with
    95% confidence bands; and for each configuration that learns edge weights, these over epochs, of its first search.

    Args:
        summary: the figures.
        titled: whether each part says what was searched.
    """
    parts = [(group, _one_shot(group)) for group in groups(summary) if _one_shot(group)]
    heights = [size for group, found in parts for size in (_height(group), *_edges_heights(_with_weights(found)))]
    with rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, sum(heights)), layout="constrained")
        places = iter(figure.subfigures(len(heights), 1, squeeze=False, height_ratios=heights)[:, 0])
        for group, found in parts:
            _draw_epochs(next(places), group, found, titled)
            learned = _with_weights(found)
            for results in learned:
                _draw_edges(next(places), group, results, named=results is learned[-1])
        settle(figure)
    return figure


def save(summary: Summary, path: Path) -> None:
    """Writes the picture; the file's ending chooses the format: `.png`, `.svg`, `.pdf`.

    Raises:
        ResultsError: it cannot be written.
    """
    write(draw(summary), path)


def _one_shot(group: Group) -> list[Results]:
    return [results for results in group.results if results.one_shot]


def _with_weights(found: Sequence[Results]) -> list[Results]:
    return [results for results in found if not np.isnan(_edge_weights(results)).all()]


def _edge_weights(results: Results) -> NDArray[np.float64]:
    """Returns those of the first search: (epochs, edges, operations)."""
    assert results.epochs is not None
    weights: NDArray[np.float64] = results.epochs["edge_weights"][results.epochs_by_seed[0]]
    return weights


def _height(group: Group) -> float:
    names = [name_of(group, results) for results in _one_shot(group)]
    return 3 * HEIGHT + 0.6 + legend_height(names)


def _edges_heights(learned: Sequence[Results]) -> list[float]:
    heights = [EDGE_HEIGHT * math.ceil(len(_one_shot_of(r, "edges")) / EDGES) + 0.3 for r in learned]
    if learned:
        heights[-1] += legend_height(_one_shot_of(learned[-1], "operations")) + 0.1
    return heights


def _one_shot_of(results: Results, key: str) -> list[str]:
    found: list[str] = results.description["one_shot"][key]
    return found


# ---- over epochs, all configurations together ----


def _column(name: str) -> Callable[[Results, str], Values]:
    def values(results: Results, dataset: str) -> Values:
        assert results.epochs is not None
        return [results.epochs[name][search].astype(float) for search in results.epochs_by_seed]

    return values


def _true_accuracy(split: str) -> Callable[[Results, str], Values]:
    def values(results: Results, dataset: str) -> Values:
        assert results.epochs is not None
        scores = np.array([results.score(dataset, arch)[split == "test"] for arch in results.epochs["architecture"]])
        return [scores[search] for search in results.epochs_by_seed]

    return values


PANELS = (
    (
        Panel("training loss", _column("train_loss")),
        Panel("validation loss", _column("valid_loss")),
        Panel("entropy of the edge weights (nats)", _column("entropy")),
    ),
    (
        Panel("supernet's validation accuracy (%)", _column("valid_accuracy")),
        *(
            Panel(f"true {name} accuracy (%)", _true_accuracy(split))
            for split, name in zip(SPLITS, ("validation", "test"), strict=True)
        ),
    ),
    (
        Panel("edges with none", _column("none")),
        Panel("edges with skip_connect", _column("skip_connect")),
        Panel("edges with weights (0: collapsed)", _column("convolutions")),
    ),
)


def _draw_epochs(subfigure: SubFigure, group: Group, found: Sequence[Results], titled: bool) -> None:
    where = f"{group.space}, search on {group.dataset}, protocol {group.protocol}: " if titled else ""
    subfigure.suptitle(f"{where}one-shot searches and the cells they derive", fontsize=9)
    axes = subfigure.subplots(3, 3, sharex=True)
    for row, panels in zip(axes, PANELS, strict=True):
        for axis, panel in zip(row, panels, strict=True):
            for results in found:
                _draw_line(axis, panel.values(results, group.dataset), *styles(group)[name_of(group, results)])
            _finish(axis, panel.title)
    for axis in axes[2]:
        axis.set_xlabel("epochs")
        axis.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
        axis.set_ylim(-0.3, max(6.0, *(line.get_ydata().max() for line in axis.lines)) + 0.3)
    names = [name_of(group, results) for results in found]
    subfigure.legend(
        [axes[2][2].lines[at] for at in range(len(names))],
        names,
        loc="outside lower center",
        ncols=legend_columns(names),
        frameon=False,
        title="mean over searches, 95% confidence band",
    )


def _draw_line(axis: Axes, values: Values, dash: str, colour: str) -> None:
    """Draws the mean of the searches that got as far as each epoch."""
    by_epoch = [[search[at] for search in values if len(search) > at] for at in range(max(map(len, values), default=0))]
    mean = np.array([np.mean(reached) for reached in by_epoch])
    if np.isnan(mean).all():
        return
    half = np.array([1.96 * np.std(each, ddof=1) / len(each) ** 0.5 if len(each) > 1 else 0.0 for each in by_epoch])
    epochs = np.arange(1, len(mean) + 1)
    axis.plot(epochs, mean, dash, color=colour, linewidth=1.2, marker="." if len(mean) == 1 else "")
    if len(values) > 1:
        axis.fill_between(epochs, mean - half, mean + half, color=colour, alpha=0.18, linewidth=0)


def _finish(axis: Axes, title: str) -> None:
    axis.set_title(title, fontsize=8)
    axis.grid(True)
    axis.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))
    if not axis.lines:
        axis.text(0.5, 0.5, "none", ha="center", va="center", transform=axis.transAxes)
        axis.set(yticks=[])


# ---- edge weights, each configuration apart ----


def _draw_edges(subfigure: SubFigure, group: Group, results: Results, named: bool) -> None:
    assert results.epochs is not None
    operations, edges = _one_shot_of(results, "operations"), _one_shot_of(results, "edges")
    weights, seed = _edge_weights(results), results.epochs["seed"][0]
    subfigure.suptitle(f"{group.label(results)}, seed {seed}: edge weights over epochs", fontsize=9)
    columns = min(len(edges), EDGES)
    axes = subfigure.subplots(math.ceil(len(edges) / columns), columns, sharex=True, sharey=True, squeeze=False)
    for axis in axes.flat[len(edges) :]:
        axis.set_axis_off()
    for at, (edge, axis) in enumerate(zip(edges, axes.flat, strict=False)):
        for operation, line in zip(operations, weights[:, at].T, strict=True):
            _draw_line(axis, [line], "-", _colour(operations, operation))
        _finish(axis, edge)
    for axis in axes[:, 0]:
        axis.set_ylabel("probability")
    if named:
        columns = legend_columns(operations)
        subfigure.legend(axes[0, 0].lines, operations, loc="outside lower center", ncols=columns, frameon=False)


def _colour(operations: Sequence[str], operation: str) -> str:
    """Returns grey for `none`, and a colour of its own for every other operation."""
    others = [name for name in operations if name != "none"]
    return NONE if operation == "none" else COLOURS[others.index(operation) % len(COLOURS)]
