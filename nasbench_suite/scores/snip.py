"""snip (Lee et al. 2019, arXiv:1810.02340; summed as by Abdelfattah et al. 2021): connection sensitivity."""

from torch import Tensor, nn

from nasbench_suite.scores.layers import sum_with_gradients


def snip(network: nn.Module, images: Tensor, labels: Tensor) -> float:
    """Sums |w * dL/dw|, which is the loss's derivative by a factor on each weight, at 1."""
    return sum_with_gradients(network, images, labels, lambda weight, gradient: (weight * gradient).abs().sum())
