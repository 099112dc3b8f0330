"""Which of an architecture's trainings answers."""

# annotations that are not evaluated spare the start numpy.random, a quarter of what opening a table takes
from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.errors import ConfigError, MissingTrialError, MissingValueError
from nasbench_suite.whole_number import is_whole

Named = Literal["mean", "random", "random_or_mean"]
TrialPolicy = int | Named  # a number is a training seed
NAMED: tuple[str, ...] = get_args(Named)


def check_policy(policy: object) -> TrialPolicy:
    """Returns a trial policy as it is.

    Raises:
        ConfigError: it is neither a name of one nor a training seed.
    """
    if (isinstance(policy, str) and policy in NAMED) or is_whole(policy):
        return policy  # type: ignore[return-value]
    raise ConfigError(f"trial policy: expected {', '.join(NAMED)} or a training seed, got {policy!r:.80}")


class TrialPicker:
    """Chooses among the trials of a series.

    A stored mean is a record of its own: it answers `mean` where there are no trials to take the mean of, and
    `random_or_mean` where there are none to draw from.

    Attributes:
        trials: training seeds by position; None for a mean stored without its trials.
    """

    def __init__(self, trials: Sequence[int | None]) -> None:
        """
        Args:
            trials: training seeds by position; None for a mean stored without its trials.
        """
        self.trials = tuple(trials)
        self._candidates: dict[tuple[tuple[int, ...], TrialPolicy], tuple[int, ...]] = {}

    def pick(self, known: tuple[int, ...], policy: TrialPolicy, rng: np.random.Generator | None) -> tuple[int, ...]:
        """Returns the positions whose mean is the answer; more than one only for `mean`.

        Args:
            known: positions that the architecture has a value at.
            policy: which trial answers.
            rng: draws where the policy is random and more than one trial is known.

        Raises:
            MissingTrialError: the architecture has no such trial.
            MissingValueError: the architecture has no value at all.
        """
        try:
            candidates = self._candidates[known, policy]
        except (KeyError, TypeError):  # not asked before, or of a type that is no key
            candidates = self._candidates[known, policy] = self._find(known, check_policy(policy))
        if len(candidates) > 1 and policy != "mean":
            if rng is None:
                raise ConfigError(f"trial policy {policy}: the benchmark was made without a generator to draw from")
            return (candidates[rng.integers(len(candidates))],)
        return candidates

    def is_certain(self, known: tuple[int, ...], policy: TrialPolicy) -> bool:
        """Whether `pick`, which was asked the same before, draws nothing and so picks the same again."""
        return policy == "mean" or isinstance(policy, int) or len(self._candidates[known, policy]) == 1

    def pick_many(
        self, known: NDArray[np.bool_], policy: TrialPolicy, rng: np.random.Generator | None
    ) -> NDArray[np.bool_]:
        """Does as `pick` for many architectures; one without such a trial gets none.

        Args:
            known: (architectures, trials), where there is a value.
            policy: which trial answers.
            rng: draws where the policy is random.

        Returns:
            (architectures, trials), whose mean is the answer.

        Raises:
            ConfigError: there is no such policy, or nothing to draw with.
        """
        check_policy(policy)
        is_trial = np.array([trial is not None for trial in self.trials], dtype=np.bool_)
        if isinstance(policy, int):
            return known & np.array([trial == policy for trial in self.trials], dtype=np.bool_)
        trials = known & is_trial
        candidates = trials
        if policy != "random":
            candidates = trials | (known & ~trials.any(axis=1, keepdims=True))
        if policy == "mean" or (candidates.sum(axis=1) <= 1).all():
            return candidates
        if rng is None:
            raise ConfigError(f"trial policy {policy}: the benchmark was made without a generator to draw from")
        lots = np.where(candidates, rng.random(candidates.shape), -1.0)
        drawn: NDArray[np.bool_] = candidates & (lots == lots.max(axis=1, keepdims=True))
        return drawn

    def count_stored_means(self, picked: NDArray[np.bool_]) -> int:
        """Returns how many of the answers of `pick_many` are stored means."""
        return int(picked[:, [trial is None for trial in self.trials]].sum())

    def trial(self, positions: tuple[int, ...]) -> int | None:
        """Returns the training seed that answers; None for a mean."""
        return self.trials[positions[0]] if len(positions) == 1 else None

    def is_stored_mean(self, positions: tuple[int, ...]) -> bool:
        """Whether the answer is a mean that the source stored without its trials."""
        return self.trials[positions[0]] is None

    def _find(self, known: tuple[int, ...], policy: TrialPolicy) -> tuple[int, ...]:
        if not known:
            raise MissingValueError("was not measured")
        trials = tuple(at for at in known if self.trials[at] is not None)
        if isinstance(policy, int):
            wanted = tuple(at for at in trials if self.trials[at] == policy)
            if not wanted:
                raise MissingTrialError(f"has {self._listed(known)}, not trial {policy}")
            return wanted
        if policy == "random" and not trials:
            raise MissingTrialError(f"has {self._listed(known)} to draw from; ask for mean or random_or_mean")
        return trials or known

    def _listed(self, known: tuple[int, ...]) -> str:
        trials = [str(self.trials[at]) for at in known if self.trials[at] is not None]
        return f"trials {', '.join(trials)}" if trials else "only a mean stored without its trials"
