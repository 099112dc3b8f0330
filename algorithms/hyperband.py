"""Hyperband (Li et al. 2018, arXiv:1603.06560): successive halving, hedged over how early to halve."""

from nasbench_suite.algorithms.brackets import bracket_sizes
from nasbench_suite.algorithms.successive_halving import SuccessiveHalving
from nasbench_suite.variables import ArchT


class Hyperband(SuccessiveHalving[ArchT]):
    """Cycles through the brackets from the one that starts lowest to the one that only measures at the top."""

    def _sizes(self, rungs: int, eta: int) -> list[list[int]]:
        return bracket_sizes(rungs, eta)
