"""A page that compares design spaces: error distributions, as they are and under matched complexity."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nasbench_suite.errors import ConfigError, ResultsError
from nasbench_suite.report.edf import EDF, edf, ks_statistic, matched_weights, random_search
from nasbench_suite.report.population import Population

SIZES = tuple(2**power for power in range(10))
_MATCHINGS = {"parameters": "parameters (M)", "flops": "FLOPs (M)"}


@dataclass(frozen=True)
class Comparison:
    """Design spaces side by side.

    Attributes:
        populations: the spaces, at least one.
        bins: of complexity, for matching.
        ranges: of parameters and of FLOPs, in millions; None for the range that all spaces cover.
    """

    populations: Sequence[Population]
    bins: int
    ranges: tuple[tuple[float, float] | None, tuple[float, float] | None] = (None, None)

    @cached_property
    def plain(self) -> list[EDF]:
        """The distributions of the spaces as they were sampled."""
        return [edf(one.errors) for one in self.populations]

    def range(self, matching: str) -> tuple[float, float]:
        """Returns the range in which complexities are matched, in millions.

        Raises:
            ConfigError: no complexity is common to all spaces.
        """
        given = self.ranges[list(_MATCHINGS).index(matching)]
        if given is not None:
            return given
        sizes = [getattr(one, matching) for one in self.populations]
        low, high = max(float(size.min()) for size in sizes), min(float(size.max()) for size in sizes)
        if not low < high:
            raise ConfigError(
                f"the spaces have no {matching} in common: the smallest of one are above another's largest"
            )
        return low, high

    def matched(self, matching: str) -> list[EDF]:
        """Returns the distributions under matched `parameters` or `flops`.

        Raises:
            ConfigError: a space has no network in one of the bins.
        """
        low, high = self.range(matching)
        found = []
        for one in self.populations:
            try:
                found.append(edf(one.errors, matched_weights(getattr(one, matching), low, high, self.bins)))
            except ConfigError as error:
                raise ConfigError(f"{one.label}, {matching} in millions: {error}") from None
        return found


def draw(comparison: Comparison) -> Figure:
    """Draws the distributions and what random search finds: as sampled, by parameters, by FLOPs, from left to right."""
    columns = [("as sampled", comparison.plain)]
    columns += [(f"matched {name}", comparison.matched(matching)) for matching, name in _MATCHINGS.items()]
    figure = Figure(figsize=(13, 7.5), layout="constrained")
    axes = figure.subplots(2, len(columns), sharey="row")
    worst = max(each.quantile(0.95) for each in comparison.plain)
    best = min(float(each.errors[0]) for each in comparison.plain)
    for (name, distributions), above, below in zip(columns, *axes, strict=True):
        for one, each in zip(comparison.populations, distributions, strict=True):
            above.step(each.errors, each.shares, where="post", label=one.label)
            found = random_search(each, SIZES)
            (line,) = below.plot(found.sizes, found.mean, marker="o", markersize=3)
            below.fill_between(
                found.sizes,
                found.mean - 2 * found.std,
                found.mean + 2 * found.std,
                color=line.get_color(),
                alpha=0.12,
                linewidth=0,
            )
        above.set(title=name, xlabel="test error, %", xlim=(best - 0.2, worst), ylim=(0, 1))
        below.set(xlabel="networks drawn by a random search", ylim=(best - 0.5, worst))
        below.set_xscale("log", base=2)
        _clean(above)
        _clean(below)
    axes[0][0].set_ylabel("share of networks")
    axes[1][0].set_ylabel("lowest test error, % (mean, 2 std)")
    axes[0][0].legend(frameon=False, fontsize=8, loc="lower right")
    return figure


def _clean(axis: Axes) -> None:
    axis.grid(alpha=0.25)
    axis.spines[["top", "right"]].set_visible(False)


def save(comparison: Comparison, path: Path) -> None:
    """Writes the figure; the file's ending chooses the format.

    Raises:
        ResultsError: it cannot be written.
    """
    figure = draw(comparison)
    try:
        figure.savefig(path, dpi=150)
    except (OSError, ValueError) as error:
        raise ResultsError(f"{path}: the figure cannot be written ({error})") from error


def to_markdown(comparison: Comparison, figure: str) -> str:
    """Returns the page.

    Args:
        comparison: the spaces.
        figure: path of the picture, as the page's reader sees it.
    """
    parts = ["# Design spaces compared", _intro(comparison)]
    parts += ["## As sampled", _table(comparison.populations, comparison.plain)]
    for matching, name in _MATCHINGS.items():
        low, high = comparison.range(matching)
        parts.append(f"## Matched {name}")
        parts.append(f"From {low:.4g} to {high:.4g} million, in {comparison.bins} bins of equal weight.")
        parts.append(_table(comparison.populations, comparison.matched(matching)))
    parts.append(f"![error distributions, and what random search finds]({figure})")
    origins = "\n".join(f"- {one.label}: table {one.table_hash[:12]}{_left_out(one)}" for one in comparison.populations)
    return "\n\n".join([*parts, origins]) + "\n"


def _intro(comparison: Comparison) -> str:
    measures = ", ".join(dict.fromkeys(one.measure for one in comparison.populations))
    return (
        f"Errors in percent on the TEST set ({measures}; the mean over a network's trainings), for comparing spaces "
        "and not for choosing a network. Quantiles are over networks; KS is the largest difference to the first "
        "space's distribution; random search is the expected lowest error of so many draws."
    )


def _left_out(one: Population) -> str:
    return (
        f"; {one.left_out:,} networks are left out, for a training diverged or a size is unknown"
        if one.left_out
        else ""
    )


def _table(populations: Sequence[Population], distributions: Sequence[EDF]) -> str:
    header = ["space", "networks", "lowest", "10%", "median", "90%", "random search of 10", "of 100", "KS"]
    lines = [header, ["---", *["---:"] * (len(header) - 1)]]
    for one, each in zip(populations, distributions, strict=True):
        found = random_search(each, (10, 100)).mean
        figures = [each.errors[0], *(each.quantile(share) for share in (0.1, 0.5, 0.9)), *found]
        count = f"{len(each.errors):,}"
        ks = "-" if each is distributions[0] else f"{ks_statistic(distributions[0], each):.3f}"
        lines.append([one.label, count, *(f"{figure:.2f}" for figure in figures), ks])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
