"""Who is preferred among several objectives: non-dominated sorting and crowding (Deb et al. 2002, III and VI)."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.observation import Observation


class Standing(NamedTuple):
    """What one member of a population is worth.

    Attributes:
        losses: (M,) to be minimised; infinite where there is no value.
        violation: of the constraints; 0 where all are met.
    """

    losses: tuple[float, ...]
    violation: float

    @classmethod
    def of(cls, observation: Observation) -> "Standing":
        """Returns what an observation says."""
        losses = observation.losses
        # a diverged training is no candidate, however cheap its network
        return cls(losses, np.inf if np.inf in losses else observation.violation)


def ranks(standings: Sequence[Standing]) -> NDArray[np.int64]:
    """Returns the front of each, 0 the first: by constrained dominance, in which the feasible come before the others.

    Of what is not feasible, the less violated comes first, and equals share a front.

        >>> ranks([Standing((1, 2), 0), Standing((2, 1), 0), Standing((2, 2), 0), Standing((0, 0), 0.5)])
        array([0, 0, 1, 2])
    """
    violations = np.array([each.violation for each in standings])
    found = np.empty(len(standings), np.int64)
    feasible = np.flatnonzero(violations == 0)
    fronts = 0
    if len(feasible):
        from moocore import pareto_rank

        found[feasible] = pareto_rank(np.array([standings[at].losses for at in feasible.tolist()], np.float64))
        fronts = int(found[feasible].max()) + 1
    rest = np.flatnonzero(violations > 0)
    found[rest] = fronts + np.unique(violations[rest], return_inverse=True)[1]
    return found


def crowding(losses: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns the crowding distance within one front: (N,), infinite at the ends of every objective.

    The sum over objectives of the distance between the two neighbours, relative to the range of the front.

    Args:
        losses: (N, M) of the front.
    """
    count, objectives = losses.shape
    distance = np.zeros(count)
    for objective in range(objectives):
        column = losses[:, objective]
        order = column.argsort(kind="stable")
        ranged = column[order]
        lowest, highest = ranged[0], ranged[-1]
        if lowest < highest < np.inf:  # where some have no value, there is no range
            distance[order[1:-1]] += (ranged[2:] - ranged[:-2]) / (highest - lowest)
        distance[order[[0, -1]]] = np.inf
    return distance


def distances(standings: Sequence[Standing], fronts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Returns the crowding distance of each within its front.

    Args:
        standings: of the population.
        fronts: of each, as `ranks` returns them.
    """
    losses = np.array([each.losses for each in standings], np.float64).reshape(len(standings), -1)
    found = np.empty(len(standings))
    for front in range(int(fronts.max(initial=-1)) + 1):
        members = np.flatnonzero(fronts == front)
        found[members] = crowding(losses[members])
    return found
