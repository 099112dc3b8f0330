"""plain (Abdelfattah et al. 2021, arXiv:2101.08134): weights times their gradients."""

from torch import Tensor, nn

from nasbench_suite.scores.layers import sum_with_gradients


def plain(network: nn.Module, images: Tensor, labels: Tensor) -> float:
    """Sums w * dL/dw with its sign; a layer before batch normalisation adds nothing but rounding errors.

    Scaling such a layer changes no output, so that its gradient is at right angles to it.
    """
    return sum_with_gradients(network, images, labels, lambda weight, gradient: (weight * gradient).sum())
