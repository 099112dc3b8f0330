"""The images of one step of a supernet's training."""

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Batch:
    """Images of one step.

    Attributes:
        images: normalised float32 (B, C, H, W); of this process.
        labels: int64 (B,).
        total: images over all processes.
    """

    images: Tensor
    labels: Tensor
    total: int
