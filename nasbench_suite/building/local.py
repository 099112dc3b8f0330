"""Workers as processes of this machine."""

import contextlib
import multiprocessing
import signal
from multiprocessing.connection import Connection, wait
from typing import Any

from nasbench_suite.building.schedule import Death
from nasbench_suite.building.task import Result, Task
from nasbench_suite.building.worker import Orders, Worker
from nasbench_suite.parallel import die_with_parent


class LocalCrew:
    """One process a worker, each at the other end of a pipe."""

    def __init__(self, workers: int) -> None:
        """
        Args:
            workers: how many processes; one a core.
        """
        self.workers = workers
        # spawn: torch's threads and locks do not survive a fork
        self._context = multiprocessing.get_context("spawn")
        self._hands: dict[int, tuple[Any, Connection]] = {}
        self._busy: set[int] = set()

    def hire(self, number: int, orders: Orders) -> None:
        """Starts a worker, in the place of the one that had this number."""
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_serve, args=(theirs, orders), daemon=True)
        process.start()
        theirs.close()  # so that the worker's death ends the pipe
        self._hands[number] = process, ours

    def give(self, number: int, task: Task) -> None:
        """Gives an idle worker a task."""
        self._busy.add(number)
        with contextlib.suppress(OSError):  # it died idle: `wait` will see that
            self._hands[number][1].send(task)

    def wait(self) -> list[tuple[int, Result | Death]]:
        """Waits until at least one busy worker has answered or died; raises what a worker raised."""
        numbers = {self._hands[number][1]: number for number in self._busy}
        answers: list[tuple[int, Result | Death]] = []
        for pipe in wait(list(numbers)):
            assert isinstance(pipe, Connection)
            number = numbers[pipe]
            self._busy.remove(number)
            try:
                answer = pipe.recv()
            except (EOFError, OSError):
                process = self._hands[number][0]
                process.join()
                answer = Death(f"exit code {process.exitcode}")
            if isinstance(answer, Exception):
                raise answer
            answers.append((number, answer))
        return answers

    def dismiss(self) -> None:
        """Ends every worker at once."""
        for process, pipe in self._hands.values():
            process.kill()
            process.join()
            pipe.close()
        self._hands.clear()
        self._busy.clear()


def _serve(pipe: Connection, orders: Orders) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the driver is the one that deals with Ctrl-C
    die_with_parent()
    try:
        worker = Worker(orders)
        while True:
            pipe.send(worker.train(pipe.recv()))
    except Exception as error:
        pipe.send(error)
