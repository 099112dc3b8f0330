"""Local search (White et al. 2021, arXiv:2005.02960, algorithm 1): climb to the best neighbour until none is better."""

from collections import deque
from collections.abc import Sequence

import numpy as np

from nasbench_suite.algorithm import Algorithm, Proposal
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.observation import Observation
from nasbench_suite.space import Space
from nasbench_suite.variables import ArchT


class LocalSearch(Algorithm[ArchT]):
    """Measures every neighbour of where it stands and moves to the best; at a summit, starts again at random.

    What it has measured it remembers and does not ask again, except for a start. Neighbours come in random order,
    so that a budget that ends among them favours none.
    """

    def __init__(self, space: Space[ArchT], fidelities: Sequence[Fidelity], rng: np.random.Generator) -> None:
        """
        Args:
            space: where to search.
            fidelities: those on offer, cheapest first; the highest is queried.
            rng: the algorithm's own stream.
        """
        super().__init__(space, fidelities, rng)
        self._known: dict[ArchT, float] = {}
        self._climbed = -np.inf  # accuracy of where it stands
        self._near: list[ArchT] = []  # where it may go next
        self._waiting: deque[ArchT] = deque()
        self._under_way = 0

    def ask(self) -> Proposal[ArchT] | None:
        """Returns a neighbour that is not known yet; None while results decide where to go."""
        if not self._waiting:
            if self._under_way:
                return None
            self._move()
        self._under_way += 1
        return self.propose(self._waiting.popleft())

    def tell(self, proposal: Proposal[ArchT], observation: Observation) -> None:
        """Remembers a result; a diverged training is never where to go."""
        accuracy = observation.valid_accuracy
        self._known[proposal.arch] = accuracy if accuracy == accuracy else -np.inf
        self._under_way -= 1

    def _move(self) -> None:
        """Climbs, or starts again, until there is something to measure."""
        while not self._waiting:
            # a discarded evaluation does not reach `tell`, so it may be missing
            best = max((arch for arch in self._near if arch in self._known), key=self._known.__getitem__, default=None)
            if best is None or self._known[best] <= self._climbed:
                start = self.space.sample(self.rng)
                self._climbed, self._near = -np.inf, [start]
                self._waiting.append(start)
                return
            self._climbed, self._near = self._known[best], self.space.neighbours(best)
            unknown = [arch for arch in self._near if arch not in self._known]
            self._waiting.extend(unknown[at] for at in self.rng.permutation(len(unknown)))
