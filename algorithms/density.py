"""The density model of TPE and BOHB on categorical codes: which architectures look like good ones.

Bergstra et al. 2011 (NeurIPS), in the form that Falkner et al. 2018 (arXiv:1807.01774, section 3) gave it: one
multivariate kernel density for the good results and one for the bad.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]
FLOOR = 1e-32
import os
CAP = os.environ.get("CAP","1")
SEEN = os.environ.get("SEEN","0")=="1"


class KernelDensity:
    """A mean of products of Aitchison-Aitken kernels (1976): 1 - h at the datum's level, h shared by the others.

    Bandwidths follow the normal reference rule on the integer codes, 1.06 sigma n^(-1/(4+d)), no lower than a floor.
    Two things keep the density in [0, 1] for any data, where the published one is not: a bandwidth is at most 1,
    for beyond it a kernel is negative; and h is shared by the variable's own levels rather than by those seen,
    whose number less one is 0 for a constant column.

    Attributes:
        data: (n, d) codes.
        bandwidths: (d,) in [min_bandwidth, 1].
    """

    def __init__(self, data: Codes, levels: NDArray[np.int64], min_bandwidth: float) -> None:
        """
        Args:
            data: (n, d) codes, n of 1 or more.
            levels: (d,) number of choices of each variable.
            min_bandwidth: in (0, 1].
        """
        count, dimensions = data.shape
        reference = 1.06 * data.std(axis=0) * count ** (-1 / (4 + dimensions))
        self.data, self._levels = data, levels
        if CAP == "none":
            self.bandwidths = np.maximum(reference, min_bandwidth)
        elif CAP == "1":
            self.bandwidths = np.clip(reference, min_bandwidth, 1.0)
        else:
            self.bandwidths = np.clip(reference, min_bandwidth, (levels-1)/levels)
        self._same = 1 - self.bandwidths
        if SEEN:
            levels = np.array([len(np.unique(c)) for c in data.T])
            self._other = self.bandwidths / np.maximum(levels - 1, 1e-9)
        else:
            self._other = self.bandwidths / np.maximum(levels - 1, 1)

    def __call__(self, codes: Codes) -> NDArray[np.float64]:
        """Returns the density of (m, d) codes, (m,)."""
        equal = codes[:, None, :] == self.data
        density: NDArray[np.float64] = np.where(equal, self._same, self._other).prod(axis=2).mean(axis=1)
        return density

    def sample(self, rng: np.random.Generator) -> list[int]:
        """Draws near a datum: each code stays with probability 1 - h, else is uniform over all, the old one included."""
        near = self.data[rng.integers(len(self.data))]
        stays = rng.random(len(near)) < self._same
        drawn: list[int] = np.where(stays, near, rng.integers(self._levels)).tolist()
        return drawn


class DensityModel:
    """The better results' density l against the worse ones' g.

    Attributes:
        good: density of the better results.
        bad: density of the others.
    """

    def __init__(self, good: KernelDensity, bad: KernelDensity) -> None:
        """Use `fit`."""
        self.good, self.bad = good, bad

    def badness(self, codes: Codes) -> NDArray[np.float64]:
        """Returns g / l of (m, d) codes, (m,), both floored at 1e-32: what a search minimises."""
        ratio: NDArray[np.float64] = np.maximum(self.bad(codes), FLOOR) / np.maximum(self.good(codes), FLOOR)
        return ratio


def needed(dimensions: int) -> int:
    """Returns how many results make a model: more than there are variables on either side."""
    return 2 * (dimensions + 1)


def fit(
    codes: Sequence[Sequence[int]],
    accuracies: Sequence[float],
    levels: Sequence[int],
    good_percent: int,
    min_bandwidth: float,
) -> DensityModel | None:
    """Fits a model; None while there are too few results.

    Args:
        codes: a code for each of d variables, by result.
        accuracies: of the results; the first of equals ranks higher, and NaN ranks last.
        levels: number of choices of each variable.
        good_percent: percent of the results that are good, at least d + 1 of them; the bad ones follow in rank.
        min_bandwidth: floor of the bandwidths.
    """
    count, least = len(codes), len(levels) + 1
    good = max(least, good_percent * count // 100)
    bad = min(max(least, (100 - good_percent) * count // 100), count - good)
    if bad < least:
        return None
    losses = -np.array(accuracies, dtype=np.float64)
    losses[np.isnan(losses)] = np.inf
    order = losses.argsort(kind="stable")
    data, sizes = np.array(codes, dtype=np.int64)[order], np.array(levels, dtype=np.int64)
    return DensityModel(
        KernelDensity(data[:good], sizes, min_bandwidth), KernelDensity(data[good : good + bad], sizes, min_bandwidth)
    )
