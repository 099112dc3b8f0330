"""Hands tasks to workers until all are done; a worker that dies is replaced, and its task given out again."""

from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, Protocol

from nasbench_suite.progress import TrainingProgress
from nasbench_suite.training.task import TaskResult, TrainingTask, TrialRecord
from nasbench_suite.training.worker import WorkerSettings

MOST_DEATHS = 3
"""How many workers a task may cost before it counts as failed."""


class WorkerDeath(NamedTuple):
    """The end of a worker that nobody ended.

    Attributes:
        reason: what is known of it.
        with_machine: whether its machine is lost, which its task is not to blame for.
    """

    reason: str
    with_machine: bool = False


Told = Callable[[int, TrainingProgress], None]
"""Takes the number of a worker, and how far it is with its task."""


class Executor(Protocol):
    """Workers of one kind. Each is known by a number and does one task at a time."""

    workers: int

    def start(self, number: int, settings: WorkerSettings) -> None:
        """Starts a worker, in the place of the one that had this number."""

    def submit(self, number: int, task: TrainingTask) -> None:
        """Gives an idle worker a task."""

    def wait(self, told: Told) -> list[tuple[int, TaskResult | WorkerDeath]]:
        """Waits until at least one busy worker has answered or died; raises what a worker raised.

        Args:
            told: is handed what workers say meanwhile of how far they are, if they do.
        """

    def shutdown(self) -> None:
        """Ends every worker at once."""


def run_tasks(
    executor: Executor,
    settings: WorkerSettings,
    tasks: Sequence[TrainingTask],
    advance: Callable[[float], None] = lambda part: None,
) -> Iterator[TaskResult]:
    """Yields the result of each task as it comes, in any order.

    Args:
        executor: whose workers train.
        settings: of each worker.
        tasks: to be done.
        advance: called with the parts of tasks that are done, 1 for each task in all; a part that is lost is negative.
    """
    waiting, deaths = deque(tasks), Counter[TrainingTask]()
    idle, busy = list(range(min(executor.workers, len(tasks)))), dict[int, TrainingTask]()
    parts = dict.fromkeys(idle, 0.0)

    def reach(number: int, part: float) -> None:
        advance(part - parts[number])
        parts[number] = part

    try:
        for number in idle:
            executor.start(number, settings)
        while waiting or busy:
            while idle and waiting:
                number, task = idle.pop(), waiting.popleft()
                busy[number] = task
                executor.submit(number, task)
            for number, answer in executor.wait(lambda number, now: reach(number, now.epochs / now.total)):
                task = busy.pop(number)
                idle.append(number)
                reach(number, float(isinstance(answer, TaskResult)))
                parts[number] = 0.0
                if isinstance(answer, TaskResult):
                    yield answer
                    continue
                executor.start(number, settings)
                deaths[task] += not answer.with_machine
                if deaths[task] < MOST_DEATHS:
                    waiting.appendleft(task)
                else:
                    advance(1.0)
                    yield _given_up(task, settings, answer.reason)
    finally:
        executor.shutdown()


def _given_up(task: TrainingTask, settings: WorkerSettings, reason: str) -> TaskResult:
    said = f"{MOST_DEATHS} workers died of it; the last: {reason}"
    return TaskResult(task, tuple(TrialRecord(trial, said, 1, 0.0, ()) for trial in settings.trials))
