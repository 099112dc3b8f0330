import pytest

from nasbench_suite.algorithms.brackets import Bracket, BracketSettings, Slot, bracket_sizes, count_rungs, make_ladder
from nasbench_suite.errors import ConfigError
from nasbench_suite.fidelity import Fidelity


@pytest.mark.parametrize(
    ("lowest", "highest", "eta", "rungs"),
    [(1, 12, 3, 3), (12, 200, 3, 3), (4, 108, 3, 4), (1, 1000, 10, 4), (1, 243, 3, 6), (4 / 3, 12, 3, 3), (5, 5, 2, 1)],
)
def test_rungs_are_counted_without_losing_one_to_rounding(lowest: float, highest: float, eta: int, rungs: int) -> None:
    assert count_rungs(lowest, highest, eta) == rungs


@pytest.mark.parametrize(
    ("rungs", "sizes"),
    [
        (3, [[9, 3, 1], [3, 1], [3]]),
        (4, [[27, 9, 3, 1], [9, 3, 1], [6, 2], [4]]),
        (1, [[1]]),
    ],
)
def test_brackets_are_the_published_ones(rungs: int, sizes: list[list[int]]) -> None:
    assert bracket_sizes(rungs, 3) == sizes


@pytest.mark.parametrize(("lowest", "highest", "eta"), [(0, 12, 3), (13, 12, 3), (1, 12, 1), (1, 12, 2.5)])
def test_ladders_that_make_no_sense_are_refused(lowest: float, highest: float, eta: int) -> None:
    with pytest.raises(ConfigError, match="eta"):
        count_rungs(lowest, highest, eta)


def test_fidelities_on_offer_are_the_rungs_and_one_alone_is_every_rung() -> None:
    schedules = [Fidelity(epochs, epochs) for epochs in (4, 12, 36, 108)]
    assert make_ladder(schedules, BracketSettings(3, 1, 12)) == tuple(schedules)
    assert make_ladder(schedules[:1], BracketSettings(3, 1, 12)) == (schedules[0],) * 3


def fill(bracket: Bracket[str], names: str) -> list[Slot[str]]:
    supply = iter(names)
    slots = []
    while (slot := bracket.next(lambda: next(supply))) is not None:
        slots.append(slot)
    return slots


def test_the_best_go_on_in_the_order_in_which_they_joined() -> None:
    bracket: Bracket[str] = Bracket([4, 2, 1])
    accuracies = {"a": 1.0, "b": 9.0, "c": 3.0, "d": 8.0}
    for slot in fill(bracket, "abcd"):
        bracket.tell(slot, accuracies[slot.arch])
    second = fill(bracket, "")
    assert [(slot.arch, slot.rung) for slot in second] == [("b", 1), ("d", 1)]
    for slot in second:
        bracket.tell(slot, accuracies[slot.arch])
    (last,) = fill(bracket, "")
    assert (last.arch, last.rung) == ("b", 2)
    assert not bracket.finished
    bracket.tell(last, 9.0)
    assert bracket.finished
    assert fill(bracket, "") == []


def test_of_equals_the_first_go_on_and_a_diverged_one_last() -> None:
    bracket: Bracket[str] = Bracket([4, 2])
    slots = fill(bracket, "abcd")
    # the results' order must not matter
    for slot, accuracy in zip(reversed(slots), (5.0, 5.0, 5.0, float("nan")), strict=True):
        bracket.tell(slot, accuracy)
    assert [slot.arch for slot in fill(bracket, "")] == ["b", "c"]


def test_nobody_goes_on_before_the_rung_is_full() -> None:
    bracket: Bracket[str] = Bracket([3, 1])
    slots = fill(bracket, "abc")
    for slot in slots[:2]:
        bracket.tell(slot, 1.0)
        assert fill(bracket, "") == []


def test_an_architecture_that_joined_twice_has_two_places() -> None:
    bracket: Bracket[str] = Bracket([3, 2])
    for slot, accuracy in zip(fill(bracket, "aab"), (5.0, 6.0, 1.0), strict=True):
        bracket.tell(slot, accuracy)
    assert [(slot.number, slot.arch) for slot in fill(bracket, "")] == [(0, "a"), (1, "a")]
