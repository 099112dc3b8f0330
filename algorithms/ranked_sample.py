"""What algorithms know of architectures without training them: a column of the table, zero-cost scores mostly."""

from collections.abc import Callable

import numpy as np

from nasbench_suite.algorithm import LookUp
from nasbench_suite.errors import ConfigError
from nasbench_suite.space import Space
from nasbench_suite.variables import ArchT

# a sample of the authors' size is drawn from the smallest space, too
_ALWAYS = 3000
# of a space that cannot be listed: they are drawn one by one, and kept
_MOST = 1_000_000


def check_sample(algorithm: str, space: Space[ArchT], sample: int, columns: object, column: str) -> None:
    """Raises ConfigError where a sample is no size or exceeds its space, or there is nothing to rank it by."""
    if sample < 1:
        raise ConfigError(f"{algorithm}: expected sample of 1 or more, got {sample}")
    if sample > _ALWAYS and sample > (most := _most(space)):
        raise ConfigError(f"{algorithm}: expected sample of at most {most:,} on space {space.name}, got {sample:,}")
    if not callable(columns):
        raise ConfigError(
            f"{algorithm}: columns: expected a function from a column's name ({column}) and an architecture to a "
            f"number, got {columns!r:.60}"
        )


def _most(space: Space[ArchT]) -> int:
    try:
        return max(_ALWAYS, len(space))
    except ConfigError:
        return _MOST


def ranked_sample(
    space: Space[ArchT], rng: np.random.Generator, worth: Callable[[ArchT], float], size: int
) -> list[ArchT]:
    """Draws architectures and returns them, the highest first.

    Each is looked up once; one without a value is in no rank, and left out. Equals stay in the order of the draws.

    Args:
        space: where to draw.
        rng: consumed by `size` draws.
        worth: of an architecture, higher is better; NaN where it is not known.
        size: of the sample, before repeats and what has no value are dropped.
    """
    drawn = dict.fromkeys(space.sample(rng) for _ in range(size))
    known = [(value, arch) for arch in drawn if (value := worth(arch)) == value]
    return [arch for _, arch in sorted(known, key=lambda pair: -pair[0])]


def in_column(columns: LookUp[ArchT], column: str) -> Callable[[ArchT], float]:
    """Returns the function from an architecture to its value in one column."""
    return lambda arch: columns(column, arch)
