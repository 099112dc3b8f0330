"""Against the paper's own procedures, written out: Deb et al. 2002, sections III-A to III-C and definition 1."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nasbench_suite.algorithms.domination import Standing, crowding, distances, ranks
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.observation import Observation

LEVELS = st.integers(0, 4).map(float)
STANDINGS = st.lists(
    st.builds(Standing, st.tuples(LEVELS, LEVELS), st.sampled_from([0.0, 0.0, 0.0, 0.5, 1.0, math.inf])),
    min_size=1,
    max_size=25,
)


def constrained_dominates(p: Standing, q: Standing) -> bool:
    """Definition 1."""
    if p.violation == 0 and q.violation > 0:
        return True
    if p.violation > 0 and q.violation > 0:
        return p.violation < q.violation
    if p.violation == 0 and q.violation == 0:
        no_worse = all(a <= b for a, b in zip(p.losses, q.losses, strict=True))
        return no_worse and any(a < b for a, b in zip(p.losses, q.losses, strict=True))
    return False


def fast_non_dominated_sort(population: list[Standing]) -> list[list[int]]:
    """Section III-A."""
    dominated: list[list[int]] = [[] for _ in population]
    count = [0] * len(population)
    fronts: list[list[int]] = [[]]
    for p in range(len(population)):
        for q in range(len(population)):
            if constrained_dominates(population[p], population[q]):
                dominated[p].append(q)
            elif constrained_dominates(population[q], population[p]):
                count[p] += 1
        if count[p] == 0:
            fronts[0].append(p)
    while fronts[-1]:
        following = []
        for p in fronts[-1]:
            for q in dominated[p]:
                count[q] -= 1
                if count[q] == 0:
                    following.append(q)
        fronts.append(sorted(following))
    return fronts[:-1]


def crowding_distance_assignment(losses: list[tuple[float, ...]]) -> list[float]:
    """Section III-B."""
    size = len(losses)
    distance = [0.0] * size
    for m in range(len(losses[0])):
        order = sorted(range(size), key=lambda i: losses[i][m])
        lowest, highest = losses[order[0]][m], losses[order[-1]][m]
        distance[order[0]] = distance[order[-1]] = math.inf
        for i in range(1, size - 1):
            if highest > lowest:
                gap = losses[order[i + 1]][m] - losses[order[i - 1]][m]
                distance[order[i]] += gap / (highest - lowest)
    return distance


def crowded_selection(population: list[Standing], size: int) -> list[int]:
    """Section III-C: whole fronts while they fit, then the least crowded of the next."""
    chosen: list[int] = []
    for front in fast_non_dominated_sort(population):
        distance = crowding_distance_assignment([population[i].losses for i in front])
        order = sorted(range(len(front)), key=lambda at: -distance[at])
        chosen += [front[at] for at in order][: size - len(chosen)]
    return chosen


def test_three_fronts_by_hand() -> None:
    population = [
        Standing((1, 4), 0),
        Standing((2, 2), 0),
        Standing((4, 1), 0),
        Standing((3, 3), 0),
        Standing((4, 4), 0),
    ]
    assert ranks(population).tolist() == [0, 0, 0, 1, 2]


def test_what_is_not_feasible_comes_after_all_that_is_by_how_much_it_violates() -> None:
    population = [Standing((0, 0), 2.0), Standing((9, 9), 0.0), Standing((5, 5), 1.0), Standing((0, 0), math.inf)]
    assert ranks(population).tolist() == [2, 0, 1, 3]
    assert ranks([Standing((0,), 1.0), Standing((1,), 1.0)]).tolist() == [0, 0]


def test_crowding_by_hand() -> None:
    losses = np.array([[0.0, 10.0], [1.0, 6.0], [4.0, 1.0], [10.0, 0.0]])
    assert crowding(losses).tolist() == [math.inf, 4 / 10 + 9 / 10, 9 / 10 + 6 / 10, math.inf]
    assert crowding(np.array([[1.0, 1.0]])).tolist() == [math.inf]
    assert crowding(np.array([[math.inf, 1.0], [math.inf, 2.0], [math.inf, 3.0]])).tolist() == [math.inf, 1.0, math.inf]


@settings(deadline=None)
@given(population=STANDINGS)
def test_ranks_are_those_of_the_papers_procedure(population: list[Standing]) -> None:
    wanted = [0] * len(population)
    for rank, front in enumerate(fast_non_dominated_sort(population)):
        for member in front:
            wanted[member] = rank
    assert ranks(population).tolist() == wanted


@settings(deadline=None)
@given(population=STANDINGS)
def test_distances_are_those_of_the_papers_procedure(population: list[Standing]) -> None:
    found = distances(population, ranks(population))
    for front in fast_non_dominated_sort(population):
        wanted = crowding_distance_assignment([population[i].losses for i in front])
        assert found[front].tolist() == pytest.approx(wanted)


def test_a_diverged_training_violates_everything() -> None:
    standing = Standing.of(Observation(Fidelity(12, 12), math.nan, 1.0, None))
    assert standing == ((math.inf,), math.inf)
