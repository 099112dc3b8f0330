"""Rows of a table by the numbers of its architectures, for spaces that number theirs from 0 without a gap."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def rows_by_number(numbers: Iterable[int], size: int) -> NDArray[np.int32]:
    """Returns each number's place among `numbers`, -1 where it is absent: (size,)."""
    rows = np.full(size, -1, dtype=np.int32)
    listed = list(numbers)
    rows[listed] = np.arange(len(listed), dtype=np.int32)
    return rows


def number_locator(
    rows: Sequence[int], numbers: Mapping[Any, int], number: Callable[[Any], int]
) -> Callable[[Any], int]:
    """Returns the look-up of an architecture's row, a tenth of a microsecond.

    Args:
        rows: by number.
        numbers: of all architectures.
        number: of one; raises ArchitectureError for anything else.
    """

    def locate(arch: Any) -> int:
        try:
            return rows[numbers[arch]]
        except (KeyError, TypeError):
            return rows[number(arch)]

    return locate
