"""Mean ranks at the end of the searches, and how far apart they must be to differ (Demsar 2006, JMLR 7)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, ndtr

from nasbench_suite.report.budget_comparison import LEVEL
from nasbench_suite.report.curves import SPLITS, Split
from nasbench_suite.report.rank_tests import average_ranks
from nasbench_suite.report.results import Results


@dataclass(frozen=True)
class CriticalDifference:
    """The Friedman test and Nemenyi's critical difference over the seeds that all configurations share.

    Attributes:
        ranks: label and mean rank of each configuration, 1 the best, the best first.
        seeds: how many seeds the ranks are over.
        difference: two mean ranks that are at least so far apart differ, at a family-wise level of 0.05.
        p: of the Friedman test that all configurations are alike; None where all searches tie.
        alike: first and last place in `ranks` of each longest run of configurations that do not differ, two or more.
    """

    ranks: tuple[tuple[str, float], ...]
    seeds: int
    difference: float
    p: float | None
    alike: tuple[tuple[int, int], ...]


def critical_difference(
    group: Sequence[Results], labels: Sequence[str], column: tuple[str, Split]
) -> CriticalDifference | None:
    """Ranks configurations by what their searches ended with, seed by seed.

    Args:
        group: configurations that searched the same data set under the same protocol.
        labels: theirs.
        column: where the final incumbents are scored, and which of their accuracies counts.

    Returns:
        None where fewer than two configurations, or fewer than two seeds of all of them, have a score.
    """
    scores = [_by_seed(results, *column) for results in group]
    common = sorted(set.intersection(*map(set, scores))) if scores else []
    if len(group) < 2 or len(common) < 2:
        return None
    ranks = average_ranks(-np.array([[each[seed] for seed in common] for each in scores]))
    means = ranks.mean(axis=1)
    order = np.argsort(means, kind="stable")
    difference = _critical(len(group), len(common))
    return CriticalDifference(
        tuple((labels[at], float(means[at])) for at in order),
        len(common),
        difference,
        _friedman(ranks),
        tuple(_runs(means[order], difference)),
    )


def _by_seed(results: Results, dataset: str, split: Split) -> dict[int, float]:
    at = SPLITS.index(split)
    pairs = zip(results.seeds, results.final_incumbents, strict=True)
    scores = {seed: results.score(dataset, arch)[at] for seed, arch in pairs if arch is not None}
    return {seed: score for seed, score in scores.items() if not math.isnan(score)}


def _critical(configurations: int, seeds: int) -> float:
    quantile = range_quantile(1 - LEVEL, configurations) / math.sqrt(2)
    return quantile * math.sqrt(configurations * (configurations + 1) / (6 * seeds))


def range_quantile(share: float, count: int) -> float:
    """Returns below what the range of so many standard normal values is with a given chance.

    It is the studentized range of infinitely many degrees of freedom, by its integral over the lowest value. SciPy has
    it where it takes a second to import.
    """
    lowest, step = np.linspace(-9, 9, 4001, retstep=True)
    density = np.exp(-(lowest**2) / 2) / math.sqrt(2 * math.pi)
    low, high = 0.0, 18.0
    while high - low > 1e-12:
        middle = (low + high) / 2
        within = (ndtr(lowest + middle) - ndtr(lowest)) ** (count - 1)
        chance = count * step * float(density @ within)
        low, high = (middle, high) if chance < share else (low, middle)
    return high


def _friedman(ranks: NDArray[np.float64]) -> float | None:
    """Returns the p-value by the chi-squared approximation, corrected for ties."""
    configurations, seeds = ranks.shape
    squares = float((ranks**2).sum()) - seeds * configurations * (configurations + 1) ** 2 / 4
    if squares <= 0:
        return None
    sums = ranks.sum(axis=1) - seeds * (configurations + 1) / 2
    statistic = (configurations - 1) * float((sums**2).sum()) / squares
    return float(chdtrc(configurations - 1, statistic))


def _runs(means: NDArray[np.float64], difference: float) -> list[tuple[int, int]]:
    last = np.searchsorted(means, means + difference, side="left") - 1  # the farthest that is not apart
    runs = [(first, int(end)) for first, end in enumerate(last) if end > first]
    return [(first, end) for first, end in runs if first == 0 or last[first - 1] < end]
