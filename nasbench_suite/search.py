"""The search loop: where an algorithm and a budgeted evaluator meet."""

from collections.abc import Callable
from typing import Any

from nasbench_suite.algorithm import Algorithm, Proposal
from nasbench_suite.errors import BudgetExhaustedError
from nasbench_suite.ledger import Ledger
from nasbench_suite.observation import Observation
from nasbench_suite.trajectory import Trajectory

Evaluate = Callable[[Proposal[Any]], Observation]


def search(algorithm: Algorithm[Any], evaluate: Evaluate, ledger: Ledger) -> Trajectory:
    """Runs one search to the end of its budget, or of the algorithm.

    Args:
        algorithm: asks for evaluations and is told their results.
        evaluate: answers a proposal and charges the ledger; raises BudgetExhaustedError when nothing is left.
        ledger: whose seconds are the trajectory's clock.

    Returns:
        One row an evaluation. A discarded evaluation is neither told nor in it.
    """
    trajectory = Trajectory()
    while not ledger.exhausted and (proposal := algorithm.ask()) is not None:
        try:
            observation = evaluate(proposal)
        except BudgetExhaustedError:
            break
        trajectory.add(proposal, observation, ledger.seconds)
        algorithm.tell(proposal, observation)
    return trajectory
