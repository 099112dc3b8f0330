"""Which configurations the searches' ends do not tell apart from the one with the highest mean, as plain values."""

from dataclasses import dataclass

from nasbench_suite.report.budget_comparison import PairwiseTest


@dataclass(frozen=True)
class FinalComparison:
    """The configuration with the highest mean beside each other one, in one column of a table.

    Attributes:
        best: its label.
        pairs: it and each other one that has two searches or more with a score; p is corrected over all pairs of the
            column, so that choosing the highest mean first costs nothing.
        others: the pairs without the best, corrected with these; none where there are many configurations.
        untested: labels of those that have a mean over a single search; all but the best where that has one search.
    """

    best: str
    pairs: tuple[PairwiseTest, ...]
    untested: tuple[str, ...]
    others: tuple[PairwiseTest, ...] = ()

    @property
    def ties(self) -> tuple[str, ...]:
        """Those whose mean is that of the best."""
        return tuple(pair.second for pair in self.pairs if pair.difference == 0)

    @property
    def alike(self) -> tuple[str, ...]:
        """Those that the tests do not tell apart from the best, ties among them."""
        return tuple(pair.second for pair in self.pairs if not pair.separates)
