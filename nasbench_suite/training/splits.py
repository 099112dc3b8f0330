"""Which image is for what: fixed lists of indices, computed the same way everywhere."""

import random


def cifar10_halves() -> tuple[list[int], list[int]]:
    """NAS-Bench-201's halves of CIFAR-10's 50,000 training images: its `cifar10-valid` training and validation set.

    Python's own generator, seeded with 1021, shuffles 0 .. 49,999; the halves are sorted. This is the published list.
    """
    return _shuffled_halves(50_000, 1021)


def evaluation_halves(images: int) -> tuple[list[int], list[int]]:
    """Halves of an original evaluation set, for the validation and the test of CIFAR-100 and ImageNet16-120.

    The paper halves both at random. Its lists are published as files that no seed is known to produce, so these halves
    are another draw of the same kind, made like those of CIFAR-10: accuracies on them differ from the paper's by the
    sampling of 5,000 or 3,000 images.
    """
    return _shuffled_halves(images, 1021)


def digits_parts(images: int, train: int, valid: int) -> tuple[list[int], list[int], list[int]]:
    """Training, validation and test part of scikit-learn's digits, each sorted.

    The images come ordered by writer, so they are shuffled, by Python's own generator seeded with 1021.
    """
    order = _shuffled(images, 1021)
    return sorted(order[:train]), sorted(order[train : train + valid]), sorted(order[train + valid :])


def _shuffled_halves(images: int, seed: int) -> tuple[list[int], list[int]]:
    order = _shuffled(images, seed)
    return sorted(order[: images // 2]), sorted(order[images // 2 :])


def _shuffled(images: int, seed: int) -> list[int]:
    order = list(range(images))
    random.Random(seed).shuffle(order)
    return order
