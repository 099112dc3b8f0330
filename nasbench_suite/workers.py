"""Workers that a search has on its simulated clock."""

import heapq
from collections.abc import Callable
from typing import Any

from nasbench_suite.algorithm import Proposal
from nasbench_suite.errors import BudgetExhaustedError, MissingValueError
from nasbench_suite.ledger import Ledger
from nasbench_suite.observation import Observation

Evaluate = Callable[[Proposal[Any]], Observation]


class SimulatedWorkers:
    """Evaluations under way at a time on a simulated clock.

    The ledger's seconds are wound to when an evaluation starts, and tell when it ends.

    Attributes:
        clock: seconds since the start of the search; None where the source does not know what an evaluation costs.
    """

    def __init__(self, number: int, evaluate: Evaluate, ledger: Ledger) -> None:
        """
        Args:
            number: of workers, 1 or more.
            evaluate: answers a proposal and charges the ledger; raises BudgetExhaustedError when nothing is left.
            ledger: whose seconds are the clock.
        """
        self.clock = ledger.seconds
        self._several, self._free = number > 1, number
        self._evaluate, self._ledger = evaluate, ledger
        # (end, id, proposal, observation): results of one instant come in the order of the proposals' ids
        self._under_way: list[tuple[Any, int, Proposal[Any], Observation]] = []

    def may_start(self) -> bool:
        """Whether a worker is free, and no limit of the budget is reached."""
        self._ledger.seconds = self.clock
        return self._free > 0 and not self._ledger.exhausted

    def start(self, proposal: Proposal[Any], delay: float) -> None:
        """Lets a free worker evaluate; one whose evaluation is refused stops.

        Args:
            proposal: what to evaluate.
            delay: simulated seconds until it starts.

        Raises:
            MissingValueError: there are several workers, and the source does not know what an evaluation costs.
        """
        self._free -= 1
        if delay and self.clock is not None:
            self._ledger.seconds = self.clock + delay
        try:
            observation = self._evaluate(proposal)
        except BudgetExhaustedError:
            return
        end = self._ledger.seconds
        if end is None and self._several:
            raise MissingValueError("workers: expected 1, for the table does not know what an evaluation costs")
        heapq.heappush(self._under_way, (end, proposal.id, proposal, observation))

    def wait(self) -> list[tuple[Proposal[Any], Observation]]:
        """Moves the clock to the next end of an evaluation, and returns all that end then."""
        under_way = self._under_way
        ended: list[tuple[Proposal[Any], Observation]] = []
        while under_way and (not ended or under_way[0][0] == self.clock):
            self.clock, _, proposal, observation = heapq.heappop(under_way)
            ended.append((proposal, observation))
        self._free += len(ended)
        self._ledger.seconds = self.clock
        return ended
