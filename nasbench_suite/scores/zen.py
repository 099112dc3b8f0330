"""zen (Lin et al. 2021, arXiv:2102.01063): how much a small change of a random image changes the last features."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

_CHANGE = 0.01
_MOMENTUM = 0.1  # PyTorch's, whatever the space's networks have: the score sees the running variance after two passes


def zen(network: nn.Module, images: Tensor, labels: Tensor) -> float:
    """Returns log of the mean over images of |f(x) - f(x + 0.01 e)|, plus log of each batch normalisation's scale.

    f are the features before the global average, summed over (C, H, W); x and e are standard normal and of the shape
    of the images, whose pixels have no part in it; weights are drawn from the standard normal distribution, too. A
    scale is the root of the mean running variance after both passes. -inf where nothing changes.
    """
    normalisations = _draw_weights(network)
    with torch.no_grad():
        first = torch.randn_like(images)
        second = first + _CHANGE * torch.randn_like(images)
        change = (_features(network, first) - _features(network, second)).abs().flatten(1).sum(1).mean()
        scales = [each.running_var.mean().sqrt() for each in normalisations if each.running_var is not None]
        total = change.log() + torch.stack([*scales, torch.ones_like(change)]).log().sum()
    return float(total) if change > 0 else -math.inf


def _draw_weights(network: nn.Module) -> list[nn.BatchNorm2d]:
    normalisations = []
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.normal_(module.weight)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        elif isinstance(module, nn.BatchNorm2d):
            module.reset_parameters()
            module.momentum = _MOMENTUM
            normalisations.append(module)
    return normalisations


def _features(network: nn.Module, images: Tensor) -> Tensor:
    """Returns what the last mean over height and width was of: (B, C, H, W); the logits where there is none."""
    with _LastAverage() as seen:  # type: ignore[no-untyped-call]
        logits: Tensor = network(images)
    return logits if seen.features is None else seen.features


class _LastAverage(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Watches for means over height and width, whoever takes them.

    Attributes:
        features: what the last was of.
    """

    features: Tensor | None = None

    def __torch_dispatch__(
        self, func: Any, types: Sequence[type], args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        if func is torch.ops.aten.mean.dim and args[0].ndim == 4 and {one % 4 for one in args[1]} == {2, 3}:
            self.features = args[0].clone()
        return func(*args, **(kwargs or {}))
