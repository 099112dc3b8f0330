"""Parameters and FLOPs of a size-space network by arithmetic, counted as NATS-Bench does (arXiv:2009.00437)."""

from collections.abc import Iterator
from typing import NamedTuple

from nasbench_suite.spaces.nats_sss.architecture import Widths, number
from nasbench_suite.spaces.nb201.complexity import CLASSES, SIZES


class _Convolution(NamedTuple):
    """A convolution without bias.

    Attributes:
        parameters: its own.
        channels: that batch normalisation scales and shifts behind it; 0 where there is none.
        shrink: how often the image was halved before its output.
    """

    parameters: int
    channels: int
    shrink: int


def parameters(arch: Widths, classes: int, in_channels: int = 3) -> int:
    """Counts the trainable parameters of `network.SizeNetwork` without building it.

    Args:
        arch: five widths.
        classes: outputs of the classifier.
        in_channels: of the images.
    """
    body = sum(one.parameters + 2 * one.channels for one in _convolutions(arch, in_channels))
    return body + 2 * arch[-1] + (arch[-1] + 1) * classes


def flops(arch: Widths, classes: int, size: int, in_channels: int = 3) -> int:
    """Counts the paper's FLOPs of one image: multiply-adds of convolutions and classifier, and the classifier's bias.

    Args:
        arch: five widths.
        classes: outputs of the classifier.
        size: height and width of the image.
        in_channels: of the image.
    """
    body = sum(one.parameters * (size >> one.shrink) ** 2 for one in _convolutions(arch, in_channels))
    return body + (arch[-1] + 1) * classes


def published_parameters(arch: Widths, trial_set: str) -> float:
    """Returns the parameters of the benchmark's network for a trial set, in millions."""
    return parameters(arch, CLASSES[trial_set]) / 1e6


def published_flops(arch: Widths, trial_set: str) -> float:
    """Returns the FLOPs of the benchmark's network for a trial set's images, in millions."""
    return flops(arch, CLASSES[trial_set], SIZES[trial_set]) / 1e6


def _convolutions(arch: Widths, in_channels: int) -> Iterator[_Convolution]:
    number(arch)
    stage1, block1, stage2, block2, stage3 = arch
    yield _Convolution(9 * in_channels * stage1, stage1, 0)
    yield from _cell(stage1, stage1, 0)
    yield from _block(stage1, block1, 1)
    yield from _cell(block1, stage2, 1)
    yield from _block(stage2, block2, 2)
    yield from _cell(block2, stage3, 2)


def _cell(before: int, width: int, shrink: int) -> Iterator[_Convolution]:
    """Two convolutions on the cell's input, three within, and the skip, a projection where the widths differ."""
    yield from [_Convolution(9 * before * width, width, shrink)] * 2
    yield from [_Convolution(9 * width * width, width, shrink)] * 3
    if before != width:
        yield _Convolution(before * width, width, shrink)


def _block(before: int, width: int, shrink: int) -> Iterator[_Convolution]:
    yield _Convolution(9 * before * width, width, shrink)
    yield _Convolution(9 * width * width, width, shrink)
    yield _Convolution(before * width, 0, shrink)
