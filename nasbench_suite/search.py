"""The search loop: where an algorithm and a budgeted evaluator meet, on a simulated clock."""

import time
from collections.abc import Callable
from typing import Any, Literal

from nasbench_suite.algorithm import Algorithm
from nasbench_suite.errors import ConfigError
from nasbench_suite.ledger import Ledger
from nasbench_suite.trajectory import Trajectory
from nasbench_suite.whole_number import check_whole
from nasbench_suite.workers import Evaluate, SimulatedWorkers

Overhead = float | Literal["measured"]


def search(
    algorithm: Algorithm[Any],
    evaluate: Evaluate,
    ledger: Ledger,
    workers: int = 1,
    overhead: Overhead = 0.0,
    looked_up: Callable[[], float] | None = None,
) -> Trajectory:
    """Runs one search to the end of its budget, or of the algorithm.

    Up to `workers` evaluations are under way at a time on the simulated clock. Results come in the order of their
    ends, those of one instant by the proposals' ids and all before anybody asks again; then the workers that are
    free ask in turn. The ledger's seconds are this clock, so that W workers do about W times as much in a budget of
    seconds; epochs and evaluations are charged when an evaluation starts.

    At the budget's edge: no evaluation starts once a limit is reached. One that would overstep it is kept or refused by
    the ledger's rule, and a worker whose evaluation is refused stops. What is under way ends, and its results reach the
    algorithm. One worker is the sequential loop.

    Args:
        algorithm: asks for evaluations and gets their results.
        evaluate: answers a proposal and charges the ledger; raises BudgetExhaustedError when nothing is left.
        ledger: whose seconds are the trajectory's clock.
        workers: evaluations under way at a time, 1 or more.
        overhead: simulated seconds from a worker's asking to its evaluation's start; `measured` takes the algorithm's
            real time for this question and the answers since the last, so that results differ from run to run.
        looked_up: returns the simulated seconds of what the algorithm has looked up since the last call, which pass
            before the evaluation starts; None where that costs nothing.

    Returns:
        One row per evaluation. A discarded evaluation has none, and the algorithm does not hear of it.

    Raises:
        MissingValueError: there are several workers, and the source does not know what an evaluation costs.
        ConfigError: an argument is of another type.
    """
    if not isinstance(algorithm, Algorithm) or not callable(evaluate) or not isinstance(ledger, Ledger):
        raise ConfigError(
            "search: expected an algorithm, a function from a proposal to its observation, and a ledger; got "
            f"{algorithm!r:.60}, {evaluate!r:.60}, {ledger!r:.60}"
        )
    check_whole("workers", workers, 1)
    trajectory, simulated = Trajectory(), SimulatedWorkers(workers, evaluate, ledger)
    thought = 0.0
    while True:
        while simulated.may_start():
            started = time.perf_counter()
            proposal = algorithm.ask()
            thought += time.perf_counter() - started
            if proposal is None:
                break
            delay = thought if overhead == "measured" else overhead
            simulated.start(proposal, delay if looked_up is None else delay + looked_up())
            thought = 0.0
        ended = simulated.wait()
        if not ended:
            return trajectory
        for proposal, observation in ended:
            trajectory.add(proposal, observation, simulated.clock)
            started = time.perf_counter()
            algorithm.tell(proposal, observation)
            thought += time.perf_counter() - started
