"""Average pooling that has the right gradient wherever it runs."""

import torch
import torch.nn.functional as F  # noqa: N812 (the name that PyTorch's own documentation uses)
from torch import Tensor, nn


def average_pool(x: Tensor, kernel: int, stride: int, padding: int) -> Tensor:
    """Averages over windows; the padding is not counted: (B, C, H, W) -> (B, C, H', W').

    On a GPU it goes through the other layout where channels come last: there cuDNN returns wrong gradients for windows
    that overlap (seen with PyTorch 2.11 and CUDA 13 on an H100: as far off as they are long), and no error.

    Args:
        x: (B, C, H, W).
        kernel: side of a window.
        stride: from one window to the next.
        padding: rows and columns on each side.
    """
    if not (x.is_cuda and x.is_contiguous(memory_format=torch.channels_last)):
        return F.avg_pool2d(x, kernel, stride, padding, count_include_pad=False)
    pooled = F.avg_pool2d(x.contiguous(), kernel, stride, padding, count_include_pad=False)
    return pooled.contiguous(memory_format=torch.channels_last)


class AveragePool(nn.Module):
    """`average_pool` as a layer."""

    def __init__(self, kernel: int, stride: int = 1, padding: int = 0) -> None:
        """The arguments are those of `average_pool`."""
        super().__init__()
        self.kernel, self.stride, self.padding = kernel, stride, padding

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) -> (B, C, H', W')."""
        return average_pool(x, self.kernel, self.stride, self.padding)

    def extra_repr(self) -> str:
        """The arguments."""
        return f"{self.kernel}, stride={self.stride}, padding={self.padding}"
