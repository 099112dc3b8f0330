"""The architecture that a configuration found, how many of its searches ended alike, and its picture."""

from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.errors import ArchitectureError
from nasbench_suite.registry.spaces import find_space
from nasbench_suite.report.curves import SPLITS
from nasbench_suite.report.results import Results
from nasbench_suite.space import Space


def found_architecture(results: Results) -> str | None:
    """Returns the incumbent of the best search by the judge's validation score; without one, by what it saw itself.

    None where no search found anything.
    """
    searched = results.description["dataset"]
    ends = [(rows[-1], arch) for rows, arch in _ended(results)]
    if not ends:
        return None
    worth = np.array([results.score(searched, arch)[SPLITS.index("valid")] for _, arch in ends])
    if np.isnan(worth).all():
        worth = results.trajectory["valid_accuracy"][[row for row, _ in ends]]
    return ends[int(np.nanargmax(worth))][1] if not np.isnan(worth).all() else ends[0][1]


def searches_ending_alike(results: Results, arch: str) -> int:
    """Returns how many searches ended with an architecture or one isomorphic to it.

    Where the space is not installed here, those that ended with the same text.
    """
    space = results.description["space"]
    wanted = isomorphism_class(space, arch)
    return sum(end is not None and isomorphism_class(space, end) == wanted for end in results.final_incumbents)


@lru_cache(maxsize=2**17)
def isomorphism_class(space: str, arch: str) -> str:
    """Returns the text of the representative of an architecture's isomorphism class; its own where that is unknown."""
    known = _installed(space)
    if known is None:
        return arch
    try:
        return known.format(known.canonical(known.parse(arch)))
    except ArchitectureError:  # the folder may be a stranger's, or of another version of the space
        return arch


def picture(space: str, arch: str) -> str | None:
    """Returns SVG of an architecture; None where its space is not installed here or does not know it."""
    known = _installed(space)
    if known is None:
        return None
    try:
        return known.draw(known.parse(arch))
    except ArchitectureError:
        return None


@cache
def _installed(name: str) -> Space[Any] | None:
    try:
        return find_space(name)
    except Exception:  # a report needs no space, and a third party's may fail to be imported in any way
        return None


def _ended(results: Results) -> list[tuple[NDArray[np.int64], str]]:
    pairs = zip(results.incumbent_rows, results.final_incumbents, strict=True)
    return [(rows, arch) for rows, arch in pairs if arch is not None]
