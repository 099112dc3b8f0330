"""ASHA (Li et al. 2020, arXiv:1810.05934, algorithm 2): successive halving that waits for nobody."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic

import numpy as np

from nasbench_suite.algorithm import Algorithm, Proposal
from nasbench_suite.algorithms.brackets import BracketSettings, make_ladder
from nasbench_suite.errors import ConfigError
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
        brackets: BracketSettings = BracketSettings(eta=4, min_budget=1, max_budget=256),
    ) -> None:
        """
        Args:
            space: where to search.
            fidelities: those on offer, cheapest first; several are the rungs.
            rng: the algorithm's own stream.
            brackets: the rungs; there is one bracket, which has no end, so no `iterations`. The default is that of the
                paper's experiments: eta 4 and a lowest rung of 1/256.

        Raises:
            ConfigError: `iterations` is named.
        """
        super().__init__(space, fidelities, rng)
        if brackets.iterations is not None:
            raise ConfigError(f"asha: its one bracket has no end; expected no iterations, got {brackets.iterations}")
        self._ladder = make_ladder(fidelities, brackets)
        self._eta, self._top_rung_only = brackets.eta, brackets.top_rung_only
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
