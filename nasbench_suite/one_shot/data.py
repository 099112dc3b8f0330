"""What a supernet is trained on: a data set's training and validation images. The test images stay away."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from nasbench_suite.errors import ConfigError
from nasbench_suite.space import Space
from nasbench_suite.training.datasets import load_dataset
from nasbench_suite.training.images import Images


@dataclass(frozen=True)
class SearchData:
    """Images of a search: parameters are fitted to one part, architectures to the other.

    Attributes:
        name: as in `load_dataset`.
        classes: number of labels.
        mean: of a pixel in each channel, in the pixels' own unit.
        std: standard deviation of a pixel in each channel, in the same unit.
        train: what the supernet's parameters are fitted to.
        valid: what architectures are chosen by.
        checksum: of the whole data set, to tell one source of it from another.
    """

    name: str
    classes: int
    mean: tuple[float, ...]
    std: tuple[float, ...]
    train: Images
    valid: Images
    checksum: str

    @property
    def in_channels(self) -> int:
        """Channels of an image."""
        return self.train.pixels.shape[1]

    def to(self, device: torch.device) -> "SearchData":
        """Returns the images on another device."""
        return replace(self, train=self.train.to(device), valid=self.valid.to(device))


def load_search_data(space: Space[Any], dataset: str, root: str | None, official: bool) -> SearchData:
    """Loads the parts of a data set that a search may see, split as the space's paper does.

    NAS-Bench-201 (Dong and Yang 2020, section 5) splits CIFAR-10's training images in halves; on CIFAR-100 and
    ImageNet16-120 it trains on all of them, and validates on half of what is the evaluation set elsewhere.

    Args:
        space: says which trial set a search on the data set uses.
        dataset: as in the configuration.
        root: folder of downloaded data sets; None for the default.
        official: whether they must have their published checksums.

    Raises:
        ConfigError: the data set has no validation images.
        DatasetError: it is not there.
        UnknownDatasetError: there is none of this name.
    """
    name = space.datasets.get(dataset, (dataset, dataset))[0]
    data = load_dataset(name, None if root is None else Path(root), official)
    if data.valid is None:
        raise ConfigError(
            f"dataset={dataset}: expected one with validation images to search by, such as cifar10-valid, got {name}, "
            "which has none"
        )
    return SearchData(name, data.classes, data.mean, data.std, data.train, data.valid, data.checksum)
