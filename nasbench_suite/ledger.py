"""The budget of one search: what was spent, what is allowed, and which query is one too many."""

import math
from typing import Literal

from nasbench_suite.errors import BudgetExhaustedError, ConfigError, MissingValueError
from nasbench_suite.whole_number import check_whole

Overstep = Literal["keep", "discard"]


class Ledger:
    """Counts seconds, epochs and evaluations against limits.

    Attributes:
        seconds: the clock: spent so far, on the source's hardware; None once an evaluation of unknown cost was
            charged. With several workers the search winds it to when the evaluation that is charged starts.
        epochs: spent so far.
        evaluations: charged so far.
    """

    def __init__(
        self,
        seconds: float | None = None,
        epochs: float | None = None,
        evaluations: int | None = None,
        overstep: Overstep = "keep",
        unchecked: int = 0,
    ) -> None:
        """
        Args:
            seconds: limit; None for none. So too `epochs` and `evaluations`.
            epochs: limit.
            evaluations: limit.
            overstep: whether the evaluation that crosses a limit is kept (and the last) or discarded.
            unchecked: how many first evaluations are charged without being checked against the seconds; the other
                limits hold for every evaluation.

        Raises:
            ConfigError: a limit is negative or not a number, or the rule is unknown.
        """
        for name, limit in (("seconds", seconds), ("epochs", epochs), ("evaluations", evaluations)):
            is_number = isinstance(limit, int | float) and not isinstance(limit, bool)
            if limit is not None and not (is_number and 0 <= limit < math.inf):
                raise ConfigError(f"budget.{name}: expected a number of 0 or more, or null for none; got {limit!r}")
        if overstep not in ("keep", "discard"):
            raise ConfigError(f"budget.overstep: expected keep or discard, got {overstep!r}")
        check_whole("budget.unchecked", unchecked)
        self.seconds: float | None = 0.0
        self.epochs = 0
        self.evaluations = 0
        self._limits = (seconds, epochs, evaluations)
        self._limited = any(limit is not None for limit in self._limits)
        self._discards = overstep == "discard"
        self._unchecked = unchecked

    @property
    def limited(self) -> bool:
        """Whether there is any limit."""
        return self._limited

    @property
    def exhausted(self) -> bool:
        """Whether a limit is reached, so that no further evaluation may start."""
        seconds, epochs, evaluations = self._limits
        return (
            (
                seconds is not None
                and self.seconds is not None
                and self.seconds >= seconds
                and self.evaluations >= self._unchecked
            )
            or (epochs is not None and self.epochs >= epochs)
            or (evaluations is not None and self.evaluations >= evaluations)
        )

    def share_spent(self, seconds: float = 0.0, epochs: float = 0, evaluations: float = 0) -> float:
        """Returns what part of the limit that is nearest was spent, in [0, 1]; 0 where there is no limit.

        Args:
            seconds: of an evaluation under way, which are not charged yet.
            epochs: of it that are done.
            evaluations: the part of it that is done.
        """
        spent = ((self.seconds or 0.0) + seconds, self.epochs + epochs, self.evaluations + evaluations)
        pairs = [(one, limit) for one, limit in zip(spent, self._limits, strict=True) if limit is not None]
        return min(1.0, max((one / limit if limit else 1.0 for one, limit in pairs), default=0.0))

    def __repr__(self) -> str:
        return f"<{self}>"

    def __str__(self) -> str:
        spent = (
            "an unknown number of" if self.seconds is None else f"{self.seconds:,.4g}",
            self.epochs,
            self.evaluations,
        )
        pairs = zip(spent, ("seconds", "epochs", "evaluations"), self._limits, strict=True)
        words = (f"{one}{f' of {limit:,}' if limit is not None else ''} {what}" for one, what, limit in pairs)
        return f"spent {', '.join(words)}"

    def charge(self, seconds: float | None, epochs: int, evaluations: int = 1) -> None:
        """Charges one evaluation, or several as one.

        Args:
            seconds: what they cost; None where the source does not know.
            epochs: their training epochs.
            evaluations: how many there are.

        Raises:
            BudgetExhaustedError: nothing is left, or it oversteps and is to be discarded; nothing is charged then.
            MissingValueError: seconds are limited and its cost is unknown.
        """
        if self._limited:
            self._check(seconds, epochs, evaluations)
        self.evaluations += evaluations
        self.epochs += epochs
        self.seconds = None if seconds is None or self.seconds is None else self.seconds + seconds

    def _check(self, seconds: float | None, epochs: int, evaluations: int) -> None:
        if self.exhausted:
            raise BudgetExhaustedError("the budget is spent")
        limit = self._limits[0] if self.evaluations >= self._unchecked else None
        if limit is not None and (seconds is None or self.seconds is None):
            raise MissingValueError(
                "budget.seconds is set, but the table does not know what this evaluation costs; "
                "limit budget.epochs or budget.evaluations instead"
            )
        if self._discards and self._oversteps(limit, seconds or 0.0, epochs, evaluations):
            raise BudgetExhaustedError("the evaluation would overstep the budget, and is discarded")

    def _oversteps(self, limit: float | None, seconds: float, epochs: int, evaluations: int) -> bool:
        """Whether an evaluation crosses a limit, that of seconds being the one that holds for it."""
        _, epochs_limit, evaluations_limit = self._limits
        return (
            (limit is not None and self.seconds is not None and self.seconds + seconds > limit)
            or (epochs_limit is not None and self.epochs + epochs > epochs_limit)
            or (evaluations_limit is not None and self.evaluations + evaluations > evaluations_limit)
        )
