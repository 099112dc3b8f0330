"""ImageNet16-120: ImageNet at 16x16 pixels (Chrabaszcz et al. 2017, arXiv:1707.08819), its first 120 classes."""

from pathlib import Path
from typing import Any

import numpy as np
import torch

from nasbench_suite.errors import DatasetError
from nasbench_suite.training.checksum import data_checksum
from nasbench_suite.training.files import Published, read
from nasbench_suite.training.images import ImageDataset, Images
from nasbench_suite.training.splits import evaluation_halves

CLASSES = 120
EVALUATION = 6_000  # images, of which the published halves are lists

# checksums: those that NAS-Bench-201's code checks
IMAGENET16 = Published(
    "ImageNet16",
    None,
    "https://image-net.org/download-images (downsampled ImageNet, 16x16, training and validation)",
    {
        "train_data_batch_1": "27846dcaa50de8e21a7d1a35f30f0e91",
        "train_data_batch_2": "c7254a054e0e795c69120a5727050e3f",
        "train_data_batch_3": "4333d3df2e5ffb114b05d2ffc19b1e87",
        "train_data_batch_4": "1620cdf193304f4a92677b695d70d10f",
        "train_data_batch_5": "348b3c2fdbb3940c4e9e834affd3b18d",
        "train_data_batch_6": "6e765307c242a1b3d7d5ef9139b48945",
        "train_data_batch_7": "564926d8cbf8fc4818ba23d2faac7564",
        "train_data_batch_8": "f4755871f718ccb653440b9dd0ebac66",
        "train_data_batch_9": "bb6dd660c38c58552125b1a92f86b5d4",
        "train_data_batch_10": "8f03f34ac4b42271a294f91bf480f29b",
        "val_data": "3410e3017fdaefba8d5073aaa65e4bd6",
    },
)


def load_imagenet16_120(root: Path, official: bool = True) -> ImageDataset:
    """Loads ImageNet16-120: 151,700 training images; halves of the 6,000 validation images to validate and to test.

    Args:
        root: holds the folder `ImageNet16` with `train_data_batch_1` .. `train_data_batch_10` and `val_data`.
        official: whether the files must have the published checksums.

    Raises:
        DatasetError: says what is missing or wrong, and where to get it.
    """
    *batches, evaluation = (_first_classes(batch) for batch in read(IMAGENET16, root, official))
    train = Images(torch.cat([batch.pixels for batch in batches]), torch.cat([batch.labels for batch in batches]))
    if len(evaluation) != EVALUATION:
        raise DatasetError(f"ImageNet16-120: expected {EVALUATION} validation images, got {len(evaluation)}")
    valid, test = (evaluation.select(half) for half in evaluation_halves("ImageNet16-120"))
    return ImageDataset(
        name="ImageNet16-120",
        classes=CLASSES,
        # NAS-Bench-201's constants, in units of a pixel
        mean=(122.68, 116.66, 104.01),
        std=(63.22, 61.26, 65.09),
        train=train,
        valid=valid,
        test=test,
        checksum=data_checksum(train, valid, test),
    )


def _first_classes(batch: dict[bytes, Any]) -> Images:
    try:
        pixels = np.asarray(batch[b"data"], np.uint8).reshape(-1, 3, 16, 16)
        labels = np.asarray(batch[b"labels"], np.int64) - 1  # the files count from 1
        kept = labels < CLASSES
        images = Images(torch.from_numpy(pixels[kept]), torch.from_numpy(labels[kept]))
    except (KeyError, ValueError, TypeError, IndexError) as error:
        raise DatasetError(f"expected ImageNet16's `data` and `labels`, got {error!r}; download it again") from error
    return images.check(CLASSES)
