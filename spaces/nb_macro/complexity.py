"""Parameters and FLOPs of a NAS-Bench-Macro network by arithmetic; both equal those of the published file."""

from collections.abc import Iterator
from typing import NamedTuple

from nasbench_suite.spaces.nb_macro.architecture import MB3_K3, MB6_K5, STAGES, MacroArchitecture, check

LAST_CHANNELS = 1280
"""Of the 1x1 convolution before the classifier."""


class Block(NamedTuple):
    """How an inverted residual block is made.

    Attributes:
        expansion: the inner channels as a multiple of those that enter.
        kernel: width of the depthwise convolution.
    """

    expansion: int
    kernel: int


BLOCKS = {MB3_K3: Block(3, 3), MB6_K5: Block(6, 5)}


class Layer(NamedTuple):
    """A layer in its place.

    Attributes:
        operation: index into `OPERATIONS`.
        in_channels: that enter.
        out_channels: that leave.
        stride: 2 in the first layer of a stage, else 1.
    """

    operation: int
    in_channels: int
    out_channels: int
    stride: int


def layers(arch: MacroArchitecture, channels: int) -> Iterator[Layer]:
    """Lists the layers of a network whose stem has that many channels."""
    operations = iter(check(arch))
    for count in STAGES:
        yield Layer(next(operations), channels, 2 * channels, 2)
        channels *= 2
        for _ in range(count - 1):
            yield Layer(next(operations), channels, channels, 1)


def parameters(arch: MacroArchitecture, classes: int = 10, channels: int = 32, in_channels: int = 3) -> int:
    """Counts the trainable parameters of `network.NBMacroNetwork` without building it.

    Args:
        arch: eight operation indices.
        classes: outputs of the classifier.
        channels: of the stem.
        in_channels: of the images.
    """
    total, out = 9 * in_channels * channels + 2 * channels, channels
    for layer in layers(arch, channels):
        _, start, out, stride = layer
        if layer.operation in BLOCKS:
            expansion, kernel = BLOCKS[layer.operation]
            inner = expansion * start
            total += (start + kernel**2 + out) * inner + 2 * (2 * inner + out)
        elif stride == 2:
            total += start * out + 2 * out
    return total + out * LAST_CHANNELS + 2 * LAST_CHANNELS + (LAST_CHANNELS + 1) * classes


def flops(arch: MacroArchitecture, size: int, classes: int = 10, channels: int = 32, in_channels: int = 3) -> int:
    """Counts the published FLOPs of one image: the multiply-adds of convolutions and classifier, no bias.

    Args:
        arch: eight operation indices.
        size: height and width of the image.
        classes: outputs of the classifier.
        channels: of the stem.
        in_channels: of the image.
    """
    total, out = 9 * in_channels * channels * size**2, channels
    for layer in layers(arch, channels):
        _, start, out, stride = layer
        before, size = size, (size + stride - 1) // stride
        if layer.operation in BLOCKS:
            expansion, kernel = BLOCKS[layer.operation]
            inner = expansion * start
            total += start * inner * before**2 + (kernel**2 + out) * inner * size**2
        elif stride == 2:
            total += start * out * size**2
    return total + out * LAST_CHANNELS * size**2 + LAST_CHANNELS * classes
