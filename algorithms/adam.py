"""Adam (Kingma and Ba 2015, arXiv:1412.6980) as settings name it."""

from collections.abc import Iterable, Sequence
from typing import Protocol

import torch
from torch import Tensor


class AdamSettings(Protocol):
    """What settings need for Adam.

    Attributes:
        learning_rate: above 0.
        betas: decay of the first and second moments.
        eps: term in the denominator.
        weight_decay: added to the gradient.
    """

    @property
    def learning_rate(self) -> float: ...
    @property
    def betas(self) -> Sequence[float]: ...
    @property
    def eps(self) -> float: ...
    @property
    def weight_decay(self) -> float: ...


def make_adam(parameters: Iterable[Tensor], settings: AdamSettings) -> torch.optim.Adam:
    """Returns the optimiser of some parameters."""
    return torch.optim.Adam(
        parameters,
        lr=settings.learning_rate,
        betas=(settings.betas[0], settings.betas[1]),
        eps=settings.eps,
        weight_decay=settings.weight_decay,
    )
