"""The two rank tests of a report: SciPy's exact ones for few searches, and the normal approximation for many.

SciPy's functions take a millisecond a call, whatever they are given; sixty configurations are 1770 pairs.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.special import ndtr

EXACT = 50  # values up to which SciPy chooses the method: by how many there are and whether any tie


def mann_whitney(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, float]:
    """Returns the chance that a value of x is above one of y, ties half, and the two-sided p-value of the U test.

    The approximation is corrected for ties and for continuity.
    """
    pairs = len(x) * len(y)
    if min(len(x), len(y)) <= EXACT:
        found: Any = stats.mannwhitneyu(x, y)
        return float(found.statistic) / pairs, float(found.pvalue)
    ordered = np.sort(y)
    above = np.searchsorted(ordered, x, side="left").sum() + np.searchsorted(ordered, x, side="right").sum()
    statistic, n = float(above) / 2, len(x) + len(y)
    deviation = math.sqrt(pairs / 12 * (n + 1 - _ties(np.concatenate([x, y])) / (n * (n - 1))))
    if not deviation:
        return statistic / pairs, 1.0
    return statistic / pairs, _two_sided((abs(statistic - pairs / 2) - 0.5) / deviation)


def signed_rank(differences: NDArray[np.float64]) -> tuple[float, float]:
    """Returns the sum of the signed ranks and the two-sided p-value of Wilcoxon's signed-rank test.

    Args:
        differences: of pairs; none of them 0.
    """
    if not len(differences):
        return 0.0, 1.0
    _, places, counts = np.unique(np.abs(differences), return_inverse=True, return_counts=True)
    ranks = (counts.cumsum() - (counts - 1) / 2)[places]
    signed = float((np.sign(differences) * ranks).sum())
    if len(differences) <= EXACT:
        return signed, float(stats.wilcoxon(differences).pvalue)
    return signed, _two_sided(abs(signed) / math.sqrt(float((ranks**2).sum())))


def _ties(values: NDArray[np.float64]) -> float:
    """Returns the sum of t^3 - t over the values that occur t times."""
    counts = np.unique(values, return_counts=True)[1].astype(float)
    return float((counts**3 - counts).sum())


def _two_sided(z: float) -> float:
    return min(1.0, 2 * float(ndtr(-z)))
