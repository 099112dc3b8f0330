"""One one-shot search under way: the supernet, the algorithm, and an epoch of both."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Generic

import numpy as np
import torch
from torch import Tensor

from nasbench_suite.edge_weights import Path
from nasbench_suite.one_shot.algorithm import OneShotAlgorithm, StepMetrics
from nasbench_suite.one_shot.batch_norm import is_distributed, over_all_processes
from nasbench_suite.one_shot.batches import Batches
from nasbench_suite.one_shot.data import SearchData
from nasbench_suite.one_shot.memory import peak_mib
from nasbench_suite.one_shot.ranking import Ranking, RankingSettings
from nasbench_suite.one_shot.record import EpochRecord
from nasbench_suite.one_shot.session import Session, add_over_processes
from nasbench_suite.one_shot.settings import SupernetSettings
from nasbench_suite.space import Space
from nasbench_suite.supernet import Supernet
from nasbench_suite.training.arithmetic import float32_products
from nasbench_suite.training.clock import clock
from nasbench_suite.variables import ArchT

# the default: how well a supernet ranks is not measured
UNRANKED = RankingSettings()


class SupernetTrainer(Generic[ArchT]):
    """Trains a supernet with a one-shot algorithm, epoch by epoch.

    Attributes:
        steps: of an epoch.
        records: of the epochs done.
        seconds: that the algorithm took for its steps, what it does after an epoch, and naming its incumbent; measuring
            that is not among them.
        failure: why the search cannot go on; None where it can.
    """

    def __init__(
        self,
        space: Space[ArchT],
        algorithm: OneShotAlgorithm[ArchT],
        data: SearchData,
        settings: SupernetSettings,
        seed: int,
        advance: Callable[[], None] = lambda: None,
        ranking: RankingSettings = UNRANKED,
        truth: Callable[[ArchT], float | None] = lambda _: None,
    ) -> None:
        """Builds the supernet on the data's device; the seed decides all randomness.

        Args:
            space: whose supernet is trained.
            algorithm: that drives it; it begins here.
            data: on the device to train on.
            settings: of the supernet's training.
            seed: of the search.
            advance: called after every step.
            ranking: whether, and how, it is measured how well the supernet ranks.
            truth: for this, an architecture's true accuracy; the algorithm has no way to it.
        """
        self._space, self._algorithm, self._settings, self._advance = space, algorithm, settings, advance
        device = data.train.pixels.device
        # separate streams: changing one consumer leaves the others' draws as they were
        parameters, batches, rng, noise, ranked = np.random.SeedSequence(seed).spawn(5)
        self._batches = Batches(data, settings, batches)
        self.steps = self._batches.steps
        self._rng = np.random.default_rng(rng)
        self._noise = torch.Generator().manual_seed(_word(noise))
        with self._computing():
            self._supernet = _build(space, data, settings, _word(parameters)).to(device)
            layout = torch.channels_last if settings.channels_last else torch.contiguous_format
            self._supernet.to(memory_format=layout)  # type: ignore[call-overload] # not in torch's stubs
            if is_distributed():
                over_all_processes(self._supernet)
            self._session = Session(
                self._supernet, settings, self._rng, self._noise, self.steps, self._batches.valid_batches
            )
            algorithm.begin(self._session)
        self._ranking_settings = ranking
        self._ranking = Ranking(self._supernet, ranking, np.random.default_rng(ranked), truth)
        self._device, self._now = device, clock(device)
        if device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(device)
        self.records: list[EpochRecord] = []
        self.seconds = 0.0
        self.failure: str | None = None

    def run_epoch(self) -> EpochRecord | None:
        """Trains for an epoch, and adds to `records`; None, and `failure` says why, where a loss is not finite."""
        with self._computing():
            epoch, started = len(self.records), self._now()
            steps = self._train(epoch)
            self.failure = steps.failure(epoch, self._settings.learning_rate_at(epoch))
            if self.failure is None:
                self._algorithm.end_epoch()
                incumbent = self._algorithm.incumbent()
            self.seconds += self._now() - started
            if self.failure is not None:
                return None
            self.records.append(self._record(incumbent, steps))
            return self.records[-1]

    def step_once(self) -> None:
        """Does an epoch's first step alone, to see whether there is memory for it; the search cannot go on."""
        with self._computing():
            self._algorithm.step(*next(self._batches.epoch(self._algorithm.uses_valid)))

    def evaluate_once(self) -> None:
        """Evaluates an epoch's first batch alone, for the same purpose."""
        with self._computing():
            path = self._supernet.path(self._supernet.draw(self._rng))
            self._session.accuracy(next(self._batches.evaluation()), path)

    @contextmanager
    def _computing(self) -> Iterator[None]:
        with threads(self._settings.threads), float32_products(self._settings.precision):
            yield

    def state(self) -> dict[str, Any]:
        """Returns everything that the next epoch depends on."""
        return {
            "supernet": self._supernet.state_dict(),
            "session": self._session.state(),
            "algorithm": self._algorithm.state(),
            "rng": self._rng.bit_generator.state,
            "noise": self._noise.get_state(),
            "batches": self._batches.state(),
            "seconds": self.seconds,
        }

    def restore(self, state: dict[str, Any], records: list[EpochRecord]) -> None:
        """Goes back to what `state` returned, after these epochs."""
        self._supernet.load_state_dict(state["supernet"])
        self._session.restore(state["session"])
        self._algorithm.restore(state["algorithm"])
        self._rng.bit_generator.state = state["rng"]
        self._noise.set_state(state["noise"])
        self._batches.restore(state["batches"])
        self.seconds, self.records = state["seconds"], list(records)

    def _train(self, epoch: int) -> "_Steps":
        """Does an epoch's steps."""
        session, steps = self._session, _Steps()
        session.epoch = epoch
        for group in session.optimizer.param_groups:
            group["lr"] = self._settings.learning_rate_at(epoch)
        self._supernet.train()
        for train, valid in self._batches.epoch(self._algorithm.uses_valid):
            try:
                metrics = self._algorithm.step(train, valid)
            except (ArithmeticError, RuntimeError, ValueError):
                # whatever an algorithm makes of numbers that are none, the losses before tell why
                if steps.finite:
                    raise
                break
            steps.add(metrics, train.total, 0 if valid is None else valid.total)
            self._advance()
        return steps

    def _record(self, incumbent: ArchT, steps: "_Steps") -> EpochRecord:
        supernet, edge_weights = self._supernet, self._algorithm.edge_weights()
        probabilities = None if edge_weights is None else edge_weights.detach().double().cpu()
        path = supernet.path(incumbent)
        operations = [supernet.operations[chosen] for chosen in path.chosen]
        epoch = len(self.records) + 1
        due = self._ranking_settings.due(epoch, self._settings.epochs)
        return EpochRecord(
            epoch=epoch,
            seconds=self.seconds,
            architecture=self._space.format(incumbent),
            train_loss=steps.train_loss,
            train_accuracy=steps.train_accuracy,
            valid_loss=steps.valid_loss,
            valid_accuracy=self._accuracy(path),
            entropy=None if probabilities is None else float(torch.special.entr(probabilities).sum(1).mean()),
            operation_counts=tuple(operations.count(operation) for operation in supernet.operations),
            parametric_edges=sum(operation not in supernet.parameterless for operation in operations),
            memory_mib=peak_mib(self._device),
            edge_weights=None if probabilities is None else tuple(probabilities.flatten().tolist()),
            kendall_tau=self._ranking.tau(lambda arch: self._accuracy(supernet.path(arch))) if due else None,
        )

    def _accuracy(self, path: Path) -> float:
        """Returns percent of all validation images that the supernet has right, under their own statistics."""
        correct = sum(self._session.accuracy(batch, path) * batch.total / 100 for batch in self._batches.evaluation())
        return 100 * correct / self._batches.valid_images


class _Steps:
    """What the steps of an epoch saw. It stays on the device until somebody asks, and then is summed over processes."""

    def __init__(self) -> None:
        self._losses: list[Tensor] = []
        self._correct: list[Tensor] = []
        self._images: list[int] = []
        self._valid_losses: list[Tensor] = []
        self._valid_images: list[int] = []

    def add(self, metrics: StepMetrics, images: int, valid_images: int) -> None:
        """Adds a step, on so many images over all processes."""
        self._losses.append(metrics.train_loss.detach())
        self._correct.append(metrics.train_correct.detach())
        self._images.append(images)
        if metrics.valid_loss is not None:
            self._valid_losses.append(metrics.valid_loss.detach())
            self._valid_images.append(valid_images)

    @property
    def finite(self) -> bool:
        """Whether all losses of this process are, so far."""
        losses = [*self._losses, *self._valid_losses]
        return not losses or bool(torch.stack(losses).isfinite().all())

    @cached_property
    def train_loss(self) -> float:
        """Mean over training images."""
        return _total(self._losses, self._images) / sum(self._images)

    @cached_property
    def train_accuracy(self) -> float:
        """Percent of the training images."""
        return 100 * _total(self._correct, [1] * len(self._correct)) / sum(self._images)

    @cached_property
    def valid_loss(self) -> float | None:
        """Mean over validation images; None where no step had one."""
        images = self._valid_images
        return _total(self._valid_losses, images) / sum(images) if images else None

    def failure(self, epoch: int, learning_rate: float) -> str | None:
        """Says which loss is not finite, where one is."""
        for name, loss in (("training", self.train_loss), ("validation", self.valid_loss)):
            if loss is not None and not math.isfinite(loss):
                return f"{name} loss {loss} in epoch {epoch + 1}, at learning rate {learning_rate:g}"
        return None


def _total(values: list[Tensor], images: list[int]) -> float:
    """Adds values up, each as often as it has images, over all processes."""
    stacked = torch.stack(values).double()
    total = (stacked * torch.tensor(images, device=stacked.device)).sum()
    add_over_processes([total])
    return total.item()


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Computes with so many threads of a CPU within a `with` block."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _build(space: Space[ArchT], data: SearchData, settings: SupernetSettings, seed: int) -> Supernet[ArchT]:
    """Makes the supernet on the CPU, where its parameters are the same whatever the device."""
    with torch.random.fork_rng(devices=()):
        torch.default_generator.manual_seed(seed)
        return space.supernet(classes=data.classes, in_channels=data.in_channels, **settings.network)


def _word(seeds: np.random.SeedSequence) -> int:
    return int(seeds.generate_state(1)[0])
