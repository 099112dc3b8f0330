"""Ranks, and the two rank tests of a report: SciPy's exact ones for few searches, the normal approximation for many.

`scipy.stats` takes a second to import and a millisecond a call; sixty configurations are 1770 pairs. So it is for the
exact tests alone, where it is imported.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

EXACT = 50  # values up to which SciPy chooses the method: by how many there are and whether any tie


def average_ranks(values: NDArray[Any]) -> NDArray[np.float64]:
    """Returns ranks along the first axis, 1 the lowest; equal values have the mean of their ranks."""
    order = np.argsort(values, axis=0)
    ordered = np.take_along_axis(values, order, axis=0)
    places = np.arange(len(values)).reshape(-1, *[1] * (values.ndim - 1))
    steps = np.ones(values.shape, bool)  # where a value is above the one before it
    steps[1:] = ordered[1:] != ordered[:-1]
    firsts = np.maximum.accumulate(np.where(steps, places, 0), axis=0)
    ends = np.ones(values.shape, bool)
    ends[:-1] = steps[1:]
    lasts = np.minimum.accumulate(np.where(ends, places, len(values))[::-1], axis=0)[::-1]
    ranks = np.empty(values.shape)
    np.put_along_axis(ranks, order, (firsts + lasts) / 2 + 1, axis=0)
    return ranks


def superiority(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """Returns the chance that a value of x is above one of y, ties half; both are sorted."""
    above = np.searchsorted(y, x, side="left").sum() + np.searchsorted(y, x, side="right").sum()
    return float(above) / 2 / (len(x) * len(y))


def mann_whitney(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """Returns the two-sided p-value of the Mann-Whitney U test of two sorted samples.

    The approximation is corrected for ties and for continuity.
    """
    if min(len(x), len(y)) <= EXACT:
        from scipy import stats

        return float(stats.mannwhitneyu(x, y).pvalue)
    pairs, n = len(x) * len(y), len(x) + len(y)
    deviation = math.sqrt(pairs / 12 * (n + 1 - _ties(np.concatenate([x, y])) / (n * (n - 1))))
    return 1.0 if not deviation else _two_sided((abs(superiority(x, y) - 0.5) * pairs - 0.5) / deviation)


def signed_rank(differences: NDArray[np.float64]) -> tuple[float, float]:
    """Returns the sum of the signed ranks and the two-sided p-value of Wilcoxon's signed-rank test.

    Args:
        differences: of pairs; none of them 0.
    """
    if not len(differences):
        return 0.0, 1.0
    ranks = average_ranks(np.abs(differences))
    signed = float(np.copysign(ranks, differences).sum())
    if len(differences) <= EXACT:
        from scipy import stats

        return signed, float(stats.wilcoxon(differences).pvalue)
    return signed, _two_sided(abs(signed) / math.sqrt(float(ranks @ ranks)))


def _ties(values: NDArray[np.float64]) -> float:
    """Returns the sum of t^3 - t over the values that occur t times."""
    counts = np.unique(values, return_counts=True)[1].astype(float)
    return float((counts**3 - counts).sum())


def _two_sided(z: float) -> float:
    return min(1.0, 2 * float(ndtr(-z)))
