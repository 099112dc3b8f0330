"""What the incumbent was worth as a search went on."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.report.band import mean_and_band
from nasbench_suite.report.results import Results
from nasbench_suite.report.times import EvaluationTimes, Unit, known_unit, times_in

Split = Literal["valid", "test"]
SPLITS: tuple[Split, Split] = ("valid", "test")
Quantity = Literal["accuracy", "regret"]


@dataclass(frozen=True, eq=False)
class Curves:
    """The incumbents' scores on one grid, of every search that found something.

    Attributes:
        grid: (G,) times in the unit.
        unit: one of `UNITS`.
        scores: (searches with an incumbent, G) the judge's accuracy of the incumbent in percent, or its regret in
            percentage points; NaN before the first incumbent, and where the judge has no score.
    """

    grid: NDArray[np.float64]
    unit: Unit
    scores: NDArray[np.float64]

    @cached_property
    def band(self) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """The mean over the searches and its 95% confidence limits, each (G,); NaN until each of them has a score."""
        known = ~np.isnan(self.scores).any(axis=0) & (len(self.scores) > 0)
        mean, low, high = (np.where(known, values, np.nan) for values in mean_and_band(self.scores))
        return mean, low, high

    @property
    def known(self) -> bool:
        """Whether there is anything to draw."""
        return not np.isnan(self.band[0]).all()

    def regret(self, best: float | None) -> "Curves":
        """Returns how far the scores are below the best of the table in percent; NaN where that is unknown."""
        scores = np.full_like(self.scores, np.nan) if best is None else best - self.scores
        return Curves(self.grid, self.unit, scores)


def incumbent_curves(
    results: Results, dataset: str, split: Split, points: int = 240, unit: Unit | None = None
) -> Curves:
    """Computes the accuracy of the incumbent over time.

    Args:
        results: of one configuration.
        dataset: where the incumbents are scored.
        split: validation or test accuracy.
        points: of the grid, half of them evenly spaced and half evenly in the logarithm, from when each search that
            finds something has an incumbent to the last end.
        unit: of the grid; None for the configuration's own.
    """
    times = times_in(results, unit or known_unit(results))
    starts = [times.values[rows[0]] for rows in results.incumbent_rows if len(rows)]
    start = float(max(starts, default=1.0)) or 1.0  # what costs nothing is known at 0, where no logarithm is
    end = max(float(times.values.max(initial=start)), start)
    half = points // 2
    grid = np.sort(np.concatenate([np.geomspace(start, end, half), np.linspace(start, end, points - half)]))
    grid[-1] = end  # geomspace may end a rounding error beyond
    return Curves(grid, times.unit, scores_at(results, dataset, split, times, grid))


def best_accuracy(results: Results, dataset: str, split: Split) -> float | None:
    """Returns the highest accuracy in the table that was searched, in percent; None where that is not known."""
    pair = results.description["best"].get(dataset)
    best: float | None = None if pair is None else pair[SPLITS.index(split)]
    return best


def scores_at(
    results: Results, dataset: str, split: Split, times: EvaluationTimes, grid: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Returns the judge's accuracies of the incumbents at given times.

    Args:
        results: of one configuration.
        dataset: where the incumbents are scored.
        split: validation or test accuracy.
        times: when each evaluation was known.
        grid: (G,) times, rising.

    Returns:
        (searches with an incumbent, G) percent; NaN before the first incumbent and where the judge has no score.
    """
    rows, search = results.incumbents
    first = np.searchsorted(grid, times.values[rows], side="left")  # of the grid, where each is known; NaN: nowhere
    leading = np.full((search.max(initial=-1) + 1, len(grid)), -1)
    shown = first < len(grid)
    np.maximum.at(leading, (search[shown], first[shown]), np.flatnonzero(shown))
    worth = np.append(results.incumbents_scores(dataset)[:, SPLITS.index(split)], np.nan)
    return worth[np.maximum.accumulate(leading, axis=1)]
