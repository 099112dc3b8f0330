"""jacov (Mellor et al. 2020, arXiv:2006.04647, version 1): how differently a network treats different images."""

import math

import numpy as np
from torch import Tensor, nn

from nasbench_suite.scores.jacobians import correlations, jacobians

_SMALL = 1e-5  # keeps the logarithm finite; the authors'


def jacov(network: nn.Module, images: Tensor, labels: Tensor) -> float:
    """Returns -sum(log(v + k) + 1 / (v + k)) over the eigenvalues v of the correlations between Jacobians.

    k = 1e-5. The highest value is about minus the batch size: all Jacobians uncorrelated. NaN where an image's is
    constant.
    """
    matrix = correlations(jacobians(network, images).rows)
    if not np.isfinite(matrix).all():
        return math.nan
    shifted = np.linalg.eigvalsh(matrix) + _SMALL
    return float(-np.sum(np.log(shifted) + 1 / shifted))
