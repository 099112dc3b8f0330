"""ASHA (Li et al. 2020, arXiv:1810.05934, algorithm 2): successive halving that waits for nobody."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic

import numpy as np

from nasbench_suite.algorithm import Algorithm, Proposal
from nasbench_suite.algorithms.brackets import make_ladder
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.observation import Observation
from nasbench_suite.space import Space
from nasbench_suite.variables import ArchT


@dataclass
class _Member(Generic[ArchT]):
    """A measured architecture of a rung."""

    accuracy: float
    arch: ArchT
    promoted: bool = False


class ASHA(Algorithm[ArchT]):
    """Promotes whatever is in the best 1/eta of its rung by now, the highest rung first; else adds a random one."""

    multi_fidelity = True

    def __init__(
        self,
        space: Space[ArchT],
        fidelities: Sequence[Fidelity],
        rng: np.random.Generator,
        eta: int,
        min_budget: float,
        max_budget: float,
        top_rung_only: bool,
    ) -> None:
        """
        Args:
            space: where to search.
            fidelities: those on offer, cheapest first; several are the rungs.
            rng: the algorithm's own stream.
            eta: one in so many is promoted; 2 or more.
            min_budget: of the lowest rung where one fidelity is on offer and rungs are nominal; in any unit.
            max_budget: of the highest, likewise.
            top_rung_only: whether only the highest rung's results may become the incumbent.
        """
        super().__init__(space, fidelities, rng)
        self._ladder = make_ladder(fidelities, min_budget, max_budget, eta)
        self._eta, self._top_rung_only = eta, top_rung_only
        self._rungs: list[list[_Member[ArchT]]] = [[] for _ in self._ladder]
        self._height: dict[int, int] = {}

    def ask(self) -> Proposal[ArchT]:
        """Returns a promotion where one is due, else a random architecture at the lowest rung."""
        for height in range(len(self._ladder) - 2, -1, -1):
            rung = self._rungs[height]
            for member in sorted(rung, key=lambda member: -member.accuracy)[: len(rung) // self._eta]:
                if not member.promoted:
                    member.promoted = True
                    return self._propose(member.arch, height + 1)
        return self._propose(self.space.sample(self.rng), 0)

    def tell(self, proposal: Proposal[ArchT], observation: Observation) -> None:
        """Adds a member to its rung; a diverged one ranks last."""
        accuracy = observation.valid_accuracy
        member = _Member(accuracy if accuracy == accuracy else -np.inf, proposal.arch)
        self._rungs[self._height.pop(proposal.id)].append(member)

    def _propose(self, arch: ArchT, height: int) -> Proposal[ArchT]:
        top = height == len(self._ladder) - 1
        proposal = self.propose(arch, self._ladder[height], top or not self._top_rung_only)
        self._height[proposal.id] = height
        return proposal
