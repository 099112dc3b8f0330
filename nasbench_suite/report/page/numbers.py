"""Numbers as a page holds them: short, and null where there are none."""

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Number = float | int | None


def accuracies(values: NDArray[np.float64]) -> list[Number]:
    """Returns percent or ranks with three decimals; None for NaN."""
    return [_whole(value) for value in np.round(values.astype(float), 3).tolist()]


def times(values: Iterable[float]) -> list[Number]:
    """Returns times with five significant digits; None for NaN."""
    return [_whole(float(f"{value:.5g}")) for value in values]


def known(value: float | None, digits: int = 3) -> Number:
    """Returns a number with so many decimals; None for NaN and None."""
    return None if value is None else _whole(round(value, digits))


def _whole(value: float) -> Number:
    if not math.isfinite(value):
        return None
    return int(value) if value == int(value) else value
