"""Members of a sample, on a made-up space whose distances can be counted by hand."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from nasbench_suite.errors import ArchitectureError, ConfigError
from nasbench_suite.sampled_space.distances import Decision
from nasbench_suite.sampled_space.members import SampleMembers
from nasbench_suite.sampled_space.space import SampledSpace

Arch = tuple[str, int, float, int]  # colour, size, rate, and a mark that is in no decision


class Paint(SampledSpace[Arch]):
    name = "paint"

    def parse(self, text: str) -> Arch:
        colour, size, rate, mark = text.split()
        return colour, int(size), float(rate), int(mark)

    def format(self, arch: Arch) -> str:
        return " ".join(map(str, arch))

    def canonical(self, arch: Arch) -> Arch:
        return arch

    def decisions(self, members: Sequence[Arch]) -> Mapping[Decision, Sequence[Any]]:
        return {
            Decision("colour", "named"): [arch[0] for arch in members],
            Decision("size", "ladder"): [arch[1] for arch in members],
            Decision("rate", "octaves"): [arch[2] for arch in members],
            Decision("constant", "named"): [0 for _ in members],
        }


# sizes 10, 20, 80 are rungs 0, 1, 2; rates 0.1, 0.2, 0.8 are octaves 0, 1, 3
MEMBERS: list[Arch] = [
    ("red", 10, 0.1, 0),
    ("red", 20, 0.1, 0),
    ("blue", 80, 0.1, 0),
    ("green", 80, 0.8, 0),
    ("red", 10, 0.2, 0),
    ("red", 10, 0.1, 1),  # differs from the first by its mark only
]


def edits(one: Arch, two: Arch) -> int:
    size, octave = {10: 0, 20: 1, 80: 2}, {0.1: 0, 0.2: 1, 0.8: 3}
    return (
        (one[0] != two[0])
        + abs(size[one[1]] - size[two[1]])
        + abs(octave[one[2]] - octave[two[2]])
        + (one[3] != two[3])
    )


def paints(nearest: int = 2, members: Sequence[Arch] = MEMBERS) -> SampleMembers[Arch]:
    return Paint(nearest).confined_to(members)


@pytest.mark.parametrize("nearest", [1, 2, 3, 50])
def test_nearest_are_by_edits_and_then_by_order(nearest: int) -> None:
    for member in MEMBERS:
        others = [other for other in MEMBERS if other != member]
        expected = sorted(others, key=lambda other: (edits(member, other), MEMBERS.index(other)))
        assert paints(nearest).nearest(member) == expected[:nearest]


def test_neighbours_are_near_from_either_side() -> None:
    near = paints(1)
    for member in MEMBERS:
        expected = {other for other in MEMBERS if other in near.nearest(member) or member in near.nearest(other)}
        assert set(near.neighbours(member)) == expected
        assert near.neighbours(member)[0] == near.nearest(member)[0]


def test_all_pairs_in_parts_give_the_same_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = [paints().neighbours(member) for member in MEMBERS]
    monkeypatch.setattr("nasbench_suite.sampled_space.members._PAIRS", 7)
    assert [paints().neighbours(member) for member in MEMBERS] == whole


def test_draws_are_without_replacement_until_all_were_drawn() -> None:
    one, rng = paints(), np.random.default_rng(0)
    drawn = [one.sample(rng) for _ in range(2 * len(MEMBERS))]
    assert set(drawn[: len(MEMBERS)]) == set(drawn[len(MEMBERS) :]) == set(MEMBERS)


def test_searches_that_take_turns_draw_as_if_alone() -> None:
    shared, one, two = paints(), np.random.default_rng(1), np.random.default_rng(2)
    turns = [(shared.sample(one), shared.sample(two)) for _ in range(len(MEMBERS))]
    alone, rng = paints(), np.random.default_rng(1)
    assert [first for first, _ in turns] == [alone.sample(rng) for _ in range(len(MEMBERS))]


def test_mutants_are_drawn_from_the_nearest() -> None:
    near, rng = paints(2), np.random.default_rng(0)
    mutants = {near.mutate(MEMBERS[3], rng) for _ in range(100)}
    assert mutants == set(near.nearest(MEMBERS[3]))


def test_codes_of_no_member_lead_to_the_nearest_one() -> None:
    near = paints()
    names = [variable.name for variable in near.variables]
    assert names == ["colour", "size", "rate", "twin"]  # a decision on which all agree decides nothing
    assert near.variables[0].choices == ("blue", "green", "red")
    # blue 10 0.1: one edit from the first member (colour), two from the third (size)
    assert near.decode((0, 0, 0, 0)) == MEMBERS[0]
    # green 80 0.1 is nearer to blue 80 0.1 (colour) than to any other
    assert near.decode((1, 2, 0, 0)) == MEMBERS[2]


@pytest.mark.parametrize("codes", [(), (0, 0, 0), (3, 0, 0, 0), (-1, 0, 0, 0), (1.0, 0, 0, 0), (True, 0, 0, 0)])
def test_codes_that_do_not_exist_are_refused(codes: tuple[Any, ...]) -> None:
    with pytest.raises(ArchitectureError, match="paint"):
        paints().decode(codes)


def test_members_that_no_decision_tells_apart_keep_codes_of_their_own() -> None:
    near = paints()
    assert near.encode(MEMBERS[0])[:-1] == near.encode(MEMBERS[5])[:-1]
    assert [near.decode(near.encode(member)) for member in MEMBERS] == MEMBERS


def test_a_rate_of_zero_stands_an_octave_below_the_lowest() -> None:
    members: list[Arch] = [("red", 10, rate, 0) for rate in (0.0, 0.1, 0.2, 0.4)]
    assert paints(3, members).nearest(members[1]) == [members[0], members[2], members[3]]


def test_only_members_have_neighbours_and_codes() -> None:
    for call in (paints().nearest, paints().neighbours, paints().encode):
        with pytest.raises(ArchitectureError, match="one of the 6 measured"):
            call(("red", 99, 0.1, 0))


@pytest.mark.parametrize("members", [[], MEMBERS[:1], [MEMBERS[0], MEMBERS[0]]])
def test_there_must_be_something_to_search(members: list[Arch]) -> None:
    with pytest.raises(ConfigError, match="measured"):
        paints(2, members)


def test_members_are_listed_in_order_and_any_text_is_read() -> None:
    assert list(paints().enumerate()) == MEMBERS
    assert len(paints()) == len(MEMBERS)
    assert paints().parse("red 99 0.5 0") == ("red", 99, 0.5, 0)
    assert paints().format(MEMBERS[0]) == "red 10 0.1 0"
