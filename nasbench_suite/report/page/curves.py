"""The incumbents over time, as a page's charts hold them: accuracies, mean ranks, and when targets are reached."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.report.curves import SPLITS, Split, incumbent_curves, scores_at
from nasbench_suite.report.page import numbers
from nasbench_suite.report.page.thinning import points
from nasbench_suite.report.rank_tests import average_ranks
from nasbench_suite.report.results import Results
from nasbench_suite.report.times import UNITS, Unit, times_in

RANKED = 40  # times at which ranks are compared
TARGETS = 40  # accuracies that searches may reach
QUARTILES = (25, 50, 75)


def known_units(group: Sequence[Results]) -> list[Unit]:
    """Returns the units in which every configuration of a group knows its times."""
    return [unit for unit in UNITS if not any(np.isnan(times_in(results, unit).values).any() for results in group)]


def curves(group: Sequence[Results], dataset: str, unit: Unit) -> list[dict[str, Any]]:
    """Returns, by configuration, times and the mean with its 95% confidence band of each split that is known."""
    return [_curve(results, dataset, unit, points(len(group))) for results in group]


def _curve(results: Results, dataset: str, unit: Unit, count: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for split in SPLITS:
        curve = incumbent_curves(results, dataset, split, count, unit)
        found["x"] = numbers.times(curve.grid)
        if curve.known:
            found[split] = [numbers.accuracies(values) for values in curve.band]
    return found


def ranks(group: Sequence[Results], dataset: str, split: Split, unit: Unit) -> dict[str, Any] | None:
    """Returns mean ranks over time, 1 the best, over the seeds that all configurations share; None without any.

    A rank is given from when all of these searches have an incumbent with a score.
    """
    common = sorted(set.intersection(*(_with_incumbent(results) for results in group)))
    if len(group) < 2 or not common:
        return None
    clocks = [times_in(results, unit).values for results in group]
    firsts = [[rows[0] for rows in results.incumbent_rows if len(rows)] for results in group]
    start = max(float(clock[rows].max()) for clock, rows in zip(clocks, firsts, strict=True))
    end = max(float(clock.max()) for clock in clocks)
    if not 0 < start < end:
        return None
    grid = np.geomspace(start, end, RANKED)
    scores = np.array([_scores(results, common, dataset, split, unit, grid) for results in group])
    found = _mean_ranks(scores)
    return {"x": numbers.times(grid), "mean": [numbers.accuracies(values) for values in found], "seeds": len(common)}


def _with_incumbent(results: Results) -> set[int]:
    return {seed for seed, rows in zip(results.seeds, results.incumbent_rows, strict=True) if len(rows)}


def _scores(
    results: Results, seeds: Sequence[int], dataset: str, split: Split, unit: Unit, grid: NDArray[np.float64]
) -> NDArray[np.float64]:
    found = sorted(_with_incumbent(results))
    return scores_at(results, dataset, split, times_in(results, unit), grid)[np.searchsorted(found, seeds)]


def _mean_ranks(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns (configurations, times) mean ranks of (configurations, seeds, times) scores; NaN where any is missing."""
    found = np.full((len(scores), scores.shape[2]), np.nan)
    whole = ~np.isnan(scores).any(axis=(0, 1))
    found[:, whole] = average_ranks(-scores[:, :, whole]).mean(axis=1)
    return found


def targets(group: Sequence[Results], dataset: str, split: Split, units: Sequence[Unit]) -> dict[str, Any] | None:
    """Returns when searches first had an incumbent of at least an accuracy; None where nothing has a score.

    For each of some accuracies and each configuration: the share of its searches that reached it, and by unit when the
    first quarter, half and three quarters of all its searches had.
    """
    ends = [results.incumbents_scores(dataset)[:, SPLITS.index(split)] for results in group]
    every = np.concatenate(ends)
    every = every[~np.isnan(every)]
    if not len(every) or every.min() == every.max():
        return None
    lowest, highest = float(np.percentile(every, 20)), float(every.max())
    rounded = np.round(np.linspace(lowest, highest, TARGETS), 2)
    rounded[-1] = np.floor(highest * 100) / 100  # which some search reaches
    accuracies: NDArray[np.float64] = np.unique(rounded).astype(np.float64)
    found = [_reached(results, worth, accuracies, units) for results, worth in zip(group, ends, strict=True)]
    return {"accuracy": numbers.accuracies(accuracies), "reached": found}


def _reached(
    results: Results, worth: NDArray[np.float64], accuracies: NDArray[np.float64], units: Sequence[Unit]
) -> dict[str, Any]:
    rows, search = results.incumbents
    clocks = {unit: times_in(results, unit).values for unit in units}
    searches, shares = len(results.seeds), np.zeros(len(accuracies))
    quartiles = {unit: np.full((len(QUARTILES), len(accuracies)), np.nan) for unit in units}
    for at, accuracy in enumerate(accuracies):
        _, first = np.unique(search[worth >= accuracy], return_index=True)  # rows rise, so the first is the earliest
        reached = rows[worth >= accuracy][first]
        shares[at] = len(reached) / searches
        for unit in units:
            by_then = np.sort(clocks[unit][reached])
            for place, percent in enumerate(QUARTILES):
                needed = int(np.ceil(searches * percent / 100))
                if needed <= len(by_then):
                    quartiles[unit][place, at] = by_then[needed - 1]
    return {
        "share": numbers.accuracies(shares),
        **{unit: [numbers.times(values) for values in found] for unit, found in quartiles.items()},
    }
