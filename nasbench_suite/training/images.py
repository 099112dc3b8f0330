"""Labelled images in memory, and a data set's split into training, validation and test images."""

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from nasbench_suite.errors import DatasetError


@dataclass(frozen=True)
class Images:
    """Images with their labels, on one device.

    Attributes:
        pixels: uint8 (N, C, H, W), as in the source.
        labels: int64 (N,), each in [0, classes).
    """

    pixels: Tensor
    labels: Tensor

    def __post_init__(self) -> None:
        if self.pixels.dtype != torch.uint8 or self.pixels.ndim != 4:
            raise DatasetError(f"images must be uint8 (N, C, H, W), got {self.pixels.dtype} {tuple(self.pixels.shape)}")
        if self.labels.dtype != torch.int64 or self.labels.shape != self.pixels.shape[:1]:
            raise DatasetError(
                f"labels must be int64 ({len(self.pixels)},), got {self.labels.dtype} {tuple(self.labels.shape)}"
            )

    def __len__(self) -> int:
        return len(self.labels)

    def check(self, classes: int) -> "Images":
        """Returns the images if every label is in [0, classes).

        Raises:
            DatasetError: there are none, or a label is out of range.
        """
        if not len(self) or not 0 <= int(self.labels.min()) <= int(self.labels.max()) < classes:
            found = f"{self.labels.min()} to {self.labels.max()}" if len(self) else "no image"
            raise DatasetError(f"expected labels from 0 to {classes - 1}, got {found}; download the data again")
        return self

    def select(self, indices: list[int]) -> "Images":
        """Copies the images at these positions, in this order."""
        at = torch.tensor(indices)
        return Images(self.pixels[at], self.labels[at])

    def to(self, device: torch.device) -> "Images":
        """Returns the images on another device."""
        return Images(self.pixels.to(device), self.labels.to(device))


@dataclass(frozen=True)
class ImageDataset:
    """Disjoint training, validation and test images.

    Attributes:
        name: as in configs and tables.
        classes: number of labels.
        mean: of a pixel in each channel, in the pixels' own unit.
        std: standard deviation of a pixel in each channel, in the same unit.
        train: what the parameters are fitted to.
        valid: what a search may see; None where the benchmark has none.
        test: for the judge alone.
        checksum: SHA-256 over the pixels, labels and splits, to tell one source of a data set from another.
    """

    name: str
    classes: int
    mean: tuple[float, ...]
    std: tuple[float, ...]
    train: Images
    valid: Images | None
    test: Images
    checksum: str

    @property
    def in_channels(self) -> int:
        """Channels of an image."""
        return self.train.pixels.shape[1]

    @property
    def size(self) -> int:
        """Height, and width, of an image in pixels."""
        return self.train.pixels.shape[2]

    def to(self, device: torch.device) -> "ImageDataset":
        """Returns the data set on another device."""
        return replace(
            self,
            train=self.train.to(device),
            valid=None if self.valid is None else self.valid.to(device),
            test=self.test.to(device),
        )
