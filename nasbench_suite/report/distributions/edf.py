"""Distributions of errors (Radosavovic et al. 2019, arXiv:1905.13214, sections 3 and 5): comparing whole design spaces.

An empirical distribution function (EDF) says which share of a space's networks has at most a given error. Spaces
whose networks differ in size are compared under matched complexity: the networks are weighted so that every bin of
parameters, or FLOPs, weighs the same.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nasbench_suite.errors import ConfigError

Floats = NDArray[np.float64]


class EDF(NamedTuple):
    """An empirical distribution function.

    Attributes:
        errors: (N,) rising, in percent.
        shares: (N,) of networks whose error is at most that, in (0, 1].
    """

    errors: Floats
    shares: Floats

    def at(self, errors: ArrayLike) -> Floats:
        """Returns the shares of networks with at most these errors."""
        steps = np.concatenate([[0.0], self.shares])
        found: Floats = steps[np.searchsorted(self.errors, errors, side="right")]
        return found

    def quantile(self, share: float) -> float:
        """Returns the lowest error that at least this share of the networks has at most."""
        place = int(np.searchsorted(self.shares, share - 1e-12))
        return float(self.errors[min(place, len(self.errors) - 1)])


class Efficiency(NamedTuple):
    """What a random search finds.

    Attributes:
        sizes: networks that are drawn.
        mean: (len(sizes),) of the lowest error among them, in percent.
        std: its standard deviation over searches.
    """

    sizes: tuple[int, ...]
    mean: Floats
    std: Floats


def edf(errors: ArrayLike, weights: ArrayLike | None = None) -> EDF:
    """Computes the distribution of errors.

    Args:
        errors: (N,) percent; no NaN.
        weights: (N,) of the networks, 0 or more; None for equal ones. A network without weight is left out.

    Raises:
        ConfigError: there is no network, or an error is NaN.
    """
    values = np.asarray(errors, dtype=np.float64)
    given = np.ones(len(values)) if weights is None else np.asarray(weights, dtype=np.float64)
    if np.isnan(values).any() or not given.sum() > 0:
        raise ConfigError("expected the errors of at least one network, and none that is NaN")
    order = np.argsort(values, kind="stable")
    order = order[given[order] > 0]
    shares = np.cumsum(given[order]) / given.sum()
    shares[-1] = 1.0  # a sum may end a rounding error beside it
    return EDF(values[order], shares)


def matched_weights(complexity: ArrayLike, low: float, high: float, bins: int) -> Floats:
    """Weighs networks so that each of equally wide bins of complexity has the same share of the whole.

    Args:
        complexity: (N,) parameters or FLOPs.
        low: networks at or below it get no weight.
        high: networks at or above it get none.
        bins: how many there are between low and high.

    Returns:
        (N,) weights that sum to 1.

    Raises:
        ConfigError: the range is none, or a bin has no network.
    """
    if bins < 1 or not low < high:
        raise ConfigError(f"expected at least one bin and a range of complexity, got {bins} from {low:g} to {high:g}")
    values = np.asarray(complexity, dtype=np.float64)
    inside = (low < values) & (values < high)
    place = np.minimum(((values[inside] - low) / (high - low) * bins).astype(np.int64), bins - 1)
    counts = np.bincount(place, minlength=bins)
    if not counts.all():
        edges = np.linspace(low, high, bins + 1)
        empty = int(np.argmin(counts))
        raise ConfigError(
            f"no network has a complexity from {edges[empty]:.4g} to {edges[empty + 1]:.4g}, so nothing "
            f"matches there: take fewer than {bins} bins, or a narrower range"
        )
    weights = np.zeros(len(values))
    weights[inside] = 1 / counts[place] / bins
    return weights


def random_search(distribution: EDF, sizes: Sequence[int]) -> Efficiency:
    """Computes what random searches of given sizes find in a space.

    Exactly, where the paper draws samples: the best of k independent draws has at most an error that a share F of the
    networks has with probability 1 - (1 - F)^k.

    Args:
        distribution: of the space.
        sizes: networks drawn by a search.
    """
    worse: Floats = np.concatenate([np.ones(1), 1.0 - distribution.shares])
    found = []
    for size in sizes:
        chances = -np.diff(np.power(worse, size))
        mean = float(chances @ distribution.errors)
        found.append((mean, float(np.sqrt(np.maximum(0.0, chances @ (distribution.errors - mean) ** 2)))))
    means, stds = np.array(found).T
    return Efficiency(tuple(sizes), means, stds)


def ks_statistic(one: EDF, two: EDF) -> float:
    """Returns the largest difference between two distributions' shares (Kolmogorov and Smirnov), in [0, 1]."""
    errors = np.concatenate([one.errors, two.errors])
    return float(np.abs(one.at(errors) - two.at(errors)).max())
