"""The worked examples of the distance algebra, and a random sample counted one pair at a time."""

import doctest

import numpy as np

from nasbench_suite.sampled_space import distances
from nasbench_suite.sampled_space.distances import EditDistances, Kind


def test_the_docstrings_numbers_are_right() -> None:
    found = doctest.testmod(distances)
    assert found.attempted >= 4
    assert found.failed == 0


def test_edits_are_those_counted_one_decision_at_a_time() -> None:
    rng = np.random.default_rng(0)
    kinds: list[Kind] = ["named", "ladder", "octaves", "named", "ladder"]
    levels = [list(range(4)), list(range(7)), [0.5, 1.0, 8.0], list(range(2)), list(range(3))]
    octaves = [0, 1, 4]
    members, others = (
        np.stack([rng.integers(len(values), size=count) for values in levels], axis=1) for count in (40, 25)
    )

    def edits(one: list[int], two: list[int]) -> int:
        total = 0
        for kind, left, right in zip(kinds, one, two, strict=True):
            if kind == "octaves":
                left, right = octaves[left], octaves[right]
            total += left != right if kind == "named" else abs(left - right)
        return total

    found = EditDistances(kinds, levels, members).to_members(others)
    assert found.tolist() == [[edits(one, two) for two in members.tolist()] for one in others.tolist()]
