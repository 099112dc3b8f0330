"""The data sets that can be trained on, by name."""

from pathlib import Path

from nasbench_suite.errors import UnknownDatasetError
from nasbench_suite.folders import home
from nasbench_suite.training.cifar import load_cifar10, load_cifar10_nb101, load_cifar10_valid, load_cifar100
from nasbench_suite.training.digits import load_digits
from nasbench_suite.training.imagenet16 import load_imagenet16_120
from nasbench_suite.training.images import ImageDataset

_FROM_FILES = {
    "cifar10": load_cifar10,
    "cifar10-valid": load_cifar10_valid,
    "cifar10-nb101": load_cifar10_nb101,
    "cifar100": load_cifar100,
    "ImageNet16-120": load_imagenet16_120,
}

DATASETS = (*_FROM_FILES, "digits")
"""Every name that `load_dataset` knows."""


def datasets_folder() -> Path:
    """Where downloaded data sets are looked for, below the folder of the user's data."""
    return home() / "datasets"


def load_dataset(name: str, root: Path | None = None, official: bool = True) -> ImageDataset:
    """Loads a data set with its training, validation and test images.

    Args:
        name: one of `DATASETS`.
        root: holds its folder or archive; `datasets_folder()` unless given. The digits come with scikit-learn.
        official: whether files must have their published checksums. Without, the files are taken as they are and only
            `ImageDataset.checksum` tells them from the published ones.

    Raises:
        UnknownDatasetError: there is none of this name.
        DatasetError: says what is missing or wrong, where to get it and where to put it.
    """
    if name == "digits":
        return load_digits()
    if name not in _FROM_FILES:
        raise UnknownDatasetError(f"expected one of {', '.join(DATASETS)} to train on, got {name!r}")
    return _FROM_FILES[name](datasets_folder() if root is None else root, official)
