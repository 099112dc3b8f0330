"""The incumbents' curves as pictures, in sizes and type that a paper can use."""

import math
from collections.abc import Collection, Mapping, Sequence
from itertools import cycle, product
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from matplotlib.transforms import Bbox

from nasbench_suite.errors import ResultsError
from nasbench_suite.report.clock import common_unit, unit_name
from nasbench_suite.report.curves import SPLITS, Curves, Quantity, best_accuracy, incumbent_curves
from nasbench_suite.report.load import Results
from nasbench_suite.report.summary import Summary
from nasbench_suite.report.table import Group, groups

Axis = Literal["log", "linear"]
QUANTITIES: tuple[Quantity, ...] = get_args(Quantity)
AXES: tuple[Axis, ...] = get_args(Axis)

# Okabe and Ito's colours, told apart by colour-blind readers too; a second round is dashed, a third dotted
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
DASHES = ("-", "--", ":", "-.")
WIDTH = 7.0  # inches: the text width of a two-column paper
HEIGHT = 2.3  # of a row of panels
LEGEND = 0.18  # of a row of the legend
STYLE: Any = {
    "font.size": 8,
    "axes.titlesize": 9,
    "axes.labelsize": 8,
    "legend.fontsize": 8,
    "legend.title_fontsize": 8,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.alpha": 0.3,
    "grid.linewidth": 0.5,
    "pdf.fonttype": 42,  # TrueType, as publishers ask
    "svg.hashsalt": "nasbench-suite",  # the same picture is the same file
}


def draw(
    summary: Summary,
    quantities: Sequence[Quantity] = QUANTITIES,
    axes: Sequence[Axis] = ("log",),
    titled: bool = True,
) -> Figure:
    """Draws mean curves with 95% confidence bands.

    Each space, searched data set and protocol has a row of panels for every quantity and axis, validation left and test
    right, scored on the searched data set. Where the best of the table is not known, regret is left out.

    Args:
        summary: the figures.
        quantities: `accuracy` and `regret`.
        axes: of the time: `log` and `linear`; regret is drawn on the same kind of axis.
        titled: whether each part says what was searched.
    """
    parts = [(group, list(product(_drawable(group, quantities), axes))) for group in groups(summary)]
    heights = [HEIGHT * len(rows) + 0.4 + legend_height(styles(group)) for group, rows in parts]
    with rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, sum(heights)), layout="constrained")
        subfigures = figure.subfigures(len(parts), 1, squeeze=False, height_ratios=heights)[:, 0]
        for subfigure, (group, rows) in zip(subfigures, parts, strict=True):
            if titled:
                subfigure.suptitle(f"{group.space}, search on {group.dataset}, protocol {group.protocol}", fontsize=9)
            _draw_group(subfigure, group, rows)
        settle(figure)
    return figure


def settle(figure: Figure) -> None:
    """Lays a figure out for good, in rounded numbers, for the last digits of the layout's solver differ each time."""
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
    figure.set_layout_engine("none")
    for part in figure.subfigs:
        part.bbox_relative.set_points(part.bbox_relative.get_points().round(6))
    for panel in figure.axes:
        panel.set_position(Bbox(panel.get_position().get_points().round(6)))


def save(
    summary: Summary,
    path: Path,
    quantities: Sequence[Quantity] = QUANTITIES,
    axes: Sequence[Axis] = ("log",),
) -> None:
    """Writes the picture; the file's ending chooses the format: `.png`, `.svg`, `.pdf`.

    Raises:
        ResultsError: it cannot be written.
    """
    write(draw(summary, quantities, axes), path)


def write(figure: Figure, path: Path) -> None:
    """Writes a picture, the same one always to the same bytes.

    Raises:
        ResultsError: it cannot be written.
    """
    metadata = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}.get(path.suffix)
    try:
        with rc_context(STYLE):
            figure.savefig(path, dpi=200, metadata=metadata)
    except (OSError, ValueError) as error:
        raise ResultsError(f"{path}: the figure cannot be written ({error})") from error


def _drawable(group: Group, quantities: Sequence[Quantity]) -> list[Quantity]:
    """Leaves regret out where some configuration of the group knows no best of its table, valid or test."""
    known = all(any(best_accuracy(r, group.dataset, split) is not None for split in SPLITS) for r in group.results)
    return [quantity for quantity in quantities if known or quantity != "regret"]


def _draw_group(subfigure: SubFigure, group: Group, rows: Sequence[tuple[Quantity, Axis]]) -> None:
    if not rows:
        return
    panels = subfigure.subplots(len(rows), 2, squeeze=False)
    unit = common_unit(group.results)
    for row, (quantity, axis) in zip(panels, rows, strict=True):
        for panel, split in zip(row, SPLITS, strict=True):
            found = {
                name_of(group, results): incumbent_curves(results, group.dataset, split, quantity=quantity, unit=unit)
                for results in group.results
                if group.dataset in results.scores
            }
            known = {label: curves for label, curves in found.items() if not np.isnan(curves.scores).all()}
            _draw_panel(panel, known, styles(group), quantity, axis)
            panel.set_xlabel(unit_name(unit, group.results).replace(", ", ",\n"))
            name = "validation" if split == "valid" else "test"
            panel.set_ylabel(f"{name} {quantity} ({'%' if quantity == 'accuracy' else 'points'})")
    named = [panel.get_legend_handles_labels() for panel in panels[0]]
    handles, labels = max(named, key=lambda pair: len(pair[0]))  # a table may lack validation or test figures
    subfigure.legend(
        handles,
        labels,
        loc="outside lower center",
        ncols=legend_columns(labels),
        frameon=False,
        title="mean over searches, 95% confidence band",
    )


def name_of(group: Group, results: Results) -> str:
    """Returns what a configuration is called in a legend."""
    return f"{group.label(results)} ({len(results.searches)} seeds)"


def styles(group: Group) -> dict[str, tuple[str, str]]:
    """Returns the dash and the colour of each name; no two are alike, and all pictures of a report agree on them."""
    known = cycle(product(DASHES, COLOURS))
    return {name_of(group, results): style for results, style in zip(group.results, known, strict=False)}


def legend_columns(names: Collection[str]) -> int:
    """Returns how many names stand side by side."""
    widest = max(map(len, names), default=0)
    return max(1, min(len(names), 110 // (widest + 8)))


def legend_height(names: Collection[str]) -> float:
    """Returns inches."""
    return LEGEND * math.ceil(len(names) / legend_columns(names))


def _draw_panel(
    panel: Axes,
    found: dict[str, Curves],
    styles: Mapping[str, tuple[str, str]],
    quantity: Quantity,
    axis: Axis,
) -> None:
    for label, curves in found.items():
        dash, colour = styles[label]
        mean, low, high = curves.mean_and_band()
        panel.plot(curves.grid, mean, dash, color=colour, linewidth=1.3, label=label)
        panel.fill_between(curves.grid, low, high, color=colour, alpha=0.18, linewidth=0)
    if not found:
        panel.text(0.5, 0.5, "not in the table", ha="center", va="center", transform=panel.transAxes)
        panel.set(xticks=[], yticks=[])
        return
    panel.grid(True)
    end = max(curves.grid[-1] for curves in found.values())
    if axis == "linear":
        panel.set_xlim(0, end)
        _leave_out_the_start(panel, found, quantity, end)
    else:
        start = min(curves.grid[0] for curves in found.values())
        _log_axis(panel, "x", math.log10(end / start))
        if start < end:
            panel.set_xlim(start, end)
        means = np.concatenate([curves.scores.mean(axis=0) for curves in found.values()])
        if quantity == "regret" and (means > 0).any():
            _log_axis(panel, "y")
            panel.set_ylim(bottom=means[means > 0].min() / 1.5)
    panel.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}" if value >= 1 else f"{value:g}"))


def _leave_out_the_start(panel: Axes, found: dict[str, Curves], quantity: Quantity, end: float) -> None:
    """Limits the height to the bands after the first 5% of the time, whose steep rise would flatten all the rest."""
    bands = [curves.mean_and_band()[1:] for curves in found.values()]
    late = [curves.grid >= 0.05 * end for curves in found.values()]
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
