"""grasp (Wang et al. 2020, arXiv:2002.07376; summed by Abdelfattah et al. 2021, arXiv:2101.08134): gradient flow."""

import torch
from torch import Tensor, nn

from nasbench_suite.scores.layers import loss, weights


def grasp(network: nn.Module, images: Tensor, labels: Tensor) -> float:
    """Sums -w * (H g): by how much taking weights away changes the squared norm of the gradient g.

    H is the Hessian of the loss by the weights, on the same batch; the product comes from a second differentiation of
    g * stop(g).
    """
    ours = list(weights(network))
    found = torch.autograd.grad(loss(network, images, labels), ours, create_graph=True, allow_unused=True)
    pairs = [(weight, gradient) for weight, gradient in zip(ours, found, strict=True) if gradient is not None]
    if not any(gradient.requires_grad for _, gradient in pairs):
        return 0.0  # the loss has no curvature
    product = torch.stack([(gradient.detach() * gradient).sum() for _, gradient in pairs]).sum()
    curved = torch.autograd.grad(product, [weight for weight, _ in pairs], allow_unused=True)
    terms = [
        (weight.detach() * each).sum() for (weight, _), each in zip(pairs, curved, strict=True) if each is not None
    ]
    return -float(sum(terms, torch.zeros(())))
