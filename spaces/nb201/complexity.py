"""Parameters and FLOPs of an architecture's network by arithmetic (Dong and Yang 2020, arXiv:2001.00326, section 2).

Every edge of the cell counts, whether it is connected to the output or not.
"""

from nasbench_suite.spaces.nb201.architecture import CONV_1X1, CONV_3X3, Architecture, check

CLASSES = {"cifar10-valid": 10, "cifar10": 10, "cifar100": 100, "ImageNet16-120": 120}
TRIAL_SETS = tuple(CLASSES)
"""Those that the benchmark was measured on."""
SIZES = {"cifar10-valid": 32, "cifar10": 32, "cifar100": 32, "ImageNet16-120": 16}


def parameters(arch: Architecture, classes: int, channels: int = 16, cells: int = 5, in_channels: int = 3) -> int:
    """Counts the trainable parameters of `network.NB201Network` without building it.

    Args:
        arch: six operation indices.
        classes: outputs of the classifier.
        channels: of the first stage.
        cells: in each of the three stages.
        in_channels: of the images.
    """
    ones, threes = _convolutions(arch)
    total = 9 * in_channels * channels + 2 * channels
    for width in (channels, 2 * channels, 4 * channels):
        total += cells * ((9 * threes + ones) * width * width + (threes + ones) * 2 * width)
        if width > channels:
            half = width // 2
            total += 9 * half * width + 9 * width * width + half * width + 4 * width
    return total + 2 * 4 * channels + (4 * channels + 1) * classes


def flops(arch: Architecture, classes: int, size: int, channels: int = 16, cells: int = 5, in_channels: int = 3) -> int:
    """Counts the paper's FLOPs of one image without building the network.

    They are the multiply-adds of every convolution and of the classifier, and the classifier's bias.

    Args:
        arch: six operation indices.
        classes: outputs of the classifier.
        size: height and width of the image.
        channels: of the first stage.
        cells: in each of the three stages.
        in_channels: of the image.
    """
    ones, threes = _convolutions(arch)
    pixels = size * size
    total = 9 * in_channels * channels * pixels
    for width in (channels, 2 * channels, 4 * channels):
        if width > channels:
            half, pixels = width // 2, pixels // 4
            total += (9 * half * width + 9 * width * width + half * width) * pixels
        total += cells * (9 * threes + ones) * width * width * pixels
    return total + (4 * channels + 1) * classes


def published_parameters(arch: Architecture, trial_set: str) -> float:
    """Returns the parameters of the benchmark's network for a trial set, in millions."""
    return parameters(arch, CLASSES[trial_set]) / 1e6


def published_flops(arch: Architecture, trial_set: str) -> float:
    """Returns the FLOPs of the benchmark's network for a trial set's images, in millions."""
    return flops(arch, CLASSES[trial_set], SIZES[trial_set]) / 1e6


def _convolutions(arch: Architecture) -> tuple[int, int]:
    check(arch)
    return arch.count(CONV_1X1), arch.count(CONV_3X3)
