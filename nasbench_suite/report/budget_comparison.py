"""Which differences between algorithms the searches support at a budget, as plain values."""

from dataclasses import dataclass
from typing import Literal

LEVEL = 0.05  # family-wise, over the pairs of one budget


@dataclass(frozen=True)
class MeanAtBudget:
    """One configuration at one budget.

    Attributes:
        label: of the configuration.
        seeds: searches that it is over: all that ran.
        mean: of the incumbents' scores, percent, or of the fronts' hypervolumes.
        low, high: 95% bootstrap confidence limits of the mean; equal to it with one seed.
        rank: mean over the seeds that all configurations share, 1 the best; None where they share none.
    """

    label: str
    seeds: int
    mean: float
    low: float
    high: float
    rank: float | None


@dataclass(frozen=True)
class PairwiseTest:
    """Two configurations at one budget.

    Attributes:
        first, second: labels; the first has the higher mean.
        difference: of the means, percentage points for accuracies, 0 or more.
        superiority: chance that a search of the first beats one of the second, ties half (Vargha and Delaney's A).
        test: `Wilcoxon signed-rank` where seeds and kind of search are the same, else `Mann-Whitney U`; two-sided.
        p: of the test, after Holm's correction over all pairs of the budget.
        agrees: whether the ranks, which the test looks at, favour the first as the means do.
    """

    first: str
    second: str
    difference: float
    superiority: float
    test: str
    p: float
    agrees: bool

    @property
    def separates(self) -> bool:
        """Whether the test supports that the first is better."""
        return self.p < LEVEL and self.agrees


@dataclass(frozen=True)
class BudgetComparison:
    """All configurations at one budget.

    Attributes:
        budget: in the unit.
        unit: its name, which says whose seconds they are.
        split: `test`, or `valid` where the table has no test scores.
        means: the highest mean first.
        pairs: every two configurations.
        notes: what was left out, and why.
        quantity: that is compared: the incumbents' `accuracy` in percent, or the hypervolume of fronts, in words.
    """

    budget: float
    unit: str
    split: Literal["valid", "test"]
    means: tuple[MeanAtBudget, ...]
    pairs: tuple[PairwiseTest, ...]
    notes: tuple[str, ...]
    quantity: str = "accuracy"

    @property
    def winner(self) -> str | None:
        """The configuration that the tests set above every other; None where there is no such one."""
        if len(self.means) < 2:
            return None
        best = self.means[0].label
        return best if all(pair.separates for pair in self.pairs if pair.first == best) else None

    @property
    def rivals(self) -> tuple[str, ...]:
        """Those that the tests do not tell apart from the one with the highest mean."""
        best = self.means[0].label if self.means else None
        return tuple(pair.second for pair in self.pairs if pair.first == best and not pair.separates)
