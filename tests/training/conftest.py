from dataclasses import replace

import pytest
import torch

from nasbench_suite.training.digits import load_digits
from nasbench_suite.training.images import ImageDataset
from nasbench_suite.training.recipe import Recipe


@pytest.fixture(scope="session")
def digits() -> ImageDataset:
    """The digits, with few enough training images for a test."""
    data = load_digits()
    return replace(data, train=data.train.select(list(range(70))))


@pytest.fixture
def recipe() -> Recipe:
    return Recipe(
        epochs=3,
        batch=32,
        learning_rate=0.1,
        momentum=0.9,
        weight_decay=5e-4,
        flip=False,
        crop_pad=1,
        precision="float32",
        channels_last=True,
        compile=False,
        test_every_epoch=False,
        evaluation_batch=256,
        attempts=5,
    )


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)
