"""Workers as processes of this machine."""

import contextlib
import multiprocessing
import signal
from multiprocessing.connection import Connection, wait
from typing import Any

from nasbench_suite.building.executor import Told, WorkerDeath
from nasbench_suite.processes import die_with_parent
from nasbench_suite.progress import TrainingProgress
from nasbench_suite.training.task import TaskResult, TrainingTask
from nasbench_suite.training.worker import TrainingWorker, WorkerSettings


class LocalExecutor:
    """One process a worker, each at the other end of a pipe."""

    def __init__(self, workers: int) -> None:
        """
        Args:
            workers: how many processes; one a core.
        """
        self.workers = workers
        # spawn: torch's threads and locks do not survive a fork
        self._context = multiprocessing.get_context("spawn")
        self._workers: dict[int, tuple[Any, Connection]] = {}
        self._busy: set[int] = set()

    def start(self, number: int, settings: WorkerSettings) -> None:
        """Starts a worker, in the place of the one that had this number."""
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_serve, args=(theirs, settings), daemon=True)
        process.start()
        theirs.close()  # so that the worker's death ends the pipe
        self._workers[number] = process, ours

    def submit(self, number: int, task: TrainingTask) -> None:
        """Gives an idle worker a task."""
        self._busy.add(number)
        with contextlib.suppress(OSError):  # it died idle: `wait` will see that
            self._workers[number][1].send(task)

    def wait(self, told: Told) -> list[tuple[int, TaskResult | WorkerDeath]]:
        """Waits until at least one busy worker has answered or died; raises what a worker raised.

        Args:
            told: is told after each epoch.
        """
        numbers = {self._workers[number][1]: number for number in self._busy}
        answers: list[tuple[int, TaskResult | WorkerDeath]] = []
        while not answers:
            for pipe in wait(list(numbers)):
                assert isinstance(pipe, Connection)
                number = numbers[pipe]
                try:
                    answer = pipe.recv()
                except (EOFError, OSError):
                    process = self._workers[number][0]
                    process.join()
                    answer = WorkerDeath(f"exit code {process.exitcode}")
                if isinstance(answer, TrainingProgress):
                    told(number, answer)
                    continue
                self._busy.remove(number)
                if isinstance(answer, Exception):
                    raise answer
                answers.append((number, answer))
        return answers

    def shutdown(self) -> None:
        """Ends every worker at once."""
        for process, pipe in self._workers.values():
            process.kill()
            process.join()
            pipe.close()
        self._workers.clear()
        self._busy.clear()


def _serve(pipe: Connection, settings: WorkerSettings) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the driver is the one that deals with Ctrl-C
    die_with_parent()
    try:
        worker = TrainingWorker(settings)
        while True:
            pipe.send(worker.train(pipe.recv(), told=pipe.send))
    except Exception as error:
        pipe.send(error)
