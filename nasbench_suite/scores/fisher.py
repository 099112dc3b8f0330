"""fisher (Theis et al. 2018, arXiv:1801.05787; Turner et al. 2020, arXiv:1906.04113): the loss's debt to channels."""

import torch
from torch import Tensor, nn

from nasbench_suite.scores.layers import loss


def fisher(network: nn.Module, images: Tensor, labels: Tensor) -> float:
    """Sums over the weights of convolutions and linear layers half the mean over images of (sum a * dL/da)^2.

    The inner sum is over the positions of a, the activation of the output channel that a weight is of; so a channel
    counts as often as it has weights. The loss is the batch's mean.
    """
    activations: list[tuple[int, Tensor]] = []

    def keep(module: nn.Module, inputs: object, output: Tensor) -> Tensor:
        output.retain_grad()
        assert isinstance(module.weight, Tensor)
        activations.append((module.weight[0].numel(), output))
        return output.clone()  # what follows may work in place

    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            module.register_forward_hook(keep)
    loss(network, images, labels).backward()  # type: ignore[no-untyped-call]
    terms = [count * _channels(each.detach(), each.grad).sum() for count, each in activations if each.grad is not None]
    return float(sum(terms, torch.zeros(())))


def _channels(activation: Tensor, gradient: Tensor) -> Tensor:
    """(B, C) or (B, C, H, W) -> (C,)."""
    effect = (activation * gradient).flatten(2).sum(2) if activation.ndim > 2 else activation * gradient  # (B, C)
    return effect.pow(2).mean(0) / 2
