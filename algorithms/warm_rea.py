"""Regularized evolution from a warm start (Abdelfattah et al. 2021, arXiv:2101.08134, "zero-cost warm-up").

The first population is the best of a larger random sample, by a score that needs no training; after that it is `rea`.
"""

from collections.abc import Sequence

import numpy as np

from nasbench_suite.algorithm import LookUp
from nasbench_suite.algorithms.ranked_sample import check_sample, in_column, ranked_sample
from nasbench_suite.algorithms.rea import RegularizedEvolution
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.space import Space
from nasbench_suite.variables import ArchT


class WarmStartedEvolution(RegularizedEvolution[ArchT]):
    """`RegularizedEvolution` whose first population is chosen by a column of the table."""

    uses_columns = True

    def __init__(
        self,
        space: Space[ArchT],
        fidelities: Sequence[Fidelity],
        rng: np.random.Generator,
        columns: LookUp[ArchT],
        column: str = "synflow",
        sample: int = 3000,
        population: int = 64,
        tournament: int = 10,
        replacement: bool = False,
    ) -> None:
        """
        Args:
            space: where to search.
            fidelities: those on offer, cheapest first.
            rng: the algorithm's own stream.
            columns: returns an architecture's value in a column, by the column's name.
            column: to rank by, higher is better; `NAME:min` where lower is.
            sample: random architectures that are ranked, at most as many as the space has. The defaults are those of
                the authors' notebook.
            population: members kept; as many first architectures are the best of the sample, and random where fewer
                have a value.
            tournament: members drawn, of which the best becomes the parent.
            replacement: whether a tournament may draw a member twice.
        """
        super().__init__(space, fidelities, rng, population, tournament, replacement)
        check_sample("warm_rea", space, sample, columns, column)
        self._worth_before, self._sample = in_column(columns, column), sample
        self._ranked: list[ArchT] | None = None

    def _first(self) -> ArchT:
        if self._ranked is None:
            self._ranked = ranked_sample(self.space, self.rng, self._worth_before, self._sample)[::-1]
        return self._ranked.pop() if self._ranked else super()._first()
