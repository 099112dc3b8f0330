"""Parameters and FLOPs of a cell's network by arithmetic, to hold the published figures against.

The network of Dong and Yang 2020 (16 channels, 5 cells a stage) is linear in the numbers of convolutions of the
cell; connected or not, every edge counts.
"""

from collections.abc import Sequence

CONV_1X1, CONV_3X3 = 2, 3
"""Places of the two operations with weights among the space's operations."""

# parameters of the last layer beyond that for ten classes
_CLASSIFIER = {"cifar10-valid": 0, "cifar10": 0, "cifar100": 5_850, "ImageNet16-120": 7_150}

TRIAL_SETS = tuple(_CLASSIFIER)
"""Those that the benchmark was measured on."""


def parameters(cell: Sequence[int], trial_set: str) -> float:
    """Returns the network's parameters in millions.

    Args:
        cell: six operation indices.
        trial_set: what it is trained on, which sets the number of classes.
    """
    ones, threes = _convolutions(cell)
    return (73_306 + 243_040 * threes + 28_000 * ones + _CLASSIFIER[trial_set]) / 1e6


def flops(cell: Sequence[int], trial_set: str) -> float:
    """Returns the FLOPs of one image in millions, counted as the benchmark does.

    Args:
        cell: six operation indices.
        trial_set: what it is trained on, which sets the size of the images and the number of classes.
    """
    ones, threes = _convolutions(cell)
    on_cifar10 = 7.78305 + 35.38944 * threes + 3.93216 * ones
    if trial_set == "ImageNet16-120":
        # a quarter of the pixels, but for the last layer
        return (on_cifar10 - 0.00065) / 4 + 0.0078
    return on_cifar10 + _CLASSIFIER[trial_set] / 1e6


def _convolutions(cell: Sequence[int]) -> tuple[int, int]:
    return cell.count(CONV_1X1), cell.count(CONV_3X3)
