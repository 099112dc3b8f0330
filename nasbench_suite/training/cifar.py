"""CIFAR-10 and CIFAR-100 (Krizhevsky 2009) in their official python layout."""

from pathlib import Path
from typing import Any

import numpy as np
import torch

from nasbench_suite.errors import DatasetError
from nasbench_suite.training.checksum import data_checksum
from nasbench_suite.training.files import Published, read
from nasbench_suite.training.images import ImageDataset, Images
from nasbench_suite.training.splits import cifar10_halves, evaluation_halves

# checksums: the authors publish the archive's; those of the files are the ones that torchvision checks
CIFAR10 = Published(
    "cifar-10-batches-py",
    "cifar-10-python.tar.gz",
    "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
    {
        "data_batch_1": "c99cafc152244af753f735de768cd75f",
        "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
        "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
        "data_batch_4": "634d18415352ddfa80567beed471001a",
        "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
        "test_batch": "40351d587109b95175f43aff81a1287e",
    },
)
CIFAR100 = Published(
    "cifar-100-python",
    "cifar-100-python.tar.gz",
    "https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz",
    {"train": "16019d7e3df5f24257cddd939b257f8d", "test": "f0ef6b0ae62326f3e7ffdfab6717acfc"},
)

# NAS-Bench-201's constants, in units of a pixel
_CIFAR10_MEAN, _CIFAR10_STD = (125.3, 123.0, 113.9), (63.0, 62.1, 66.7)
_CIFAR100_MEAN, _CIFAR100_STD = (129.3, 124.1, 112.4), (68.2, 65.4, 70.4)


def load_cifar10(root: Path, official: bool = True) -> ImageDataset:
    """Loads CIFAR-10 as NAS-Bench-201's trial set `cifar10` does: all 50,000 to train on, no validation images.

    Args:
        root: holds `cifar-10-batches-py` or `cifar-10-python.tar.gz`.
        official: whether the files must have the published checksums.

    Raises:
        DatasetError: says what is missing or wrong, and where to get it.
    """
    train, test = _cifar10(root, official)
    return _dataset("cifar10", 10, train, None, test, _CIFAR10_MEAN, _CIFAR10_STD)


def load_cifar10_valid(root: Path, official: bool = True) -> ImageDataset:
    """Loads CIFAR-10 as the trial set `cifar10-valid` does: half of the 50,000 to train on, half to validate.

    Arguments and errors are those of `load_cifar10`.
    """
    everything, test = _cifar10(root, official)
    train, valid = (everything.select(half) for half in cifar10_halves())
    return _dataset("cifar10-valid", 10, train, valid, test, _CIFAR10_MEAN, _CIFAR10_STD)


def load_cifar10_nb101(root: Path, official: bool = True) -> ImageDataset:
    """Loads CIFAR-10 as NAS-Bench-101 does: four of the five training files to train on, the fifth to validate.

    Arguments and errors are those of `load_cifar10`.
    """
    everything, test = _cifar10(root, official)
    train, valid = everything.select(list(range(40_000))), everything.select(list(range(40_000, 50_000)))
    return _dataset("cifar10-nb101", 10, train, valid, test, _CIFAR10_MEAN, _CIFAR10_STD)


def load_cifar100(root: Path, official: bool = True) -> ImageDataset:
    """Loads CIFAR-100: all 50,000 to train on; halves of the test set to validate and to test.

    Args:
        root: holds `cifar-100-python` or `cifar-100-python.tar.gz`.
        official: whether the files must have the published checksums.

    Raises:
        DatasetError: says what is missing or wrong, and where to get it.
    """
    train, test = (_images(batch, b"fine_labels", 100) for batch in read(CIFAR100, root, official))
    _expect("CIFAR-100", train, test)
    valid, test = (test.select(half) for half in evaluation_halves("cifar100"))
    return _dataset("cifar100", 100, train, valid, test, _CIFAR100_MEAN, _CIFAR100_STD)


def _cifar10(root: Path, official: bool) -> tuple[Images, Images]:
    *batches, test = (_images(batch, b"labels", 10) for batch in read(CIFAR10, root, official))
    train = Images(torch.cat([batch.pixels for batch in batches]), torch.cat([batch.labels for batch in batches]))
    _expect("CIFAR-10", train, test)
    return train, test


def _images(batch: dict[bytes, Any], labels: bytes, classes: int) -> Images:
    try:
        pixels = np.asarray(batch[b"data"], np.uint8).reshape(-1, 3, 32, 32)
        images = Images(torch.from_numpy(pixels.copy()), torch.tensor(batch[labels], dtype=torch.int64))
    except (KeyError, ValueError, TypeError) as error:
        raise DatasetError(
            f"expected CIFAR's `data` and `{labels.decode()}`, got {error!r}; download it again"
        ) from error
    return images.check(classes)


def _expect(name: str, train: Images, test: Images) -> None:
    if (len(train), len(test)) != (50_000, 10_000):
        raise DatasetError(f"{name}: expected 50000 training and 10000 test images, got {len(train)} and {len(test)}")


def _dataset(
    name: str,
    classes: int,
    train: Images,
    valid: Images | None,
    test: Images,
    mean: tuple[float, ...],
    std: tuple[float, ...],
) -> ImageDataset:
    return ImageDataset(name, classes, mean, std, train, valid, test, data_checksum(train, valid, test))
