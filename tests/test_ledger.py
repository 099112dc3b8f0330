import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasbench_suite.errors import BudgetExhaustedError, ConfigError, MissingValueError
from nasbench_suite.ledger import Ledger

# whole and half seconds, so that sums meet limits exactly
costs = st.lists(st.tuples(st.integers(0, 8).map(lambda n: n / 2), st.integers(0, 5)), max_size=15)
limits = st.none() | st.integers(0, 20)


class Literal:
    """The rules, as plainly as they can be put."""

    def __init__(self, limits: tuple[int | None, ...], overstep: str, unchecked: int) -> None:
        self.limits, self.overstep, self.unchecked = limits, overstep, unchecked
        self.spent = [0.0, 0.0, 0.0]

    def accepts(self, cost: tuple[float, float, float]) -> bool:
        for at, (spent, more, limit) in enumerate(zip(self.spent, cost, self.limits, strict=True)):
            if at == 0 and self.spent[2] < self.unchecked:
                continue  # the seconds do not hold yet; the other limits always do
            if limit is not None and spent >= limit:
                return False
            if limit is not None and self.overstep == "discard" and spent + more > limit:
                return False
        self.spent = [spent + more for spent, more in zip(self.spent, cost, strict=True)]
        return True


@given(costs, limits, limits, limits, st.sampled_from(["keep", "discard"]), st.integers(0, 4))
def test_charges_are_taken_as_the_rules_say(
    costs: list, seconds: Any, epochs: Any, evaluations: Any, overstep: Any, unchecked: int
) -> None:
    ledger = Ledger(seconds, epochs, evaluations, overstep, unchecked)
    literal = Literal((seconds, epochs, evaluations), overstep, unchecked)
    for cost in costs:
        before = (ledger.seconds, ledger.epochs, ledger.evaluations)
        if literal.accepts((*cost, 1)):
            ledger.charge(*cost)
        else:
            with pytest.raises(BudgetExhaustedError):
                ledger.charge(*cost)
            assert (ledger.seconds, ledger.epochs, ledger.evaluations) == before
        assert [ledger.seconds, ledger.epochs, ledger.evaluations] == literal.spent


@pytest.mark.parametrize("overstep", ["keep", "discard"])
def test_meeting_a_limit_exactly_is_kept_and_is_the_last(overstep: Any) -> None:
    ledger = Ledger(seconds=10, overstep=overstep)
    ledger.charge(10.0, 1)
    assert ledger.exhausted
    with pytest.raises(BudgetExhaustedError):
        ledger.charge(0.0, 0)


def test_keep_takes_the_one_that_oversteps_and_discard_does_not() -> None:
    keep, discard = Ledger(seconds=10, overstep="keep"), Ledger(seconds=10, overstep="discard")
    keep.charge(9.0, 1)
    discard.charge(9.0, 1)
    keep.charge(5.0, 1)
    assert (keep.seconds, keep.exhausted) == (14.0, True)
    with pytest.raises(BudgetExhaustedError, match="overstep"):
        discard.charge(5.0, 1)
    assert (discard.seconds, discard.evaluations) == (9.0, 1)


def test_the_first_ones_may_go_unchecked_and_are_charged_all_the_same() -> None:
    ledger = Ledger(seconds=1, overstep="discard", unchecked=2)
    ledger.charge(5.0, 1)
    assert not ledger.exhausted
    ledger.charge(5.0, 1)
    assert (ledger.seconds, ledger.exhausted) == (10.0, True)
    with pytest.raises(BudgetExhaustedError):
        ledger.charge(0.0, 0)


def test_a_budget_of_nothing_allows_nothing() -> None:
    with pytest.raises(BudgetExhaustedError):
        Ledger(evaluations=0).charge(1.0, 1)


def test_an_unknown_cost_is_refused_where_seconds_are_limited_and_else_makes_the_sum_unknown() -> None:
    with pytest.raises(MissingValueError, match=r"budget\.epochs or budget\.evaluations"):
        Ledger(seconds=10).charge(None, 1)
    ledger = Ledger(evaluations=10)
    ledger.charge(None, 1)
    ledger.charge(3.0, 1)
    assert (ledger.seconds, ledger.epochs, ledger.evaluations) == (None, 2, 2)


def test_without_limits_nothing_is_exhausted() -> None:
    ledger = Ledger()
    ledger.charge(1e12, 10**9)
    assert not ledger.limited and not ledger.exhausted


@pytest.mark.parametrize("limit", [-1, -0.5, math.inf, math.nan])
@pytest.mark.parametrize("name", ["seconds", "epochs", "evaluations"])
def test_a_limit_that_is_none_is_refused_by_name(name: str, limit: float) -> None:
    with pytest.raises(ConfigError, match=rf"budget\.{name}: expected a number of 0 or more"):
        Ledger(**{name: limit})


def test_an_unknown_rule_is_refused() -> None:
    with pytest.raises(ConfigError, match="keep or discard, got 'forgive'"):
        Ledger(overstep="forgive")


def test_the_share_spent_is_that_of_the_nearest_limit() -> None:
    ledger = Ledger(seconds=100, evaluations=4)
    assert ledger.share_spent() == 0
    ledger.charge(10, 1)
    assert ledger.share_spent() == 0.25
    ledger.charge(80, 1)
    assert ledger.share_spent() == 0.9
    ledger.charge(80, 1)
    assert ledger.share_spent() == 1
    assert (Ledger().share_spent(), Ledger(epochs=0).share_spent()) == (0, 1)
