"""One attempt at several trials of one network: the parameters, what moves them, and an epoch of it."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 (the name that PyTorch's own documentation uses)
from torch import Tensor

from nasbench_suite.training.arithmetic import autocast, float32_products
from nasbench_suite.training.augmentation import augment
from nasbench_suite.training.clock import clock
from nasbench_suite.training.evaluation import evaluate, measure
from nasbench_suite.training.images import ImageDataset, Images
from nasbench_suite.training.metrics import EpochMetrics, PartMetrics
from nasbench_suite.training.precision import check_precision
from nasbench_suite.training.recipe import Recipe
from nasbench_suite.training.replicas import Build, apart, build_replicas, side_by_side


class Trainer:
    """Replicas of a network in training, one per trial.

    Attributes:
        network: the parameters.
        epochs: the metrics of the epochs done, a list per trial.
        diverged: by trial, why its parameters are of no use any more.
    """

    def __init__(self, build: Build, data: ImageDataset, recipe: Recipe, trials: Sequence[int], attempt: int) -> None:
        """Builds the networks on the data's device; trial and attempt decide all of a replica's randomness."""
        self.device = data.train.pixels.device
        check_precision("precision", recipe.precision, self.device.type)
        self._data, self._recipe, self._trials = data, recipe, tuple(trials)
        parameters, orders, augmentations = zip(*(_derive(trial, attempt) for trial in trials), strict=True)
        self._layout = torch.channels_last if recipe.channels_last else torch.contiguous_format
        self.network = build_replicas(build, parameters).to(self.device)
        self.network.to(memory_format=self._layout)  # type: ignore[call-overload] # not in torch's stubs
        self._call = torch.compile(self.network) if recipe.compile else self.network
        # on the CPU whatever the device, so that the order of the images is the same everywhere
        self._orders = [torch.Generator().manual_seed(word) for word in orders]
        self._augmentations = [torch.Generator(self.device).manual_seed(word) for word in augmentations]
        self._optimizer = recipe.optimizer(self.network.parameters())
        self._mean = torch.tensor(data.mean * len(trials), device=self.device).view(1, -1, 1, 1)
        self._scale = 1 / torch.tensor(data.std * len(trials), device=self.device).view(1, -1, 1, 1)
        self._now = clock(self.device)
        self.epochs: list[list[EpochMetrics]] = [[] for _ in trials]
        self.diverged: dict[int, str] = {}

    def run_epoch(self) -> None:
        """Trains for an epoch, measures, and adds to `epochs`, and to `diverged` where a loss is not finite."""
        number = len(self.epochs[0]) + 1
        with float32_products(self._recipe.precision):
            train, train_seconds = self._fit(number - 1)
            valid, valid_seconds = self._evaluate(self._data.valid)
            wanted = self._recipe.test_every_epoch or number == self._recipe.epochs
            test, test_seconds = self._evaluate(self._data.test if wanted else None)
        for at, trial in enumerate(self._trials):
            self.epochs[at].append(
                EpochMetrics(number, train[at], valid[at], test[at], train_seconds, valid_seconds, test_seconds)
            )
            if not math.isfinite(train[at].loss):
                self.diverged.setdefault(trial, f"training loss {train[at].loss} in epoch {number}")

    def state(self) -> dict[str, Any]:
        """Everything that the next epoch depends on, but for the metrics so far."""
        return {
            "network": self.network.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "orders": [generator.get_state() for generator in self._orders],
            "augmentations": [generator.get_state() for generator in self._augmentations],
            "diverged": self.diverged,
        }

    def parameters(self, trial: int) -> dict[str, Tensor]:
        """Returns the parameters and buffers of one trial's network, as it would have them alone; not copied."""
        at, replicas = self._trials.index(trial), len(self._trials)
        return {
            name: value if value.dim() == 0 else value.chunk(replicas)[at]
            for name, value in self.network.state_dict().items()
        }

    def restore(self, state: dict[str, Any], epochs: list[list[EpochMetrics]]) -> None:
        """Goes back to a state that `state` gave."""
        self.network.load_state_dict(state["network"])
        self._optimizer.load_state_dict(state["optimizer"])
        for generator, saved in zip(self._orders, state["orders"], strict=True):
            generator.set_state(saved)
        for generator, saved in zip(self._augmentations, state["augmentations"], strict=True):
            generator.set_state(saved)
        self.diverged, self.epochs = dict(state["diverged"]), [list(some) for some in epochs]

    def _fit(self, epoch: int) -> tuple[list[PartMetrics], float]:
        """One pass over the training images; metrics of each replica, and its share of the seconds."""
        started = self._now()
        self.network.train()
        recipe, replicas = self._recipe, len(self._trials)
        pixels, labels = self._shuffle()
        outputs = []
        batches = list(zip(torch.split(pixels, recipe.batch), torch.split(labels, recipe.batch), strict=True))
        for step, (batch, wanted) in enumerate(batches):
            for group in self._optimizer.param_groups:
                group["lr"] = recipe.learning_rate_at(epoch, step / len(batches))
            with autocast(self._recipe.precision, self.device):
                logits = apart(self._call(self._prepare(batch)), replicas)
            # the sum over replicas of each one's mean, so that each gets the gradient that it would get alone
            loss = replicas * F.cross_entropy(logits.float().flatten(0, 1), wanted.flatten())
            self._optimizer.zero_grad()
            torch.autograd.backward(loss)
            self._optimizer.step()
            outputs.append(logits.detach())
        metrics = measure(torch.cat(outputs), labels)
        return metrics, (self._now() - started) / replicas

    def _shuffle(self) -> tuple[Tensor, Tensor]:
        """The epoch's augmented images (N, replicas x C, H, W) and labels (N, replicas), in each replica's order."""
        images, recipe = self._data.train, self._recipe
        orders = [torch.randperm(len(images), generator=own).to(self.device) for own in self._orders]
        pixels = [
            augment(images.pixels[order], recipe.flip, recipe.crop_pad, own)
            for order, own in zip(orders, self._augmentations, strict=True)
        ]
        return side_by_side(pixels), torch.stack([images.labels[order] for order in orders], 1)

    def _evaluate(self, images: Images | None) -> tuple[Sequence[PartMetrics | None], float | None]:
        """PartMetrics of each replica, and its share of the seconds."""
        replicas = len(self._trials)
        if images is None:
            return [None] * replicas, None
        started = self._now()
        with autocast(self._recipe.precision, self.device):
            metrics = evaluate(self.network, images, self._prepare, replicas, self._recipe.evaluation_batch)
        return metrics, (self._now() - started) / replicas

    def _prepare(self, pixels: Tensor) -> Tensor:
        """uint8 (B, C, H, W) to normalised float32."""
        normalised = pixels.float().sub_(self._mean).mul_(self._scale)
        return normalised.contiguous(memory_format=self._layout)


def _derive(trial: int, attempt: int) -> tuple[int, ...]:
    """Seeds of the parameters, the order of the images and their augmentation."""
    return tuple(int(word) for word in np.random.SeedSequence(trial, spawn_key=(attempt,)).generate_state(3))
