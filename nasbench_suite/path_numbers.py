"""Numbers the paths from a cell's input to its output, for the path encoding (White et al. 2021, arXiv:1910.11858).

A path is the operations along it. Shorter ones have lower numbers, so that the first so many make up the truncated
encoding: with 3 operations the direct edge is 0, one operation is 1 to 3, two are 4 to 12.
"""

from collections.abc import Sequence


def path_number(path: Sequence[int], operations: int, shortest: int = 0) -> int:
    """Returns the number of a path.

    Args:
        path: indices of the operations along it, from input to output.
        operations: how many there are to choose from.
        shortest: operations on the shortest path that a cell can have.
    """
    number = sum(int(operations**place) * (operation + 1) for place, operation in enumerate(path))
    return number - count_paths(operations, shortest - 1)


def count_paths(operations: int, longest: int, shortest: int = 0) -> int:
    """Returns how many paths there are with `shortest` to `longest` operations along them."""
    return sum(int(operations**length) for length in range(shortest, longest + 1))
