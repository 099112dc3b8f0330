from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasbench_suite.errors import ConfigError, MissingTrialError, MissingValueError
from nasbench_suite.table.trials import NAMED, TrialPicker, TrialPolicy, check_policy

POLICIES = [*NAMED, 777, 5]
series = st.lists(st.sampled_from([777, 888, 999, None]), min_size=1, max_size=4, unique=True)


def literal(trials: Sequence[int | None], known: Sequence[int], policy: TrialPolicy) -> tuple[list[int], bool]:
    """Returns the positions that may answer, and whether one of them is drawn; written as DESIGN puts it."""
    runs = [at for at in known if trials[at] is not None]
    means = [at for at in known if trials[at] is None]
    if not known:
        raise MissingValueError
    if policy == "mean":
        return (runs, False) if runs else (means, False)
    if policy == "random":
        answer = runs
    elif policy == "random_or_mean":
        answer = runs or means
    else:
        answer = [at for at in runs if trials[at] == policy]
    if not answer:
        raise MissingTrialError
    return answer, True


@given(series, st.data(), st.sampled_from(POLICIES))
def test_the_picker_answers_as_the_rules_say(trials: list, data: st.DataObject, policy: TrialPolicy) -> None:
    known = tuple(sorted(data.draw(st.sets(st.integers(0, len(trials) - 1)))))
    picker, rng = TrialPicker(trials), np.random.default_rng(0)
    try:
        answer, draws = literal(trials, known, policy)
    except (MissingTrialError, MissingValueError) as error:
        with pytest.raises(type(error)):
            picker.pick(known, policy, rng)
        assert not picker.pick_many(as_mask(known, trials), policy, rng).any()
        return
    for _ in range(5):
        one, many = picker.pick(known, policy, rng), picker.pick_many(as_mask(known, trials), policy, rng)[0]
        if draws:
            assert len(one) == 1 and one[0] in answer
            assert many.sum() == 1 and np.flatnonzero(many)[0] in answer
        else:
            assert list(one) == answer == np.flatnonzero(many).tolist()


def as_mask(known: Sequence[int], trials: Sequence[object]) -> np.ndarray:
    return np.array([[at in known for at in range(len(trials))]])


@pytest.mark.parametrize("many", [False, True])
def test_every_trial_is_drawn_equally_often(many: bool) -> None:
    picker, rng, count = TrialPicker([777, None, 888, 999]), np.random.default_rng(0), 3000
    if many:
        drawn = picker.pick_many(np.ones((count, 4), dtype=bool), "random", rng).sum(axis=0)
    else:
        drawn = np.bincount([picker.pick((0, 1, 2, 3), "random", rng)[0] for _ in range(count)], minlength=4)
    assert drawn[1] == 0
    # four standard errors of a binomial
    assert (np.abs(drawn[[0, 2, 3]] - count / 3) < 4 * np.sqrt(count * 2 / 9)).all()


def test_no_draw_is_spent_where_one_trial_is_known() -> None:
    rng = np.random.default_rng(0)
    TrialPicker([777, None]).pick((0, 1), "random", rng)
    assert rng.bit_generator.state == np.random.default_rng(0).bit_generator.state


def test_a_draw_without_a_generator_is_refused() -> None:
    with pytest.raises(ConfigError, match="without a generator"):
        TrialPicker([777, 888]).pick((0, 1), "random", None)


def test_the_answering_trial_is_named_and_a_mean_is_none() -> None:
    picker = TrialPicker([777, 888, None])
    assert [picker.trial((1,)), picker.trial((0, 1)), picker.trial((2,))] == [888, None, None]
    assert picker.is_stored_mean((2,)) and not picker.is_stored_mean((0, 1))


def test_a_missing_trial_is_answered_with_those_that_there_are() -> None:
    with pytest.raises(MissingTrialError, match="has trials 777, 888, not trial 999"):
        TrialPicker([777, 888, None]).pick((0, 1), 999, None)
    with pytest.raises(MissingTrialError, match="only a mean stored without its trials"):
        TrialPicker([777, None]).pick((1,), "random", None)


@pytest.mark.parametrize("policy", ["median", -1, True, 1.5, None, ""])
def test_what_is_no_policy_is_refused(policy: object) -> None:
    with pytest.raises(ConfigError, match="mean, random, random_or_mean or a training seed"):
        check_policy(policy)
