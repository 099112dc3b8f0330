"""Regularized evolution for several objectives: Pareto tournaments with ageing.

Real et al. 2019 (arXiv:1802.01548, algorithm 1), whose tournament is won by a member that no other drawn one dominates,
under constraints as in Deb et al. 2002 (section VI). The oldest dies, not the worst. With one objective it is `rea`,
but that chance decides between equals.
"""

from collections import deque
from collections.abc import Sequence

import numpy as np

from nasbench_suite.algorithm import Algorithm, Proposal
from nasbench_suite.algorithms.domination import Standing
from nasbench_suite.errors import ConfigError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.observation import Observation
from nasbench_suite.pareto import dominates_constrained
from nasbench_suite.space import Space
from nasbench_suite.variables import ArchT


class ParetoEvolution(Algorithm[ArchT]):
    """Mutates the winner of a Pareto tournament, and drops the oldest member for each child."""

    multi_objective = True
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
            fidelities: those on offer, cheapest first; the highest is queried.
            rng: the algorithm's own stream.
            population: members kept; as many first architectures are random. Defaults are those of `rea`.
            tournament: members drawn; one of those that no other of them dominates becomes the parent.
            replacement: whether a tournament may draw a member twice.
        """
        super().__init__(space, fidelities, rng)
        if population < 1 or tournament < 1:
            raise ConfigError(
                f"mo_rea: expected population and tournament of 1 or more, got {population}, {tournament}"
            )
        self._population: deque[tuple[Standing, ArchT]] = deque(maxlen=population)
        self._tournament, self._replacement = tournament, replacement
        self._random_left = population

    def ask(self) -> Proposal[ArchT] | None:
        """Returns a random architecture while the first population is asked for, then the child of a winner."""
        if self._random_left:
            self._random_left -= 1
            return self.propose(self.space.sample(self.rng))
        if not self._population:
            return None
        return self.propose(self.space.mutate(self._parent(), self.rng))

    def tell(self, proposal: Proposal[ArchT], observation: Observation) -> None:
        """Adds a member; the oldest leaves a full population."""
        self._population.append((Standing.of(observation), proposal.arch))

    def _parent(self) -> ArchT:
        count = len(self._population)
        if self._replacement:
            drawn = self.rng.integers(count, size=self._tournament).tolist()
        else:
            drawn = self.rng.choice(count, size=min(self._tournament, count), replace=False).tolist()
        members = [self._population[at] for at in drawn]
        best = [
            arch for mine, arch in members if not any(dominates_constrained(*theirs, *mine) for theirs, _ in members)
        ]
        return best[int(self.rng.integers(len(best)))]
