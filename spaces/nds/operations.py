"""The operations of cells, as NDS and DARTS build them, of which every family has its own.

Convolutions have no bias, begin with a ReLU and end with batch normalisation. A stride of 2 halves height and width,
rounding up.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from nasbench_suite.average_pool import AveragePool


class StridedZero(nn.Module):
    """The operation `none`: zeros."""

    def __init__(self, stride: int) -> None:
        super().__init__()
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) -> (B, C, H / stride, W / stride)."""
        return torch.zeros_like(x[:, :, :: self.stride, :: self.stride])


class FactorizedReduction(nn.Module):
    """Halves height and width: a 1x1 convolution sees the even pixels, another the odd ones, for half the channels."""

    def __init__(self, in_channels: int, out_channels: int, affine: bool = True) -> None:
        super().__init__()
        self.even = nn.Conv2d(in_channels, out_channels // 2, 1, 2, bias=False)
        self.odd = nn.Conv2d(in_channels, out_channels - out_channels // 2, 1, 2, bias=False)
        self.normalisation = nn.BatchNorm2d(out_channels, affine=affine)

    def forward(self, x: Tensor) -> Tensor:
        """(B, in, H, W) -> (B, out, H / 2, W / 2)."""
        x = torch.relu(x)
        # a row and a column of zeros, so that odd sizes have as many odd pixels as even ones
        shifted = nn.functional.pad(x, (0, 1, 0, 1))[:, :, 1:, 1:]
        out: Tensor = self.normalisation(torch.cat([self.even(x), self.odd(shifted)], dim=1))
        return out


def relu_conv(in_channels: int, out_channels: int, kernel: int, stride: int = 1, affine: bool = True) -> nn.Sequential:
    """ReLU, convolution, batch normalisation."""
    return nn.Sequential(
        nn.ReLU(),
        nn.Conv2d(in_channels, out_channels, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(out_channels, affine=affine),
    )


def depthwise(channels: int, kernel: int, stride: int, dilation: int, affine: bool) -> nn.Sequential:
    """ReLU, depthwise convolution, 1x1 convolution, batch normalisation."""
    padding = kernel // 2 * dilation
    return nn.Sequential(
        nn.ReLU(),
        nn.Conv2d(channels, channels, kernel, stride, padding, dilation, groups=channels, bias=False),
        nn.Conv2d(channels, channels, 1, bias=False),
        nn.BatchNorm2d(channels, affine=affine),
    )


def separable(channels: int, kernel: int, stride: int, dilation: int, affine: bool) -> nn.Sequential:
    """A depthwise convolution twice, of which the first has the stride."""
    return nn.Sequential(
        depthwise(channels, kernel, stride, dilation, affine), depthwise(channels, kernel, 1, dilation, affine)
    )


def factorized(channels: int, kernel: int, stride: int, affine: bool) -> nn.Sequential:
    """ReLU, a 1 x k and a k x 1 convolution, batch normalisation."""
    padding = kernel // 2
    return nn.Sequential(
        nn.ReLU(),
        nn.Conv2d(channels, channels, (1, kernel), (1, stride), (0, padding), bias=False),
        nn.Conv2d(channels, channels, (kernel, 1), (stride, 1), (padding, 0), bias=False),
        nn.BatchNorm2d(channels, affine=affine),
    )


def _average(kernel: int) -> Callable[[int, int, bool], nn.Module]:
    return lambda channels, stride, affine: AveragePool(kernel, stride, kernel // 2)


def _maximum(kernel: int) -> Callable[[int, int, bool], nn.Module]:
    return lambda channels, stride, affine: nn.MaxPool2d(kernel, stride, kernel // 2)


def _skip(channels: int, stride: int, affine: bool) -> nn.Module:
    return nn.Identity() if stride == 1 else FactorizedReduction(channels, channels, affine)


# by the source's name: channels, stride and affine -> the operation
OPERATIONS: dict[str, Callable[[int, int, bool], nn.Module]] = {
    "none": lambda channels, stride, affine: StridedZero(stride),
    "skip_connect": _skip,
    "avg_pool_3x3": _average(3),
    "max_pool_3x3": _maximum(3),
    "max_pool_5x5": _maximum(5),
    "max_pool_7x7": _maximum(7),
    "conv_1x1": lambda channels, stride, affine: relu_conv(channels, channels, 1, stride, affine),
    "conv_3x3": lambda channels, stride, affine: relu_conv(channels, channels, 3, stride, affine),
    "conv_3x1_1x3": lambda channels, stride, affine: factorized(channels, 3, stride, affine),
    "conv_7x1_1x7": lambda channels, stride, affine: factorized(channels, 7, stride, affine),
    "sep_conv_3x3": lambda channels, stride, affine: separable(channels, 3, stride, 1, affine),
    "sep_conv_5x5": lambda channels, stride, affine: separable(channels, 5, stride, 1, affine),
    "sep_conv_7x7": lambda channels, stride, affine: separable(channels, 7, stride, 1, affine),
    "dil_conv_3x3": lambda channels, stride, affine: depthwise(channels, 3, stride, 2, affine),
    "dil_conv_5x5": lambda channels, stride, affine: depthwise(channels, 5, stride, 2, affine),
    "dil_sep_conv_3x3": lambda channels, stride, affine: separable(channels, 3, stride, 2, affine),
}


def operation(name: str, channels: int, stride: int = 1, affine: bool = True) -> nn.Module:
    """Builds an operation.

    Args:
        name: one of `OPERATIONS`.
        channels: in and out.
        stride: 1 or 2.
        affine: whether batch normalisation learns a scale and a shift (supernets leave it out).
    """
    return OPERATIONS[name](channels, stride, affine)
