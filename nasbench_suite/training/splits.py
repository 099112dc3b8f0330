"""Which image is for what: fixed lists of indices, the same everywhere."""

import random
from base64 import b64decode
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml


def cifar10_halves() -> tuple[list[int], list[int]]:
    """NAS-Bench-201's halves of CIFAR-10's 50,000 training images: its `cifar10-valid` training and validation set.

    Python's own generator, seeded with 1021, shuffles 0 .. 49,999; the halves are sorted. This is the published list.
    """
    order = _shuffled(50_000, 1021)
    return sorted(order[:25_000]), sorted(order[25_000:])


def evaluation_halves(dataset: str) -> tuple[list[int], list[int]]:
    """NAS-Bench-201's halves of an original evaluation set: `x-valid`, to validate, and `x-test`, each sorted.

    Args:
        dataset: `cifar100`, of whose 10,000 test images, or `ImageNet16-120`, of whose 6,000 validation images.
    """
    published = _x_valid()[dataset]
    bits = np.frombuffer(b64decode(published["valid"].replace(" ", "")), np.uint8)
    is_valid = np.unpackbits(bits, count=published["images"], bitorder="little").astype(bool)
    return np.flatnonzero(is_valid).tolist(), np.flatnonzero(~is_valid).tolist()


@cache
def _x_valid() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("x_valid.yaml").read_text())
    return found


def digits_parts(images: int, train: int, valid: int) -> tuple[list[int], list[int], list[int]]:
    """Training, validation and test part of scikit-learn's digits, each sorted.

    The images come ordered by writer, so they are shuffled, by Python's own generator seeded with 1021.
    """
    order = _shuffled(images, 1021)
    return sorted(order[:train]), sorted(order[train : train + valid]), sorted(order[train + valid :])


def _shuffled(images: int, seed: int) -> list[int]:
    order = list(range(images))
    random.Random(seed).shuffle(order)
    return order
