"""grad_norm (Abdelfattah et al. 2021, arXiv:2101.08134): the size of the gradients."""

from torch import Tensor, nn

from nasbench_suite.scores.layers import sum_with_gradients


def grad_norm(network: nn.Module, images: Tensor, labels: Tensor) -> float:
    """Sums the Euclidean norms of the layers' gradients of the loss."""
    return sum_with_gradients(network, images, labels, lambda weight, gradient: gradient.norm())
