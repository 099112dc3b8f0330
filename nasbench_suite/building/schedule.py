"""Hands tasks to workers until all are done; a worker that dies is replaced, and its task given out again."""

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from nasbench_suite.building.task import Result, Task, Trained
from nasbench_suite.building.worker import Orders

DEATHS = 3
"""How many workers a task may cost before it counts as failed."""


class Death(NamedTuple):
    """The end of a worker that was not told to end.

    Attributes:
        reason: what is known of it.
    """

    reason: str


class Crew(Protocol):
    """Workers of one kind. Each is known by a number and does one task at a time."""

    workers: int

    def hire(self, number: int, orders: Orders) -> None:
        """Starts a worker, in the place of the one that had this number."""

    def give(self, number: int, task: Task) -> None:
        """Gives an idle worker a task."""

    def wait(self) -> list[tuple[int, Result | Death]]:
        """Waits until at least one busy worker has answered or died; raises what a worker raised."""

    def dismiss(self) -> None:
        """Ends every worker at once."""


def carry_out(crew: Crew, orders: Orders, tasks: Sequence[Task]) -> Iterator[Result]:
    """Yields the result of each task as it comes, in any order."""
    waiting, deaths = deque(tasks), Counter[Task]()
    idle, busy = list(range(min(crew.workers, len(tasks)))), dict[int, Task]()
    try:
        for number in idle:
            crew.hire(number, orders)
        while waiting or busy:
            while idle and waiting:
                number, task = idle.pop(), waiting.popleft()
                busy[number] = task
                crew.give(number, task)
            for number, answer in crew.wait():
                task = busy.pop(number)
                idle.append(number)
                if isinstance(answer, Result):
                    yield answer
                    continue
                crew.hire(number, orders)
                deaths[task] += 1
                if deaths[task] < DEATHS:
                    waiting.appendleft(task)
                else:
                    yield _given_up(task, orders, answer.reason)
    finally:
        crew.dismiss()


def _given_up(task: Task, orders: Orders, reason: str) -> Result:
    told = f"{DEATHS} workers died of it; the last: {reason}"
    return Result(task, tuple(Trained(seed, told, 1, 0.0, ()) for seed in orders.seeds))
