"""The derivatives of a network's outputs by its inputs, which `jacov` and `epe_nas` compare between images."""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn


class Jacobians(NamedTuple):
    """What a batch of images gives.

    Attributes:
        rows: (B, C * H * W) the derivative of the sum of an image's logits by its pixels.
        classes: how many logits there are.
    """

    rows: NDArray[np.float32]
    classes: int


def jacobians(network: nn.Module, images: Tensor) -> Jacobians:
    """Differentiates the sum of all logits by the images (B, C, H, W)."""
    images.requires_grad_(True)
    logits: Tensor = network(images)
    (found,) = torch.autograd.grad(logits.sum(), images, allow_unused=True)
    rows = torch.zeros_like(images) if found is None else found
    return Jacobians(rows.flatten(1).detach().cpu().numpy(), logits.shape[1])


def correlations(rows: NDArray[np.float32]) -> NDArray[np.float64]:
    """Returns the correlation between rows (N, values): (N, N); NaN for a row of equal values."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found: NDArray[np.float64] = np.atleast_2d(np.corrcoef(rows))
    return found
