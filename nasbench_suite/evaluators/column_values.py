"""A column of a table for algorithms that look architectures up before they ask for evaluations."""

import hashlib
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


class ColumnValues:
    """One column; callable as `nasbench_suite.algorithm.LookUp`. It leads to no table and no accuracy.

    Attributes:
        name: as the configuration says it, `NAME` or `NAME:min`.
        sha256: of its values; the table's own hash knows nothing of annotations.
        seconds: that a look-up costs; an architecture that was looked up before in the search costs nothing, nor does
            one that has no value, for nothing was measured there.
    """

    def __init__(
        self,
        name: str,
        values: NDArray[np.float64],
        is_lower_better: bool,
        locate: Callable[[Any], int],
        seconds: float,
    ) -> None:
        """
        Args:
            name: as the configuration says it.
            values: by row, NaN where there is none.
            is_lower_better: whether a search is to prefer low values.
            locate: from an architecture to its row, -1 where the table lacks it.
            seconds: that a look-up costs.
        """
        self.name, self.seconds = name, seconds
        self.sha256 = hashlib.sha256(name.encode() + values.astype("<f8").tobytes()).hexdigest()
        self._worths: Sequence[float] = (-values if is_lower_better else values).tolist()
        self._locate = locate
        self._looked_up: set[int] = set()
        self._unpaid = 0

    def __call__(self, name: str, arch: Any) -> float:
        """Returns the value of an architecture, its sign turned where lower is better; NaN where there is none.

        Raises:
            KeyError: it is another column than the configuration names.
        """
        if name != self.name:
            raise KeyError(name)
        row = self._locate(arch)
        if row < 0:
            return math.nan
        worth = self._worths[row]
        if worth == worth and row not in self._looked_up:
            self._looked_up.add(row)
            self._unpaid += 1
        return worth

    def begin(self) -> None:
        """Forgets what was looked up, for a new search."""
        self._looked_up.clear()
        self._unpaid = 0

    def take_seconds(self) -> float:
        """Returns what look-ups have cost since the last call."""
        unpaid, self._unpaid = self._unpaid, 0
        return unpaid * self.seconds
