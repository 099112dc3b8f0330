"""Synchronous successive halving (Jamieson and Talwalkar 2016, arXiv:1502.07943), bracket after bracket."""

from collections.abc import Sequence

import numpy as np

from nasbench_suite.algorithm import Algorithm, Proposal
from nasbench_suite.algorithms.brackets import Bracket, BracketSettings, Slot, bracket_sizes, make_ladder
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.observation import Observation
from nasbench_suite.space import Space
from nasbench_suite.variables import ArchT


class SuccessiveHalving(Algorithm[ArchT]):
    """Measures many architectures cheaply and the best of them, one in eta, at the next rung, up to the top.

    A new bracket begins as soon as those under way have nothing to ask.
    """

    multi_fidelity = True

    def __init__(
        self,
        space: Space[ArchT],
        fidelities: Sequence[Fidelity],
        rng: np.random.Generator,
        brackets: BracketSettings = BracketSettings(),
    ) -> None:
        """
        Args:
            space: where to search.
            fidelities: those on offer, cheapest first; several are the rungs.
            rng: the algorithm's own stream.
            brackets: rungs, and how many brackets; by default Hyperband's (Li et al. 2018, table 1), without end.
        """
        super().__init__(space, fidelities, rng)
        self.finite = brackets.iterations is not None
        self._ladder = make_ladder(fidelities, brackets)
        self._cycle = self._sizes(len(self._ladder), brackets.eta)
        self._iterations, self._top_rung_only = brackets.iterations, brackets.top_rung_only
        self._begun = 0
        self._brackets: list[Bracket[ArchT]] = []
        self._under_way: dict[int, tuple[Bracket[ArchT], Slot[ArchT]]] = {}

    def ask(self) -> Proposal[ArchT] | None:
        """Returns the next evaluation of the oldest bracket that has one, else the first of a new bracket."""
        for bracket in self._brackets:
            slot = bracket.next(self._new)
            if slot is not None:
                return self._propose(bracket, slot)
        if self._begun == self._iterations:
            return None
        bracket = Bracket(self._cycle[self._begun % len(self._cycle)])
        self._begun += 1
        self._brackets.append(bracket)
        first = bracket.next(self._new)
        assert first is not None
        return self._propose(bracket, first)

    def tell(self, proposal: Proposal[ArchT], observation: Observation) -> None:
        """Takes a result into its bracket."""
        bracket, slot = self._under_way.pop(proposal.id)
        self._learn(self._height(bracket, slot), slot.arch, observation.valid_accuracy)
        bracket.tell(slot, observation.valid_accuracy)
        if bracket.finished:
            self._brackets.remove(bracket)

    def _propose(self, bracket: Bracket[ArchT], slot: Slot[ArchT]) -> Proposal[ArchT]:
        height = self._height(bracket, slot)
        candidate = not self._top_rung_only or height == len(self._ladder) - 1
        proposal = self.propose(slot.arch, self._ladder[height], candidate)
        self._under_way[proposal.id] = bracket, slot
        return proposal

    def _height(self, bracket: Bracket[ArchT], slot: Slot[ArchT]) -> int:
        """Returns the place on the ladder; short brackets begin higher."""
        return len(self._ladder) - len(bracket.sizes) + slot.rung

    def _sizes(self, rungs: int, eta: int) -> list[list[int]]:
        """Returns the brackets to cycle through: here the most exploratory one alone."""
        return bracket_sizes(rungs, eta)[:1]

    def _new(self) -> ArchT:
        """Returns an architecture to join a bracket."""
        return self.space.sample(self.rng)

    def _learn(self, height: int, arch: ArchT, accuracy: float) -> None:
        """Takes a result for a model, where there is one."""
