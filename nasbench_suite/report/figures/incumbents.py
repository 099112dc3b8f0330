"""The incumbents' curves as pictures, in sizes and type that a paper can use."""

import math
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from nasbench_suite.report.curves import SPLITS, Curves, Quantity, Split, best_accuracy, incumbent_curves
from nasbench_suite.report.figures.style import (
    LineStyle,
    legend_columns,
    legend_height,
    stacked,
    styles,
    write,
)
from nasbench_suite.report.model import ComparedGroup, Report
from nasbench_suite.report.times import common_unit, unit_name
from nasbench_suite.report.words import one_line

Axis = Literal["log", "linear"]
QUANTITIES: tuple[Quantity, ...] = get_args(Quantity)
AXES: tuple[Axis, ...] = get_args(Axis)
HEIGHT = 2.3  # inches, of a row of panels
SMALL = 1.9  # inches, of a row of small multiples
COLUMNS = 3  # of small multiples
WIDEST, NARROWEST = 2.6, 1.1  # points, of lines over each other
START = 0.25  # of a logarithmic axis, whose steep rise may leave the panel
NESTED = 8  # lines that can be told apart by their widths where they lie on each other

CurvesOf = Mapping[tuple[Quantity, Split], list[tuple[LineStyle, Curves]]]


def draw(
    report: Report,
    quantities: Sequence[Quantity] = QUANTITIES,
    axes: Sequence[Axis] = ("log",),
    titled: bool = True,
) -> Figure:
    """Draws mean curves with 95% confidence bands.

    Each space, searched data set and protocol has a row of panels for every quantity and axis, validation left and test
    right, scored on the searched data set. Where the best of the table is not known, regret is left out. A curve is
    over the searches that found something, begins when each of them has an incumbent, and says how many they are.

    Args:
        report: what it says.
        quantities: `accuracy` and `regret`.
        axes: of the time: `log` and `linear`; regret is drawn on the same kind of axis.
        titled: whether each part says what was searched.
    """
    parts = [(group, list(product(_drawable(group, quantities), axes))) for group in report.groups]
    heights = [
        HEIGHT * len(rows) + 0.5 + legend_height([style.name for style in styles(group)]) for group, rows in parts
    ]
    with stacked(heights) as (figure, subfigures):
        for subfigure, (group, rows) in zip(subfigures, parts, strict=True):
            if rows:
                _draw_group(subfigure, group, rows, titled)
    return figure


def draw_datasets(report: Report, titled: bool = True) -> Figure:
    """Draws the test accuracy of the incumbents on every data set: small multiples, the searched one first.

    Each space, searched data set and protocol has a row of panels; validation where a table has no test accuracy.

    Args:
        report: what it says; some group is scored on several data sets, see `on_several`.
        titled: whether each part says what was searched.
    """
    groups = [group for group in report.groups if len(group.scored_on) > 1]
    rows = [math.ceil(len(group.scored_on) / COLUMNS) for group in groups]
    heights = [
        SMALL * count + 0.6 + legend_height([style.name for style in styles(group)])
        for count, group in zip(rows, groups, strict=True)
    ]
    with stacked(heights) as (figure, subfigures):
        for subfigure, group, count in zip(subfigures, groups, rows, strict=True):
            panels = subfigure.subplots(count, min(COLUMNS, len(group.scored_on)), squeeze=False)
            _draw_multiples(subfigure, list(panels.flat), group, titled)
    return figure


def on_several(report: Report) -> bool:
    """Whether some group of a report is scored on several data sets."""
    return any(len(group.scored_on) > 1 for group in report.groups)


def save_datasets(report: Report, path: Path) -> None:
    """Writes the small multiples; the file's ending chooses the format: `.png`, `.svg`, `.pdf`.

    Raises:
        ResultsError: it cannot be written.
    """
    write(draw_datasets(report), path)


def _draw_multiples(subfigure: SubFigure, panels: Sequence[Axes], group: ComparedGroup, titled: bool) -> None:
    unit = common_unit(group.results)
    for panel, dataset in zip(panels, group.scored_on, strict=False):
        for split in reversed(SPLITS):
            found = [
                (look, curves)
                for results, look in zip(group.results, styles(group), strict=True)
                if (curves := incumbent_curves(results, dataset, split, unit=unit)).known
            ]
            if found:
                break
        _draw_panel(panel, found, "accuracy", "log", "not in the table")
        panel.set_title(one_line(dataset), fontsize=8)
        panel.set_xlabel(unit_name(unit, group.results).replace(", ", ",\n"))
        panel.set_ylabel(f"{'validation' if split == 'valid' else 'test'} accuracy (%)")
    for panel in panels[len(group.scored_on) :]:
        panel.set_axis_off()
    _legend(subfigure, panels, group if titled else None)


def save(
    report: Report,
    path: Path,
    quantities: Sequence[Quantity] = QUANTITIES,
    axes: Sequence[Axis] = ("log",),
) -> None:
    """Writes the picture; the file's ending chooses the format: `.png`, `.svg`, `.pdf`.

    Raises:
        ResultsError: it cannot be written.
    """
    write(draw(report, quantities, axes), path)


def _drawable(group: ComparedGroup, quantities: Sequence[Quantity]) -> list[Quantity]:
    """Leaves regret out where some configuration of the group knows no best of its table, valid or test."""
    known = all(any(best_accuracy(r, group.dataset, split) is not None for split in SPLITS) for r in group.results)
    return [quantity for quantity in quantities if known or quantity != "regret"]


def _curves(group: ComparedGroup) -> CurvesOf:
    """Returns what there is to draw; each curve is computed once, however many panels show it."""
    unit, looks = common_unit(group.results), styles(group)
    found: dict[tuple[Quantity, Split], list[tuple[LineStyle, Curves]]] = {}
    for split in SPLITS:
        for results, look in zip(group.results, looks, strict=True):
            accuracy = incumbent_curves(results, group.dataset, split, unit=unit)
            regret = accuracy.regret(best_accuracy(results, group.dataset, split))
            for quantity, curves in zip(QUANTITIES, (accuracy, regret), strict=True):
                found.setdefault((quantity, split), []).extend([(look, curves)] if curves.known else [])
    return found


def _draw_group(
    subfigure: SubFigure, group: ComparedGroup, rows: Sequence[tuple[Quantity, Axis]], titled: bool
) -> None:
    panels = subfigure.subplots(len(rows), 2, squeeze=False)
    unit, curves = common_unit(group.results), _curves(group)
    nothing = "no search found anything" if all(each.row.found is None for each in group.configurations) else ""
    for row, (quantity, axis) in zip(panels, rows, strict=True):
        for panel, split in zip(row, SPLITS, strict=True):
            _draw_panel(panel, curves[quantity, split], quantity, axis, nothing or "not in the table")
            panel.set_xlabel(unit_name(unit, group.results).replace(", ", ",\n"))
            name = "validation" if split == "valid" else "test"
            panel.set_ylabel(f"{name} {quantity} ({'%' if quantity == 'accuracy' else 'points'})")
    _legend(subfigure, panels[0], group if titled else None)


def _legend(subfigure: SubFigure, panels: Sequence[Axes], titled: ComparedGroup | None) -> None:
    named = [panel.get_legend_handles_labels() for panel in panels]
    handles, labels = max(named, key=lambda pair: len(pair[0]))  # a table may lack validation or test figures
    subfigure.legend(
        handles,
        labels,
        loc="outside upper center",
        ncols=legend_columns(labels),
        frameon=False,
        title="\n".join([*([one_line(titled.title)] if titled else []), "mean over searches, 95% confidence band"]),
    )


def _draw_panel(
    panel: Axes, found: Sequence[tuple[LineStyle, Curves]], quantity: Quantity, axis: Axis, otherwise: str
) -> None:
    # searches begin alike, so a wider line shows on both sides of the narrower ones over it
    widths = np.linspace(WIDEST, NARROWEST, len(found)) if 1 < len(found) <= NESTED else [NARROWEST] * len(found)
    for place, ((look, curves), width) in enumerate(zip(found, widths, strict=True)):
        mean, low, high = curves.band
        panel.plot(
            curves.grid, mean, look.dash, color=look.colour, linewidth=width, label=look.name, zorder=3 + place / 100
        )
        panel.fill_between(curves.grid, low, high, color=look.colour, alpha=0.15, linewidth=0, zorder=2)
    if not found:
        panel.text(0.5, 0.5, otherwise, ha="center", va="center", transform=panel.transAxes)
        panel.set(xticks=[], yticks=[])
        return
    panel.grid(True)
    shown = [curves for _, curves in found]
    end = max(curves.grid[-1] for curves in shown)
    if axis == "linear":
        panel.set_xlim(0, end)
        _leave_out_the_start(panel, shown, quantity, 0.05 * end)
    else:
        start = min(curves.grid[0] for curves in shown)
        _log_axis(panel, "x", math.log10(end / start))
        if start < end:
            panel.set_xlim(start, end)
        means = np.concatenate([curves.band[0] for curves in shown])
        if quantity == "regret" and (means > 0).any():
            _log_axis(panel, "y")
            panel.set_ylim(means[means > 0].min() / 1.5, np.nanmax(means) * 1.2)
        else:
            _leave_out_the_start(panel, shown, quantity, start * (end / start) ** START)
    panel.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}" if value >= 1 else f"{value:g}"))


def _leave_out_the_start(panel: Axes, found: Sequence[Curves], quantity: Quantity, start: float) -> None:
    """Limits the height to the bands after a time, before which a steep rise would flatten all the rest."""
    bands = [curves.band[1:] for curves in found]
    late = [curves.grid >= start for curves in found]
    low = min((float(np.nanmin(low[at], initial=np.inf)) for (low, _), at in zip(bands, late, strict=True)))
    high = max((float(np.nanmax(high[at], initial=-np.inf)) for (_, high), at in zip(bands, late, strict=True)))
    if np.isfinite([low, high]).all() and high > low:
        margin = 0.05 * (high - low)
        panel.set_ylim(0 if quantity == "regret" else low - margin, high + margin)


def _log_axis(panel: Axes, which: Literal["x", "y"], decades: float = 1.0) -> None:
    """Makes an axis logarithmic, with plain numbers: at 1, 2 and 5 of each decade where there is room for them."""
    panel.set(**{f"{which}scale": "log"})
    axis = panel.xaxis if which == "x" else panel.yaxis
    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if decades <= 2 else (1.0, 3.0) if decades <= 4 else (1.0,)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())
