"""Fronts of searches with several objectives as pictures, and their hypervolume over time."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, NullFormatter
from numpy.typing import NDArray

from nasbench_suite.objective import ACCURACIES
from nasbench_suite.report.figures.style import (
    LineStyle,
    legend_columns,
    legend_height,
    stacked,
    styles,
    write,
)
from nasbench_suite.report.front_comparison import FrontComparison
from nasbench_suite.report.fronts import Fronts
from nasbench_suite.report.model import ComparedGroup, Report
from nasbench_suite.report.times import common_unit, unit_name
from nasbench_suite.report.tradeoff import REFERENCE, axis_name, unscaled
from nasbench_suite.report.words import one_line

HEIGHT = 2.6  # inches, of a row of panels
LINES = 30  # searches whose own fronts are drawn
SHOWN = 0.8  # of the points, the better ones
TRUE_FRONT = "+"  # marks the table's
BAND = (25.0, 50.0, 75.0)  # percent of the searches


def has_any(report: Report) -> bool:
    """Whether some searches had several objectives."""
    return any(group.fronts for group in report.groups)


def draw(report: Report, titled: bool = True) -> Figure:
    """Draws fronts and hypervolumes: a row per set of objectives.

    Left, accuracy against each other objective, its better part: every search's final front thin (of the first
    thirty), of two objectives the line that half of the searches attain, between those of a quarter and of three
    quarters, and the table's true front black. Right, the mean hypervolume over time with its 95% confidence band, and
    the true front's.

    Args:
        report: what it says; some searches had several objectives, see `has_any`.
        titled: whether each part says what was searched.
    """
    parts = [(group, fronts) for group in report.groups for fronts in group.fronts]
    heights = [HEIGHT + 0.6 + legend_height(list(fronts.labels)) for _, fronts in parts]
    with stacked(heights) as (figure, subfigures):
        for subfigure, (group, fronts) in zip(subfigures, parts, strict=True):
            _draw_part(subfigure, group, fronts, titled)
    return figure


def save(report: Report, path: Path) -> None:
    """Writes the picture; the file's ending chooses the format: `.png`, `.svg`, `.pdf`.

    Raises:
        ResultsError: it cannot be written.
    """
    write(draw(report), path)


def _draw_part(subfigure: SubFigure, group: ComparedGroup, compared: FrontComparison, titled: bool) -> None:
    of_label = {each.label: look for each, look in zip(group.configurations, styles(group), strict=True)}
    looks = [of_label[label] for label in compared.labels]
    panels = list(subfigure.subplots(1, compared.tradeoff.objectives, squeeze=False)[0])
    names = [figure.name for figure in compared.tradeoff.figures[: compared.tradeoff.objectives]]
    accuracy = next(at for at, name in enumerate(names) if name in ACCURACIES)
    others = [at for at in range(len(names)) if at != accuracy]
    for panel, other in zip(panels, others, strict=False):
        _draw_fronts(panel, compared, looks, other, accuracy)
    _draw_volumes(panels[-1], group, compared, looks)
    handles, labels = panels[-1].get_legend_handles_labels()
    # a line of hypervolume, and crosses in the other panels
    handles[0] = Line2D([], [], color="black", linewidth=0.7, marker=TRUE_FRONT, markersize=5)
    title = [one_line(group.title)] if titled else []
    subfigure.legend(
        handles,
        labels,
        loc="outside upper center",
        ncols=legend_columns(labels),
        frameon=False,
        title="\n".join([*title, one_line(compared.title)]),
    )


def _draw_fronts(panel: Axes, compared: FrontComparison, looks: Sequence[LineStyle], across: int, up: int) -> None:
    tradeoff, alone = compared.tradeoff, compared.tradeoff.objectives == 2
    for fronts, look in zip(compared.fronts, looks, strict=True):
        for found in fronts.ends[:LINES]:
            points = np.array(found.values)[:, [across, up]]
            points = points[np.argsort(points[:, 0], kind="stable")]
            # of more than two objectives a front is no line in two of them
            panel.plot(
                *points.T,
                marker=".",
                linestyle=look.dash if alone else "none",
                color=look.colour,
                alpha=0.25,
                markersize=2,
                linewidth=0.4,
                drawstyle=_steps(compared, across),
            )
        if alone:
            _draw_attainment(panel, fronts, look, across, up)
    truth = np.array([values for _, values in tradeoff.front])[:, [across, up]]
    truth = truth[np.argsort(truth[:, 0], kind="stable")]
    panel.plot(*truth.T, TRUE_FRONT, color="black", markersize=5, zorder=4)
    _leave_out_the_worst(panel, compared, up)
    panel.set_xlabel(one_line(axis_name(tradeoff, tradeoff.figures[across])))
    panel.set_ylabel(one_line(axis_name(tradeoff, tradeoff.figures[up])))
    panel.grid(True)


def _steps(compared: FrontComparison, across: int) -> Literal["steps-post", "steps-pre"]:
    """Returns on which side of a point its step lies: what is attained there is attained where more is allowed."""
    return "steps-post" if compared.tradeoff.figures[across].direction == "min" else "steps-pre"


def _leave_out_the_worst(panel: Axes, compared: FrontComparison, up: int) -> None:
    """Limits the height to the better part: fronts often end in networks that learn nothing, which flatten the rest."""
    found = [values[up] for fronts in compared.fronts for front in fronts.ends for values in front.values]
    values = np.array([*found, *(values[up] for _, values in compared.tradeoff.front)])
    sign = compared.tradeoff.figures[up].sign
    best, worst = (sign * np.quantile(sign * values, share) for share in (0.0, SHOWN))
    if best != worst:
        margin = 0.08 * (best - worst)
        panel.set_ylim(*sorted((worst - margin, best + margin)))


def _draw_attainment(panel: Axes, fronts: Fronts, look: LineStyle, across: int, up: int) -> None:
    surfaces = fronts.attainment(BAND)
    if not surfaces or any(len(corners) == 0 for corners in surfaces.values()):
        return
    grid = np.linspace(0.0, REFERENCE, 400)
    lines = [_attained(corners, grid, across) for corners in surfaces.values()]
    low, middle, high = (_line(fronts, grid, losses, across, up) for losses in lines)
    panel.plot(*middle, look.dash, color=look.colour, linewidth=1.3, zorder=3)
    panel.fill_between(low[0], low[1], high[1], color=look.colour, alpha=0.15, linewidth=0, zorder=2)


def _attained(corners: NDArray[np.float64], grid: NDArray[np.float64], across: int) -> NDArray[np.float64]:
    """Returns the lowest loss that is attained in one objective where the other is at most that of the grid."""
    here, there = corners[:, across], corners[:, 1 - across]
    reached = np.where(here[None, :] <= grid[:, None], there[None, :], np.nan)
    known = ~np.isnan(reached).all(axis=1)
    found = np.full(len(grid), np.nan)
    found[known] = np.nanmin(reached[known], axis=1)
    return found


def _line(
    fronts: Fronts, grid: NDArray[np.float64], losses: NDArray[np.float64], across: int, up: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    scaled = np.empty((len(grid), 2))
    scaled[:, across], scaled[:, up] = grid, losses
    values = unscaled(fronts.tradeoff, scaled)
    return values[:, across], values[:, up]


def _draw_volumes(panel: Axes, group: ComparedGroup, compared: FrontComparison, looks: Sequence[LineStyle]) -> None:
    unit = common_unit(group.results)
    panel.axhline(compared.fronts[0].best_hypervolume, color="black", linewidth=0.7, label="the table's true front")
    for fronts, look in zip(compared.fronts, looks, strict=True):
        curves = fronts.curves(unit=unit)
        if not len(curves.scores):
            continue
        mean, low, high = curves.band
        panel.plot(curves.grid, mean, look.dash, color=look.colour, linewidth=1.3, label=look.name)
        panel.fill_between(curves.grid, low, high, color=look.colour, alpha=0.15, linewidth=0)
    panel.set_xscale("log")
    panel.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}" if value >= 1 else f"{value:g}"))
    panel.xaxis.set_minor_formatter(NullFormatter())
    panel.set_xlabel(unit_name(unit, group.results).replace(", ", ",\n"))
    panel.set_ylabel("hypervolume (mean, 95% band)")
    panel.grid(True)
