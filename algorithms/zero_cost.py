"""Zero-cost search (Abdelfattah et al. 2021, arXiv:2101.08134): rank a sample by a score that needs no training.

Their random search with warm-up: what is trained are the best of the sample, in the order of their scores.
"""

from collections.abc import Sequence

import numpy as np

from nasbench_suite.algorithm import Algorithm, LookUp, Proposal
from nasbench_suite.algorithms.ranked_sample import check_sample, in_column, ranked_sample
from nasbench_suite.errors import ConfigError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.observation import Observation
from nasbench_suite.space import Space
from nasbench_suite.variables import ArchT


class ZeroCostSearch(Algorithm[ArchT]):
    """Trains the best of a random sample by a column of the table; the search ends where the sample does."""

    finite = True
    uses_columns = True
    constrained = True

    def __init__(
        self,
        space: Space[ArchT],
        fidelities: Sequence[Fidelity],
        rng: np.random.Generator,
        columns: LookUp[ArchT],
        column: str = "synflow",
        sample: int = 3000,
        trained: int | None = None,
    ) -> None:
        """
        Args:
            space: where to search.
            fidelities: those on offer, cheapest first; the highest is queried.
            rng: the algorithm's own stream.
            columns: returns an architecture's value in a column, by the column's name.
            column: to rank by, higher is better; `NAME:min` where lower is. The default is the paper's best.
            sample: random architectures that are ranked, at most as many as the space has. The default is that of the
                authors' notebook.
            trained: how many of the best are trained; None for as many as the budget allows.
        """
        super().__init__(space, fidelities, rng)
        check_sample("zero_cost", space, sample, columns, column)
        if trained is not None and trained < 1:
            raise ConfigError(f"zero_cost: expected trained of 1 or more, or null for all; got {trained}")
        self._worth, self._sample, self._trained = in_column(columns, column), sample, trained
        self._waiting: list[ArchT] | None = None

    def ask(self) -> Proposal[ArchT] | None:
        """Returns the best of the sample that was not asked for yet; None where it is used up."""
        if self._waiting is None:
            ranked = ranked_sample(self.space, self.rng, self._worth, self._sample)
            self._waiting = ranked[: self._trained][::-1]
        return self.propose(self._waiting.pop()) if self._waiting else None

    def tell(self, proposal: Proposal[ArchT], observation: Observation) -> None:
        """Learns nothing: the ranks were there before."""
