"""One attempt at a training: the weights, what moves them, and an epoch of it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 (the name that PyTorch's own documentation uses)
from torch import Tensor, nn

from nasbench_suite.training.augmentation import augment
from nasbench_suite.training.clock import clock
from nasbench_suite.training.evaluation import evaluate, measure
from nasbench_suite.training.images import ImageDataset, Images
from nasbench_suite.training.metrics import EpochMetrics, Metrics
from nasbench_suite.training.recipe import Recipe

Build = Callable[[], nn.Module]
"""Builds a network on the CPU, with fresh weights drawn from torch's own CPU generator."""


class NotFiniteError(ArithmeticError):
    """The training loss became infinite or not a number."""


class Trainer:
    """A network in training.

    Attributes:
        network: the weights.
        epochs: metrics of the epochs done.
    """

    def __init__(self, build: Build, data: ImageDataset, recipe: Recipe, seed: int, attempt: int) -> None:
        """Builds the network on the data's device; (seed, attempt) decides all randomness."""
        self.device = data.train.pixels.device
        weights, order, augmentation = (
            int(word) for word in np.random.SeedSequence(seed, spawn_key=(attempt,)).generate_state(3)
        )
        with torch.random.fork_rng(devices=()):
            torch.default_generator.manual_seed(weights)
            network = build()
        self._layout = torch.channels_last if recipe.channels_last else torch.contiguous_format
        self.network = network.to(self.device, memory_format=self._layout)
        self._call: Callable[[Tensor], Tensor] = torch.compile(network) if recipe.compile else network
        self.epochs: list[EpochMetrics] = []
        self._data, self._recipe = data, recipe
        self._optimizer = torch.optim.SGD(
            network.parameters(),
            lr=recipe.learning_rate,
            momentum=recipe.momentum,
            weight_decay=recipe.weight_decay,
            nesterov=True,
            fused=True,
        )
        # on the CPU whatever the device, so that the order of the images is the same everywhere
        self._order = torch.Generator().manual_seed(order)
        self._augmentation = torch.Generator(self.device).manual_seed(augmentation)
        self._mean = torch.tensor(data.mean, device=self.device).view(1, -1, 1, 1)
        self._std = torch.tensor(data.std, device=self.device).view(1, -1, 1, 1)
        self._now = clock(self.device)

    def run_epoch(self) -> EpochMetrics:
        """Trains for an epoch, measures, and appends the metrics to `epochs`.

        Raises:
            NotFiniteError: the training loss was not finite; the weights are then of no use.
        """
        epoch = len(self.epochs)
        started = self._now()
        train = self._fit(self._recipe.learning_rate_at(epoch))
        train_seconds = self._now() - started
        if not np.isfinite(train.loss):
            raise NotFiniteError(f"training loss {train.loss} in epoch {epoch + 1}")
        valid, valid_seconds = self._evaluate(self._data.valid)
        last = epoch + 1 == self._recipe.epochs
        wanted = self._data.test if last or self._recipe.test_every_epoch else None
        test, test_seconds = self._evaluate(wanted)
        self.epochs.append(
            EpochMetrics(epoch + 1, train, valid, test, train_seconds, valid_seconds, test_seconds)
        )
        return self.epochs[-1]

    def state(self) -> dict[str, Any]:
        """Everything that the next epoch depends on, but for the metrics so far."""
        return {
            "network": self.network.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "order": self._order.get_state(),
            "augmentation": self._augmentation.get_state(),
        }

    def restore(self, state: dict[str, Any], epochs: list[EpochMetrics]) -> None:
        """Goes back to a state that `state` gave."""
        self.network.load_state_dict(state["network"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._order.set_state(state["order"])
        self._augmentation.set_state(state["augmentation"])
        self.epochs = list(epochs)

    def _fit(self, learning_rate: float) -> Metrics:
        for group in self._optimizer.param_groups:
            group["lr"] = learning_rate
        self.network.train()
        recipe, images = self._recipe, self._data.train
        order = torch.randperm(len(images), generator=self._order).to(self.device)
        outputs = []
        for batch in order.split(recipe.batch):
            pixels = augment(images.pixels[batch], recipe.flip, recipe.crop_pad, self._augmentation)
            with self._precision():
                logits = self._call(self._prepare(pixels))
                loss = F.cross_entropy(logits, images.labels[batch])
            self._optimizer.zero_grad()
            loss.backward()
            self._optimizer.step()
            outputs.append(logits.detach())
        return measure(torch.cat(outputs), images.labels[order])

    def _evaluate(self, images: Images | None) -> tuple[Metrics | None, float | None]:
        if images is None:
            return None, None
        started = self._now()
        with self._precision():
            metrics = evaluate(self.network, images, self._prepare)
        return metrics, self._now() - started

    def _prepare(self, pixels: Tensor) -> Tensor:
        """uint8 (B, C, H, W) to normalised float32."""
        normalised = pixels.float().sub_(self._mean).div_(self._std)
        return normalised.contiguous(memory_format=self._layout)

    def _precision(self) -> AbstractContextManager[object]:
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self._recipe.precision == "bfloat16")
