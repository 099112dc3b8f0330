"""Handwritten digits: the 1,797 8x8 images that come with scikit-learn (UCI ML hand-written digits, test part)."""

import numpy as np
import torch

from nasbench_suite.training.checksum import data_checksum
from nasbench_suite.training.images import ImageDataset, Images
from nasbench_suite.training.splits import digits_parts

TRAIN, VALID = 397, 600  # the other 800 are the test set


def load_digits() -> ImageDataset:
    """Loads the digits: 397 training, 600 validation and 800 test images of one channel, pixels 0 .. 16."""
    # scikit-learn takes a second to load, and only this data set needs it
    from sklearn.datasets import load_digits as load

    pixels, labels = load(return_X_y=True)
    everything = Images(
        torch.from_numpy(pixels.astype(np.uint8).reshape(-1, 1, 8, 8)), torch.from_numpy(labels.astype(np.int64))
    )
    train, valid, test = (everything.select(part) for part in digits_parts(len(everything), TRAIN, VALID))
    values = train.pixels.double()
    return ImageDataset(
        name="digits",
        classes=10,
        mean=(float(values.mean()),),
        std=(float(values.std()),),
        train=train,
        valid=valid,
        test=test,
        checksum=data_checksum(train, valid, test),
    )
