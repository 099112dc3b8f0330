"""Regularized evolution (Real et al. 2019, arXiv:1802.01548, algorithm 1): the oldest dies, not the worst.

Under constraints a tournament prefers what violates them less, and accuracy decides among equals (Deb et al. 2002,
section VI).
"""

from collections import deque
from collections.abc import Sequence
from operator import itemgetter

import numpy as np

from nasbench_suite.algorithm import Algorithm, Proposal
from nasbench_suite.errors import ConfigError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.observation import Observation
from nasbench_suite.space import Space
from nasbench_suite.variables import ArchT

_WORTH = itemgetter(0)


class RegularizedEvolution(Algorithm[ArchT]):
    """Mutates the winner of a tournament, and drops the oldest member for each child."""

    constrained = True

    def __init__(
        self,
        space: Space[ArchT],
        fidelities: Sequence[Fidelity],
        rng: np.random.Generator,
        population: int = 100,
        tournament: int = 25,
        replacement: bool = True,
    ) -> None:
        """
        Args:
            space: where to search.
            fidelities: those on offer, cheapest first.
            rng: the algorithm's own stream.
            population: members kept; as many first architectures are random. The default is the paper's P.
            tournament: members drawn, of which the best becomes the parent. The default is the
                paper's S.
            replacement: whether a tournament may draw a member twice, as in the paper's algorithm 1 and NAS-Bench-201's
                code; NAS-Bench-101's does not.
        """
        super().__init__(space, fidelities, rng)
        if population < 1 or tournament < 1:
            raise ConfigError(f"rea: expected population and tournament of 1 or more, got {population}, {tournament}")
        self._population: deque[tuple[tuple[float, float], ArchT]] = deque(maxlen=population)
        self._size, self._tournament, self._replacement = population, tournament, replacement
        self._random_left = population

    def ask(self) -> Proposal[ArchT] | None:
        """Returns a random architecture while the first population is asked for, then the child of a winner."""
        if self._random_left:
            self._random_left -= 1
            return self.propose(self._first())
        if not self._population:
            return None
        return self.propose(self.space.mutate(self._parent(), self.rng))

    def tell(self, proposal: Proposal[ArchT], observation: Observation) -> None:
        """Adds a member; the oldest leaves a full population."""
        accuracy = observation.valid_accuracy
        worth = (-observation.violation, accuracy if accuracy == accuracy else -np.inf)
        self._population.append((worth, proposal.arch))

    def _first(self) -> ArchT:
        return self.space.sample(self.rng)

    def _parent(self) -> ArchT:
        count = len(self._population)
        if self._replacement:
            drawn = self.rng.integers(count, size=self._tournament).tolist()
        else:
            drawn = self.rng.choice(count, size=min(self._tournament, count), replace=False).tolist()
        return max((self._population[at] for at in drawn), key=_WORTH)[1]
