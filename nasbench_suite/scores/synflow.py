"""synflow (Tanaka et al. 2020, arXiv:2006.05467; summed as by Abdelfattah et al. 2021): synaptic flow."""

import math

import torch
from torch import Tensor, nn

from nasbench_suite.scores.layers import weights, without_batch_norm


def synflow(network: nn.Module, images: Tensor, labels: Tensor) -> float:
    """Returns the natural logarithm of the sum of |w * dR/dw|; -inf where no path leads through the network.

    R is the sum of the logits of one image of ones, in a network without batch normalisation whose parameters are
    replaced by their absolute values. Computed in double precision; pixels and labels have no part in it.
    """
    network = without_batch_norm(network).double()
    with torch.no_grad():
        for value in network.state_dict().values():
            value.abs_()
    network(torch.ones_like(images[:1], dtype=torch.float64)).sum().backward()
    pairs = [(weight.detach(), weight.grad) for weight in weights(network)]
    flow = sum((weight * gradient).abs().sum().item() for weight, gradient in pairs if gradient is not None)
    return math.log(flow) if flow > 0 else -math.inf
