"""The batches of a search, made on the device that holds the images."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from nasbench_suite.distributed import processes, rank
from nasbench_suite.one_shot.batch import Batch
from nasbench_suite.one_shot.data import SearchData
from nasbench_suite.one_shot.settings import SupernetSettings
from nasbench_suite.training.augmentation import augment
from nasbench_suite.training.images import Images


class Batches:
    """Draws and augments images, from a generator of its own for each use.

    All processes draw the same numbers for the whole batch, and each takes its slice of it.
    """

    def __init__(self, data: SearchData, settings: SupernetSettings, seeds: np.random.SeedSequence) -> None:
        """
        Args:
            data: on the device.
            settings: batch size and augmentation.
            seeds: of all that is drawn here; spawned from.
        """
        device = data.train.pixels.device
        train, valid, drawn = seeds.spawn(3)
        self._settings = settings
        self._train = _Source(data.train, settings, train)
        self._valid = _Source(data.valid, settings, valid)
        self._drawn = _Source(data.valid, settings, drawn)
        self._mean = torch.tensor(data.mean, device=device).view(1, -1, 1, 1)
        self._scale = 1 / torch.tensor(data.std, device=device).view(1, -1, 1, 1)
        self._layout = torch.channels_last if settings.channels_last else torch.contiguous_format

    @property
    def steps(self) -> int:
        """Steps of an epoch; the last batch may be smaller than the others."""
        return -(-len(self._train) // self._settings.batch)

    @property
    def valid_images(self) -> int:
        """How many validation images there are."""
        return len(self._valid)

    def epoch(self, with_valid: bool) -> Iterator[tuple[Batch, Batch | None]]:
        """Yields the batches of an epoch, augmented: every training image once, in a new order.

        Args:
            with_valid: whether a batch of validation images comes with each, as large; every image of it is drawn at
                random out of all (Liu et al. 2019, arXiv:1806.09055, in NAS-Bench-201's code).
        """
        images, size = len(self._train), self._settings.batch
        train = self._train.take(self._train.shuffled(), augmented=True)
        valid = self._valid.take(self._valid.drawn(images), augmented=True) if with_valid else None
        for start in range(0, images, size):
            stop = min(start + size, images)
            yield self._batch(train, start, stop), None if valid is None else self._batch(valid, start, stop)

    def valid_batches(self, images: int, augmented: bool) -> Iterator[Batch]:
        """Yields batches of so many validation images, over all processes, without end.

        Without replacement until every image was drawn, then in a new order; the last batch of a round may be smaller.
        """
        while True:
            for chosen in torch.split(self._drawn.shuffled(), images):
                yield self._batch(self._drawn.take(chosen, augmented), 0, len(chosen))

    def evaluation(self) -> Iterator[Batch]:
        """Yields all validation images as they are, in batches of nearly the same size: it decides their statistics."""
        images = len(self._valid)
        parts = -(-images // self._settings.evaluation_batch)
        everything = (self._valid.images.pixels, self._valid.images.labels)
        for part in range(parts):
            yield self._batch(everything, images * part // parts, images * (part + 1) // parts)

    def state(self) -> list[dict[str, Tensor]]:
        """Returns the state of every generator."""
        return [source.state() for source in (self._train, self._valid, self._drawn)]

    def restore(self, state: list[dict[str, Any]]) -> None:
        """Goes back to what `state` returned."""
        for source, saved in zip((self._train, self._valid, self._drawn), state, strict=True):
            source.restore(saved)

    def _batch(self, images: tuple[Tensor, Tensor], start: int, stop: int) -> Batch:
        """Returns this process's slice of images `start` to `stop`, normalised."""
        total = stop - start
        own = slice(start + total * rank() // processes(), start + total * (rank() + 1) // processes())
        pixels = images[0][own].float().sub_(self._mean).mul_(self._scale)
        return Batch(pixels.contiguous(memory_format=self._layout), images[1][own], total)


class _Source:
    """Images, with what draws from them."""

    def __init__(self, images: Images, settings: SupernetSettings, seeds: np.random.SeedSequence) -> None:
        order, augmentation = (int(seed.generate_state(1)[0]) for seed in seeds.spawn(2))
        self.images, self._settings = images, settings
        self._device = images.pixels.device
        # on the CPU whatever the device, so that the order of the images is the same everywhere
        self._order = torch.Generator().manual_seed(order)
        self._augmentation = torch.Generator(self._device).manual_seed(augmentation)

    def __len__(self) -> int:
        return len(self.images)

    def shuffled(self) -> Tensor:
        """Returns all positions, in a new order."""
        return torch.randperm(len(self), generator=self._order).to(self._device)

    def drawn(self, count: int) -> Tensor:
        """Returns positions, each drawn anew."""
        return torch.randint(len(self), (count,), generator=self._order).to(self._device)

    def take(self, positions: Tensor, augmented: bool) -> tuple[Tensor, Tensor]:
        """Returns pixels, augmented or as they are, and labels."""
        pixels, labels = self.images.pixels[positions], self.images.labels[positions]
        if augmented:
            pixels = augment(pixels, self._settings.flip, self._settings.crop_pad, self._augmentation)
        return pixels, labels

    def state(self) -> dict[str, Tensor]:
        return {"order": self._order.get_state(), "augmentation": self._augmentation.get_state()}

    def restore(self, state: dict[str, Any]) -> None:
        self._order.set_state(state["order"])
        self._augmentation.set_state(state["augmentation"])
