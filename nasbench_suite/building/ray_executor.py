"""Workers on a Ray cluster, or on a Ray of this machine alone."""

import logging
import sys
from typing import Any

from nasbench_suite.building.executor import Told, WorkerDeath
from nasbench_suite.errors import ConfigError
from nasbench_suite.training.task import TaskResult, TrainingTask
from nasbench_suite.training.worker import TrainingWorker, WorkerSettings

PATIENCE = 30.0
"""Seconds without an answer after which it is looked whether the cluster can train at all."""

_worker: tuple[WorkerSettings, TrainingWorker] | None = None


class RayExecutor:
    """A worker is a task of Ray's at a time, wherever Ray puts it.

    It holds its CPU and GPU for one training: what is lost with a node has the next free place of any other, and a node
    that joins late has its share. Ray keeps the process for the next training, and the data sets with it, unless
    it has a GPU.
    """

    def __init__(self, workers: int, address: str | None, gpus: float) -> None:
        """
        Args:
            workers: how many trainings at a time, of one CPU each.
            address: of the cluster, `auto` for the one that this machine is part of; None starts Ray here, whatever
                cluster there is.
            gpus: of each worker; may be a fraction.

        Raises:
            ConfigError: Ray is not installed, there is no cluster at the address, or this machine lacks the GPUs.
        """
        try:
            import ray
        except ImportError as error:
            raise ConfigError("executor=ray: expected Ray, found none; pip install nasbench-suite[ray]") from error
        self.workers = workers
        self._ray: Any = ray
        self._needs = {"CPU": 1.0, "GPU": float(gpus)}
        self._settings: dict[int, WorkerSettings] = {}
        self._busy: dict[Any, int] = {}
        self._warned = False
        try:
            own: dict[str, Any] = {"num_cpus": workers, "include_dashboard": False} if address is None else {}
            ray.init(address=address or "local", log_to_driver=False, logging_level=logging.ERROR, **own)
        except (ConnectionError, ValueError) as error:
            raise ConfigError(f"executor.address: expected a Ray cluster at {address!r}, got {error}") from error
        if address is None and not self._has_place():
            ray.shutdown()
            raise ConfigError(f"executor.gpus: expected as many as this machine has, got {gpus:g}")
        # a training that is lost is given out again by whoever asked for it
        self._train = ray.remote(num_cpus=1, num_gpus=gpus, max_retries=0)(_train)

    def start(self, number: int, settings: WorkerSettings) -> None:
        """Notes what a worker must know; Ray starts it with its task."""
        self._settings[number] = settings

    def submit(self, number: int, task: TrainingTask) -> None:
        """Gives an idle worker a task."""
        self._busy[self._train.remote(self._settings[number], task)] = number

    def wait(self, told: Told) -> list[tuple[int, TaskResult | WorkerDeath]]:
        """Waits until at least one busy worker has answered or died; raises what a worker raised.

        Args:
            told: is told nothing: a task of Ray's says nothing before it ends.
        """
        while not (ready := self._ray.wait(list(self._busy), num_returns=1, timeout=PATIENCE)[0]):
            self._warn_where_none_has_place()
        return [(self._busy.pop(promise), self._answer(promise)) for promise in ready]

    def _answer(self, promise: Any) -> TaskResult | WorkerDeath:
        raised = self._ray.exceptions
        try:
            result: TaskResult = self._ray.get(promise)
            return result
        except raised.RayTaskError as error:
            raise error.cause from None
        except (raised.NodeDiedError, raised.LocalRayletDiedError, raised.ObjectLostError) as error:
            return WorkerDeath(_in_one_line(error), with_machine=True)
        except raised.RayError as error:
            return WorkerDeath(_in_one_line(error))

    def _has_place(self) -> bool:
        """Whether some node is large enough for a training, be it busy or not."""
        nodes: list[dict[str, Any]] = self._ray.nodes()
        alive = [node["Resources"] for node in nodes if node["Alive"]]
        return any(all(node.get(name, 0.0) >= least for name, least in self._needs.items()) for node in alive)

    def _warn_where_none_has_place(self) -> None:
        if not self._warned and not self._has_place():
            self._warned = True
            needs = " and ".join(f"{least:g} {name}" for name, least in self._needs.items() if least)
            print(f"nasbench-suite: no node of the Ray cluster has {needs}; waiting for one", file=sys.stderr)

    def shutdown(self) -> None:
        """Ends every worker at once."""
        self._busy.clear()
        self._ray.shutdown()


def _train(settings: WorkerSettings, task: TrainingTask) -> TaskResult:
    """Trains in a process of Ray's, with the worker that an earlier task has left there."""
    global _worker
    if _worker is None or _worker[0] != settings:
        _worker = settings, TrainingWorker(settings)
    return _worker[1].train(task)


def _in_one_line(error: Exception) -> str:
    return " ".join(str(error).split())
