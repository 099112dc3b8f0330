"""Trainings that are done once, however many processes share their folder and whenever they were killed."""

import hashlib
import sys
from collections.abc import Callable
from pathlib import Path

from nasbench_suite import journal
from nasbench_suite.atomic_write import atomic_write, cannot_write
from nasbench_suite.progress import TrainingProgress
from nasbench_suite.training.task import TaskResult, TrainingTask, TrialRecord
from nasbench_suite.training.worker import TrainingWorker


class KeptTrainings:
    """A folder of finished trainings, a file each."""

    def __init__(self, folder: Path, worker: TrainingWorker) -> None:
        """
        Args:
            folder: made when the first training is finished.
            worker: that trains what is not there.
        """
        self._folder, self._worker = folder, worker

    def train(
        self,
        task: TrainingTask,
        trials: tuple[int, ...],
        epoch: int,
        told: Callable[[TrainingProgress], None] | None = None,
    ) -> list[TrialRecord]:
        """Trains up to an epoch of the task's schedule, or reads back what came of it.

        Args:
            task: what to train.
            trials: training seeds.
            epoch: where to stop in the schedule.
            told: called after every epoch that is trained.

        Raises:
            ResultsError: the disk is full or fails.
        """
        key = hashlib.sha256(repr((tuple(task), trials, epoch)).encode()).hexdigest()[:24]
        path = self._folder / f"{key}.json"
        kept = _read(path)
        if kept is None:
            result = self._worker.train(task, trials, epoch, told)
            self._keep(path, result)
            self._worker.discard_checkpoints(task, trials)
            kept = _read(path) or result
        return list(kept.trials)

    def _keep(self, path: Path, result: TaskResult) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            # another process may have been faster: the first one's seconds count
            atomic_write(path, journal.seal(result.to_json()), replace=False)
        except OSError as error:
            raise cannot_write(path, error, "start again to go on") from error


def _read(path: Path) -> TaskResult | None:
    """Reads a training back; None where there is none, or where it is damaged, which is said."""
    if not path.exists():
        return None
    record = journal.unseal(path.read_bytes())
    if record is None:
        print(f"nasbench-suite: {path}: is damaged; its training is done again", file=sys.stderr)
        path.unlink()
        return None
    return TaskResult.from_json(record)
