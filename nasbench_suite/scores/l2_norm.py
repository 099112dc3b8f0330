"""l2_norm (Abdelfattah et al. 2021, arXiv:2101.08134, as NAS-Bench-Suite-Zero has it): the size of the weights."""

from torch import Tensor, nn

from nasbench_suite.scores.layers import weights


def l2_norm(network: nn.Module, images: Tensor, labels: Tensor) -> float:
    """Sums the Euclidean norms of the layers' weights; images and labels have no part in it."""
    return float(sum(weight.detach().norm().double().item() for weight in weights(network)))
