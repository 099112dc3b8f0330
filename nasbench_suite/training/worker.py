"""A worker, wherever it runs: it trains one task at a time."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
from hydra.utils import instantiate
from torch import Tensor, nn

from nasbench_suite.progress import TrainingProgress
from nasbench_suite.space import Space
from nasbench_suite.training import checkpoint_file
from nasbench_suite.training.datasets import load_dataset
from nasbench_suite.training.images import ImageDataset
from nasbench_suite.training.latency import measure_latency
from nasbench_suite.training.metrics import EpochMetrics, TrainingResult
from nasbench_suite.training.recipe import Recipe
from nasbench_suite.training.replicas import Build
from nasbench_suite.training.task import Epoch, TaskResult, TrainingTask, TrialRecord, single
from nasbench_suite.training.train import train


@dataclass(frozen=True)
class WorkerSettings:
    """What a worker must know of a plan, as plain values.

    Attributes:
        space: config of the search space.
        training: config of the training: network, recipe, together, recipe_on.
        trials: training seeds of every task.
        device: to train on.
        datasets_root: folder of downloaded data sets; None for the default.
        official: whether they must have their published checksums.
        checkpoints: folder for the state of unfinished trainings; None to begin an interrupted one again.
        latency: whether the latency of trained networks is measured.
        parameters: folder for the parameters of trained networks; None not to keep them.
    """

    space: Mapping[str, Any]
    training: Mapping[str, Any]
    trials: tuple[int, ...]
    device: str
    datasets_root: str | None
    official: bool
    checkpoints: str | None
    latency: bool = False
    parameters: str | None = None


class TrainingWorker:
    """Trains one task at a time, and keeps the data sets that it has loaded."""

    def __init__(self, settings: WorkerSettings, space: Space[Any] | None = None) -> None:
        """Takes one thread for itself: more workers, not more threads, make small networks train faster.

        Args:
            settings: what it must know.
            space: the search space; made from the settings if not given.
        """
        torch.set_num_threads(1)
        self._settings = settings
        self._space: Space[Any] = instantiate(settings.space) if space is None else space
        self._data: dict[str, ImageDataset] = {}

    def data(self, name: str) -> ImageDataset:
        """Returns a data set on the device, loaded once.

        Raises:
            DatasetError: it is not there.
        """
        if name not in self._data:
            root = self._settings.datasets_root
            data = load_dataset(name, None if root is None else Path(root), self._settings.official)
            self._data[name] = data.to(torch.device(self._settings.device))
        return self._data[name]

    def train(
        self,
        task: TrainingTask,
        trials: tuple[int, ...] | None = None,
        last_epoch: int | None = None,
        told: Callable[[TrainingProgress], None] | None = None,
    ) -> TaskResult:
        """Trains one architecture: its trials side by side where the network can, else one after the other.

        Args:
            task: what to train.
            trials: training seeds; None for those of the plan.
            last_epoch: where to stop in the schedule; None for its end.
            told: called after every epoch.
        """
        data, settings = self.data(task.dataset), self._settings
        arch, recipe = self._space.parse(task.arch), recipe_for(settings.training, task)

        def build(replicas: int) -> nn.Module:
            side_by_side = {"replicas": replicas} if replicas > 1 else {}
            return self._space.network(arch, **network_settings(settings.training, data), **side_by_side)

        trainings: list[TrainingResult] = []
        groups = self._groups(trials or settings.trials)

        def told_of_group(now: TrainingProgress) -> None:
            if told is not None:
                before, done = now.total * (len(trainings) // len(groups[0])), sum(one.seconds for one in trainings)
                told(TrainingProgress(before + now.epochs, now.total * len(groups), done + now.seconds))

        for group in groups:
            state = self._checkpoint(task, group)
            trainings += train(
                build,
                data,
                recipe,
                group,
                name=task.arch,
                checkpoint_file=state,
                last_epoch=last_epoch,
                told=told_of_group,
                keep=None if settings.parameters is None else partial(self._keep, task, build),
            )
        return TaskResult(task, tuple(_record(training, self._latency(build, data)) for training in trainings))

    def _keep(self, task: TrainingTask, build: Build, trial: int, state: dict[str, Tensor]) -> None:
        """Writes a trained network's parameters, under the benchmark's official names where it has some."""
        network = _alone(build).to(next(iter(state.values())).device)
        network.load_state_dict(state)
        official = getattr(network, "official_state_dict", network.state_dict)
        assert self._settings.parameters is not None
        path = parameters_file(Path(self._settings.parameters), task, trial)
        checkpoint_file.write(path, {name: value.cpu().contiguous() for name, value in official().items()})

    def _latency(self, build: Build, data: ImageDataset) -> tuple[float, ...]:
        """Measures the network alone, for each trial again; it does not depend on the values of its parameters."""
        if not self._settings.latency:
            return ()
        seconds = map(single, measure_latency(_alone(build).to(data.test.pixels.device), data))
        return tuple(second for second in seconds if second is not None)

    def discard_checkpoints(self, task: TrainingTask, trials: tuple[int, ...] | None = None) -> None:
        """Removes what was kept of a task's trainings while they were not finished."""
        for group in self._groups(trials or self._settings.trials):
            state = self._checkpoint(task, group)
            if state is not None:
                state.unlink(missing_ok=True)

    def _groups(self, trials: tuple[int, ...]) -> list[tuple[int, ...]]:
        """Returns the trials that train side by side."""
        return [trials] if self._settings.training["together"] else [(trial,) for trial in trials]

    def _checkpoint(self, task: TrainingTask, trials: tuple[int, ...]) -> Path | None:
        """Returns where an unfinished training is kept."""
        if self._settings.checkpoints is None:
            return None
        name = hashlib.sha256(repr((tuple(task), trials)).encode()).hexdigest()[:16]
        return Path(self._settings.checkpoints) / f"{name}.pt"


def _alone(build: Build) -> nn.Module:
    """Builds one network, and leaves torch's own generator as it was."""
    with torch.random.fork_rng(devices=()):
        return build(1)


def parameters_file(folder: Path, task: TrainingTask, trial: int) -> Path:
    """Returns where the parameters of a trained network are kept."""
    return folder / f"{hashlib.sha256(repr((tuple(task), trial)).encode()).hexdigest()[:24]}.pt"


def recipe_for(training: Mapping[str, Any], task: TrainingTask) -> Recipe:
    """Returns the recipe of a task: the configured one, what its data set changes in it, and its schedule."""
    recipe: Recipe = instantiate({**training["recipe"], **training["recipe_on"].get(task.dataset, {})})
    return replace(recipe, epochs=task.schedule)


def network_settings(training: Mapping[str, Any], data: ImageDataset) -> dict[str, Any]:
    """Returns what a space's `network` takes besides the architecture."""
    return {**training["network"], "classes": data.classes, "in_channels": data.in_channels}


def _record(training: TrainingResult, latency: tuple[float, ...]) -> TrialRecord:
    epochs = tuple(map(_epoch, training.epochs))
    seconds = single(training.seconds)
    assert seconds is not None
    return TrialRecord(training.trial, training.reason, training.attempt, seconds, epochs, latency)


def _epoch(metrics: EpochMetrics) -> Epoch:
    values: list[float | None] = []
    for part in (metrics.train, metrics.valid, metrics.test):
        values += [None, None] if part is None else [part.accuracy, part.loss]
    values += [metrics.train_seconds, metrics.valid_seconds, metrics.test_seconds]
    return tuple(map(single, values))
