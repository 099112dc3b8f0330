"""What the incumbent was worth as a search went on."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.report.clock import Clock, Unit, clock_in, known_unit
from nasbench_suite.report.load import Results

Split = Literal["valid", "test"]
SPLITS: tuple[Split, Split] = ("valid", "test")
Quantity = Literal["accuracy", "regret"]


@dataclass(frozen=True)
class Curves:
    """The incumbents' scores of every search on one grid.

    Attributes:
        grid: (G,) times in the unit.
        unit: one of `UNITS`.
        scores: (searches, G) the judge's accuracy of the incumbent in percent, or its regret in percentage points; NaN
            before the first incumbent.
    """

    grid: NDArray[np.float64]
    unit: Unit
    scores: NDArray[np.float64]

    def mean_and_band(self) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """Returns the mean over searches and its 95% confidence limits, each (G,), where every search has begun."""
        mean = self.scores.mean(axis=0)
        count = len(self.scores)
        half = 1.96 * self.scores.std(axis=0, ddof=1) / np.sqrt(count) if count > 1 else np.zeros_like(mean)
        return mean, mean - half, mean + half


def incumbent_curves(
    results: Results,
    dataset: str,
    split: Split,
    points: int = 240,
    quantity: Quantity = "accuracy",
    unit: Unit | None = None,
) -> Curves:
    """Computes the score of the incumbent over time.

    Args:
        results: of one configuration.
        dataset: where the incumbents are scored.
        split: validation or test accuracy.
        points: of the grid, half of them evenly spaced and half evenly in the logarithm, from when every search has an
            incumbent to the last end.
        quantity: the accuracy, or the regret: how far it is below the best of the table; see `best_accuracy`.
        unit: of the grid; None for the configuration's own.
    """
    clock = clock_in(results, unit or known_unit(results))
    leads = results.trajectory["incumbent"]
    starts = [clock.times[rows][leads[rows]][:1] for rows in results.searches]
    start = max((float(times[0]) for times in starts if len(times)), default=1.0)
    end = max(float(clock.times.max()), start)
    half = points // 2
    grid = np.sort(np.concatenate([np.geomspace(start, end, half), np.linspace(start, end, points - half)]))
    grid[-1] = end  # geomspace may end a rounding error beyond
    scores = scores_at(results, dataset, split, clock, grid)
    if quantity == "regret":
        best = best_accuracy(results, dataset, split)
        scores = np.full_like(scores, np.nan) if best is None else best - scores
    return Curves(grid, clock.unit, scores)


def best_accuracy(results: Results, dataset: str, split: Split) -> float | None:
    """Returns the highest accuracy in the table that was searched, in percent; None where that is not known."""
    pair = results.description.get("best", {}).get(dataset)
    best: float | None = None if pair is None else pair[SPLITS.index(split)]
    return best


def scores_at(
    results: Results, dataset: str, split: Split, clock: Clock, grid: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Returns the judge's accuracies of the incumbents at given times.

    Args:
        results: of one configuration.
        dataset: where the incumbents are scored.
        split: validation or test accuracy.
        clock: when each evaluation was known.
        grid: (G,) times, rising.

    Returns:
        (searches, G) percent; NaN before the first incumbent and where the judge has no score.
    """
    trajectory = results.trajectory
    lines = []
    for rows in results.searches:
        at = np.flatnonzero(trajectory["incumbent"][rows])
        worth = [results.score(dataset, arch)[split == "test"] for arch in trajectory["architecture"][rows][at]]
        lines.append(np.array([np.nan, *worth])[np.searchsorted(clock.times[rows][at], grid, side="right")])
    return np.array(lines)
