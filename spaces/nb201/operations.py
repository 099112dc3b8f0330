"""The operations of NAS-Bench-201's cells (Dong and Yang 2020, arXiv:2001.00326, section 2.1).

Stand-alone networks and the weight-sharing supernet are built from these: only the batch normalisation differs
between them, so its settings are arguments.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F  # noqa: N812 (the name that PyTorch's own documentation uses)
from torch import Tensor, nn

from nasbench_suite.average_pool import AveragePool
from nasbench_suite.spaces.nb201.architecture import AVG_POOL, CONV_1X1, CONV_3X3, NONE, SKIP_CONNECT


class Normalisation(NamedTuple):
    """Settings of batch normalisation.

    Attributes:
        affine: whether there is a learned scale and shift; where there is none, convolutions have a bias.
        track_running_stats: whether evaluation uses running statistics; else it uses the batch's own.
        momentum: share of the newest batch in the running statistics, in (0, 1].
    """

    affine: bool = True
    track_running_stats: bool = True
    momentum: float = 0.1

    def __call__(self, channels: int) -> nn.BatchNorm2d:
        """Builds the layer for this many channels."""
        return nn.BatchNorm2d(
            channels,
            momentum=self.momentum,
            affine=self.affine,
            track_running_stats=self.track_running_stats,
        )


class ReLUConvBN(nn.Module):
    """ReLU, convolution, batch normalisation; height and width shrink by the stride."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel: int,
        stride: int = 1,
        normalisation: Normalisation = Normalisation(),  # noqa: B008 (immutable)
        groups: int = 1,
    ) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(
            in_channels,
            out_channels,
            kernel,
            stride,
            kernel // 2,
            groups=groups,
            bias=not normalisation.affine,
        )
        self.normalisation = normalisation(out_channels)

    def forward(self, x: Tensor) -> Tensor:
        """(B, in, H, W) -> (B, out, H / stride, W / stride)."""
        return self.after_relu(F.relu(x))

    def after_relu(self, rectified: Tensor) -> Tensor:
        """The rest of the operation, for callers that share one ReLU between several edges."""
        out: Tensor = self.normalisation(self.convolution(rectified))
        return out


class Zero(nn.Module):
    """The operation `none`: zeros."""

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) -> (B, C, H, W)."""
        return torch.zeros_like(x)


def operation(
    index: int,
    channels: int,
    normalisation: Normalisation = Normalisation(),  # noqa: B008 (immutable)
    groups: int = 1,
) -> nn.Module:
    """Builds an operation that keeps the number of channels.

    Args:
        index: into the space's `OPERATIONS`.
        channels: in and out.
        normalisation: of its convolution.
        groups: of the convolution.
    """
    if index == NONE:
        return Zero()
    if index == SKIP_CONNECT:
        return nn.Identity()
    if index == AVG_POOL:
        return AveragePool(3, 1, 1)
    kernel = {CONV_1X1: 1, CONV_3X3: 3}[index]
    return ReLUConvBN(channels, channels, kernel, normalisation=normalisation, groups=groups)
