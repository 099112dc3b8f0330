"""Evaluations by real training, for spaces and data sets that have no table: `evaluator=train`."""

import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nasbench_suite.algorithm import Proposal
from nasbench_suite.building.network_settings import check_network
from nasbench_suite.errors import ConfigError
from nasbench_suite.evaluators.evaluator import Clock
from nasbench_suite.evaluators.kept_trainings import KeptTrainings
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.ledger import Ledger
from nasbench_suite.observation import Observation, Score
from nasbench_suite.progress import TrainingProgress
from nasbench_suite.space import Space
from nasbench_suite.table.trials import TrialPolicy
from nasbench_suite.training.device import check_device
from nasbench_suite.training.task import MEASURES, TrainingTask
from nasbench_suite.training.worker import TrainingWorker, WorkerSettings
from nasbench_suite.whole_number import is_whole
from nasbench_suite.workers import Evaluate

_VALID, _TEST, _TEST_SECONDS = (MEASURES.index(name) for name in ("valid_accuracy", "test_accuracy", "test_seconds"))
_TRAINING_SEEDS = 2**31


class TrainingEvaluator:
    """Trains what it is asked for, and charges the seconds that it really took.

    Every finished training is kept beside the results: a search that was interrupted asks the same questions again, and
    gets the same answers at the same price without training anew.

    Attributes:
        name: of what is trained on.
        sha256: of the recipe, the network, the images and the device.
        clock: this machine's.
        judged_epochs: of the longest schedule, by each of the judge's training seeds.
    """

    clock: Clock = "machine"

    def __init__(
        self,
        dataset: str,
        trial: TrialPolicy,
        training: Mapping[str, Any],
        score_trials: list[int],
        device: str,
        checkpoints: bool,
        datasets_root: str | None,
        official: bool,
        objectives: str | Sequence[str],
        constraints: Sequence[str] = (),
        measurement_seconds: Mapping[str, float] | None = None,
        *,
        space: Space[Any],
        folder: Path,
    ) -> None:
        """
        Args:
            dataset: to train on.
            trial: a training seed, or `random` for another one each time.
            training: config of the training: network, schedules, recipe.
            score_trials: the judge's training seeds.
            device: to train on.
            checkpoints: keep an unfinished training after every epoch, so that it goes on; for long ones.
            datasets_root: folder of downloaded data sets; None for the default.
            official: whether they must have their published checksums.
            objectives: what a search sees; `valid_accuracy` alone, for the images have a validation part.
            constraints, measurement_seconds: nothing, for accuracy is all that is measured.
            space: whose networks are trained.
            folder: where finished trainings are kept.

        Raises:
            ConfigError: the trial policy is one of tables, or the device is not here.
            DatasetError: the images are not there.
        """
        if trial != "random" and not is_whole(trial):
            raise ConfigError(f"evaluator=train: expected trial=random or a training seed, got {trial}")
        if objectives != "valid_accuracy":
            came = objectives if isinstance(objectives, str) else ", ".join(objectives)
            raise ConfigError(
                f"objectives: expected valid_accuracy, the one objective of evaluator=train, got {came}; "
                "evaluator=table has several"
            )
        for key, given in (("constraints", constraints), ("measurement_seconds", measurement_seconds)):
            if given:
                raise ConfigError(f"evaluator=train: expected no {key}, for it measures accuracy alone; got {given}")
        if not isinstance(score_trials, list) or not score_trials or not all(map(is_whole, score_trials)):
            raise ConfigError(f"evaluator.score_trials: expected at least one training seed, got {score_trials!r}")
        self._policy, self._dataset, self._space = trial, dataset, space
        self._device = check_device("evaluator.device", device)
        check_network(space, training["network"], "evaluator.training.network", together=training["together"])
        self._schedules, self._score_trials = sorted(training["schedules"]), tuple(score_trials)
        self.judged_epochs = self._schedules[-1] * len(score_trials)
        self._told: Callable[[TrainingProgress], None] | None = None
        unfinished = str(folder / "unfinished") if checkpoints else None
        settings = WorkerSettings({}, training, self._score_trials, device, datasets_root, official, unfinished)
        self._worker = TrainingWorker(settings, space)
        images = self._worker.data(dataset)
        self.name = f"training-{dataset}"
        part = [training, device, list(score_trials), images.checksum]
        self.sha256 = hashlib.sha256(json.dumps(part, sort_keys=True).encode()).hexdigest()
        self._kept = KeptTrainings(folder, self._worker)

    def fidelities(self) -> list[Fidelity]:
        """Lists every epoch of every schedule."""
        return [Fidelity(schedule, epoch) for schedule in self._schedules for epoch in range(1, schedule + 1)]

    def watch(self, told: Callable[[TrainingProgress], None] | None) -> None:
        """Has somebody told of every epoch."""
        self._told = told

    def confined(self, highest: Fidelity) -> Space[Any]:
        """Returns the whole space: whatever it has can be trained."""
        return self._space

    def seconds_from(self, highest: Fidelity, limited: bool) -> str:
        """Says that the seconds are no simulation."""
        kind = "processor" if self._device == "cpu" else "wall-clock"
        return f"trained for this search: seconds are real, the {kind} seconds of its trainings"

    def begin(self, ledger: Ledger, trials: np.random.Generator) -> Evaluate:
        """Returns what answers the proposals of one search and charges them."""

        def evaluate(proposal: Proposal[Any]) -> Observation:
            trial = self._policy if isinstance(self._policy, int) else int(trials.integers(_TRAINING_SEEDS))
            fidelity = proposal.fidelity
            task = self._task(proposal.arch, fidelity.schedule)
            (trained,) = self._kept.train(task, (trial,), fidelity.epoch, self._told)
            # all that it took, lost attempts too, but for the test images, which no search has a use for
            seconds = trained.seconds - sum(epoch[_TEST_SECONDS] or 0.0 for epoch in trained.epochs)
            ledger.charge(seconds, fidelity.epoch)
            accuracy = math.nan if trained.reason is not None else trained.epochs[-1][_VALID]
            if accuracy is None:
                raise ConfigError(f"{self._dataset} has no validation images to search with; choose another dataset=")
            return Observation(fidelity, accuracy, seconds, trial)

        return evaluate

    def score(self, arch: Any) -> dict[str, Score]:
        """Judges an architecture: trains it by the longest schedule from the judge's own seeds, which is free."""
        schedule = self._schedules[-1]
        trained = self._kept.train(self._task(arch, schedule), self._score_trials, schedule, self._told)
        last = [one.epochs[-1] for one in trained if one.reason is None]
        valid, test = ([epoch[at] for epoch in last] for at in (_VALID, _TEST))
        return {self._dataset: Score(self._dataset, schedule, _mean(valid), _mean(test))}

    def best(self, highest: Fidelity | None) -> dict[str, Score]:
        """Returns nothing: nobody has trained them all."""
        return {}

    def tradeoff(self, highest: Fidelity | None) -> None:
        """Returns nothing: only accuracy is measured."""

    def column(self, name: str | None, highest: Fidelity) -> None:
        """Raises ConfigError where an algorithm asks for one: nobody has looked at all architectures."""
        if name is not None:
            raise ConfigError(
                f"algorithm.column: expected an algorithm without one, for evaluator=train has no table; got {name}"
            )

    def _task(self, arch: Any, schedule: int) -> TrainingTask:
        return TrainingTask(self._space.format(arch), self._dataset, schedule)


def _mean(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
