"""The confidence band of every curve: a mean over searches and its 95% limits, by the normal approximation."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

LIMIT = 1.96  # standard errors on each side of the mean


def mean_and_band(values: NDArray[np.float64]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Returns the mean over searches, and its lower and upper 95% confidence limits.

    Args:
        values: (searches, ...) at least one; NaN where a search has none, which leaves it out of that place.

    Returns:
        Three arrays of the shape `(...)`; the limits are the mean where it is over one search, and all are NaN where it
        is over none.
    """
    count = (~np.isnan(values)).sum(axis=0)
    over = np.maximum(count, 1)
    mean = np.where(count > 0, np.nansum(values, axis=0) / over, np.nan)
    squares = np.nansum((values - mean) ** 2, axis=0)
    half = LIMIT * np.sqrt(squares / np.maximum(count - 1, 1) / over)
    return mean, mean - half, mean + half
