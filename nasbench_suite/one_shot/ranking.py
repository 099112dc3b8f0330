"""How well a supernet ranks: Kendall's tau between its accuracy of drawn architectures and their true one.

For reports alone: the architectures come from a random stream of their own, nothing of it is charged, and no algorithm
sees it.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic

import numpy as np

from nasbench_suite.distributed import from_first
from nasbench_suite.errors import ConfigError
from nasbench_suite.supernet import Supernet
from nasbench_suite.variables import ArchT
from nasbench_suite.whole_number import check_whole

ATTEMPTS = 100  # draws per architecture, until a space counts as smaller than what is asked for


@dataclass(frozen=True)
class RankingSettings:
    """When a supernet's ranking is measured, and on how much.

    Attributes:
        architectures: drawn once per search, different ones; 0 measures nothing.
        every: so many epochs, and after the last one.
    """

    architectures: int = 0
    every: int = 10

    def __post_init__(self) -> None:
        check_whole("ranking.architectures", self.architectures, 0)
        check_whole("ranking.every", self.every, 1)
        if self.architectures == 1:
            raise ConfigError("ranking.architectures: expected 0, or 2 or more to rank, got 1")

    def due(self, epoch: int, epochs: int) -> bool:
        """Whether it is measured after an epoch, counted from 1, of so many."""
        return self.architectures > 0 and (epoch % self.every == 0 or epoch == epochs)


class Ranking(Generic[ArchT]):
    """Architectures of one search, and their true accuracies."""

    def __init__(
        self,
        supernet: Supernet[ArchT],
        settings: RankingSettings,
        rng: np.random.Generator,
        truth: Callable[[ArchT], float | None],
    ) -> None:
        """
        Args:
            supernet: of the search; every edge's operation is drawn uniformly.
            settings: how many.
            rng: consumed.
            truth: of an architecture: accuracy in percent, None where nobody knows; asked in the first process alone.
        """
        drawn: dict[ArchT, None] = {}
        for _ in range(ATTEMPTS * settings.architectures):
            if len(drawn) < settings.architectures:
                drawn[supernet.draw(rng)] = None
        self._drawn, self._truth = tuple(drawn), truth

    @cached_property
    def _known(self) -> list[tuple[ArchT, float]]:
        """The architectures whose true accuracy is known, the same in every process."""
        truths = from_first(lambda: [self._truth(arch) for arch in self._drawn])
        return [(arch, value) for arch, value in zip(self._drawn, truths, strict=True) if value is not None]

    def tau(self, accuracy: Callable[[ArchT], float]) -> float | None:
        """Returns tau-b in [-1, 1]; None where fewer than two are known, or all are alike on one side."""
        if len(self._known) < 2:
            return None
        return kendall_tau([accuracy(arch) for arch, _ in self._known], [value for _, value in self._known])


def kendall_tau(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Returns Kendall's tau-b, which discounts ties (Kendall 1945); None where one side is all ties."""
    from scipy.stats import kendalltau  # slow to import, and needed only where it is asked for

    found = float(kendalltau(first, second).statistic)
    return None if math.isnan(found) else found
