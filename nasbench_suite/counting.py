"""Parameters and FLOPs of a network, counted on its modules."""

import math
from typing import Any

import torch
from torch import Tensor, nn


def count_parameters(network: nn.Module) -> int:
    """Counts the trainable values of a network."""
    return sum(parameter.numel() for parameter in network.parameters() if parameter.requires_grad)


def count_flops(network: nn.Module, shape: tuple[int, int, int]) -> int:
    """Counts FLOPs of one image as NAS-Bench-201 does: the multiply-adds of its convolutions, and their biases once.

    They are counted on the shapes that a forward pass goes through. The paper counts a classifier's bias once, and in
    this project a classifier is a 1x1 convolution of the pooled features.

    Args:
        network: on any device, `meta` included; left in the mode that it was in.
        shape: of an image, (C, H, W).
    """
    total = 0

    def add(module: nn.Module, inputs: tuple[Any, ...], output: Tensor) -> None:
        nonlocal total
        if isinstance(module, nn.Conv2d):
            pixels = math.prod(output.shape[2:])
            total += module.weight.numel() * pixels + (0 if module.bias is None else module.bias.numel() * pixels)

    hooks = [module.register_forward_hook(add) for module in network.modules() if isinstance(module, nn.Conv2d)]
    training = network.training
    try:
        network.eval()
        with torch.no_grad():
            network(torch.zeros(1, *shape, device=next(network.parameters()).device))
    finally:
        network.train(training)
        for hook in hooks:
            hook.remove()
    return total
