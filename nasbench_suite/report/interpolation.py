"""What a search was worth at its budget as NATS-Bench's tables say it (Dong et al. 2021, arXiv:2009.00437, its code).

The incumbents after the two evaluations nearest to the budget, scored by the judge, on the straight line through both:
a number between two architectures' where one evaluation ends before the budget and the other after it.
"""

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.report.results import Results


def interpolated_scores(results: Results, dataset: str, seconds: float) -> NDArray[np.float64]:
    """Returns each search's validation and test accuracy at a budget: (searches with an incumbent, 2), NaN unknown.

    A search of one evaluation has that one's.
    """
    found = [
        _at(results, dataset, search, incumbents, seconds)
        for search, incumbents in zip(results.searches, results.incumbent_rows, strict=True)
        if len(incumbents)
    ]
    return np.array(found, np.float64).reshape(-1, 2)


def _at(
    results: Results, dataset: str, search: slice, incumbents: NDArray[np.int64], seconds: float
) -> NDArray[np.float64]:
    clock, names = results.trajectory["seconds"], results.trajectory["architecture"]
    evaluations = np.arange(incumbents[0], search.stop)  # those before the first incumbent name nothing
    nearest = evaluations[np.argsort(np.abs(clock[evaluations] - seconds), kind="stable")[:2]]
    leading = incumbents[np.searchsorted(incumbents, nearest, side="right") - 1]
    scores = np.array([results.score(dataset, names[row]) for row in leading])
    if len(nearest) == 1 or clock[nearest[0]] == clock[nearest[1]]:
        return np.asarray(scores[0])
    (first, second), (at_first, at_second) = clock[nearest], scores
    return np.asarray(at_first + (seconds - first) / (second - first) * (at_second - at_first))
