"""Workers on a Ray cluster, or on a Ray of this machine alone."""

import logging
from typing import Any

from nasbench_suite.building.executor import WorkerDeath
from nasbench_suite.errors import ConfigError
from nasbench_suite.training.task import TaskResult, TrainingTask
from nasbench_suite.training.worker import TrainingWorker, WorkerSettings


class RayExecutor:
    """One actor a worker, wherever Ray puts it."""

    def __init__(self, workers: int, address: str | None, gpus: float) -> None:
        """
        Args:
            workers: how many actors, of one CPU each.
            address: of the cluster, `auto` for the one that this machine is part of; None starts Ray here.
            gpus: of each worker; may be a fraction.

        Raises:
            ConfigError: Ray is not installed, or there is no cluster at the address.
        """
        try:
            import ray
        except ImportError as error:
            raise ConfigError("executor=ray: expected Ray, found none; pip install nasbench-suite[ray]") from error
        self.workers, self._gpus, self._ray = workers, gpus, ray
        self._actors: dict[int, Any] = {}
        self._busy: dict[Any, int] = {}
        try:
            own: dict[str, Any] = {"num_cpus": workers, "include_dashboard": False} if address is None else {}
            ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR, **own)
        except (ConnectionError, ValueError) as error:
            raise ConfigError(f"executor.address: expected a Ray cluster at {address!r}, got {error}") from error

    def start(self, number: int, settings: WorkerSettings) -> None:
        """Starts a worker, in the place of the one that had this number."""
        actor = self._ray.remote(TrainingWorker).options(num_cpus=1, num_gpus=self._gpus)
        self._actors[number] = actor.remote(settings)

    def submit(self, number: int, task: TrainingTask) -> None:
        """Gives an idle worker a task."""
        self._busy[self._actors[number].train.remote(task)] = number

    def wait(self) -> list[tuple[int, TaskResult | WorkerDeath]]:
        """Waits until at least one busy worker has answered or died; raises what a worker raised."""
        ready, _ = self._ray.wait(list(self._busy), num_returns=1)
        return [(self._busy.pop(promise), self._answer(promise)) for promise in ready]

    def _answer(self, promise: Any) -> TaskResult | WorkerDeath:
        try:
            result: TaskResult = self._ray.get(promise)
            return result
        except self._ray.exceptions.RayActorError as error:
            return WorkerDeath(" ".join(str(error).split()))
        except self._ray.exceptions.RayTaskError as error:
            raise error.cause from None

    def shutdown(self) -> None:
        """Ends every worker at once."""
        for actor in self._actors.values():
            self._ray.kill(actor)
        self._actors.clear()
        self._busy.clear()
        self._ray.shutdown()
