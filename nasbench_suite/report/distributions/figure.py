"""Error distributions of design spaces, and what random search finds in them, as a picture."""

from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from nasbench_suite.report.distributions.design_spaces import MATCHINGS, DesignSpaces
from nasbench_suite.report.distributions.edf import random_search
from nasbench_suite.report.figures.style import write

SIZES = tuple(2**power for power in range(10))


def draw(spaces: DesignSpaces) -> Figure:
    """Draws the distributions and what random search finds: as sampled, by parameters, by FLOPs, from left to right."""
    columns = [("as sampled", spaces.plain)]
    columns += [(f"matched {name}", spaces.matched(matching)) for matching, name in MATCHINGS.items()]
    figure = Figure(figsize=(13, 7.5), layout="constrained")
    axes = figure.subplots(2, len(columns), sharey="row")
    worst = max(each.quantile(0.95) for each in spaces.plain)
    best = min(float(each.errors[0]) for each in spaces.plain)
    for (name, distributions), above, below in zip(columns, *axes, strict=True):
        for one, each in zip(spaces.networks, distributions, strict=True):
            above.step(each.errors, each.shares, where="post", label=one.label)
            found = random_search(each, SIZES)
            (line,) = below.plot(found.sizes, found.mean, marker="o", markersize=3)
            low, high = found.mean - 2 * found.std, found.mean + 2 * found.std
            below.fill_between(found.sizes, low, high, color=line.get_color(), alpha=0.12, linewidth=0)
        above.set(title=name, xlabel="test error, %", xlim=(best - 0.2, worst), ylim=(0, 1))
        below.set(xlabel="networks drawn by a random search", ylim=(best - 0.5, worst))
        below.set_xscale("log", base=2)
        below.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        _clean(above)
        _clean(below)
    axes[0][0].set_ylabel("share of networks")
    axes[1][0].set_ylabel("lowest test error, % (mean, 2 std)")
    axes[0][0].legend(frameon=False, fontsize=8, loc="lower right")
    return figure


def _clean(axis: Axes) -> None:
    axis.grid(alpha=0.25)
    axis.spines[["top", "right"]].set_visible(False)


def save(spaces: DesignSpaces, path: Path) -> None:
    """Writes the figure; the file's ending chooses the format.

    Raises:
        ResultsError: it cannot be written.
    """
    write(draw(spaces), path)
