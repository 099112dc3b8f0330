"""What the incumbent was worth as a search went on."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.report.load import Results

Split = Literal["valid", "test"]


@dataclass(frozen=True)
class Curves:
    """The incumbents' scores of every search on one grid.

    Attributes:
        grid: (G,) simulated seconds, or evaluations where seconds are unknown.
        unit: `simulated seconds` or `evaluations`.
        scores: (searches, G) the judge's accuracy of the incumbent, percent; NaN before the first incumbent.
    """

    grid: NDArray[np.float64]
    unit: str
    scores: NDArray[np.float64]

    def mean_and_band(self) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """Returns the mean over searches and its 95% confidence limits, each (G,), where every search has begun."""
        mean = self.scores.mean(axis=0)
        count = len(self.scores)
        half = 1.96 * self.scores.std(axis=0, ddof=1) / np.sqrt(count) if count > 1 else np.zeros_like(mean)
        return mean, mean - half, mean + half


def incumbent_curves(results: Results, dataset: str, split: Split, points: int = 200) -> Curves:
    """Computes the score of the incumbent over time.

    Args:
        results: of one configuration.
        dataset: where the incumbents are scored.
        split: validation or test accuracy.
        points: of the grid, evenly spaced in the logarithm, from when every search has an incumbent to the last end.
    """
    trajectory, scores = results.trajectory, results.scores[dataset]
    known = not np.isnan(trajectory["seconds"]).any()
    unit = "simulated seconds" if known else "evaluations"
    clock = trajectory["seconds"] if known else trajectory["step"] + 1.0
    leads, archs = trajectory["incumbent"], trajectory["architecture"]
    steps = []
    for rows in results.searches:
        at = np.flatnonzero(leads[rows])
        worth = [scores[str(arch)][split == "test"] for arch in archs[rows][at]]
        steps.append((clock[rows][at], np.array([np.nan, *worth])))
    begins = [times[0] for times, _ in steps if len(times)]
    grid = np.geomspace(max(begins, default=1.0), max(float(clock.max()), max(begins, default=1.0)), points)
    grid[-1] = max(grid[-1], float(clock.max()))  # geomspace may end a rounding error early
    table = np.array([worth[np.searchsorted(times, grid, side="right")] for times, worth in steps])
    return Curves(grid, unit, table)
