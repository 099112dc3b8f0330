"""epe_nas (Lopes et al. 2021, arXiv:2102.08099): how differently a network treats images of one class."""

import math

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from nasbench_suite.scores.jacobians import correlations, jacobians

_SMALL = 1e-5  # keeps the logarithm finite; the authors'
_MANY = 100  # classes, above which the authors compare classes with each other


def epe_nas(network: nn.Module, images: Tensor, labels: Tensor) -> float:
    """Sums |s| over the classes of a batch, s being the sum of log(|r| + 1e-5) over its Jacobians' correlations r.

    With more than 100 classes, s is divided by the class's images, classes of one image are left out, and the result
    is the sum of |s - s'| over all ordered pairs of classes, divided by the number of classes.
    """
    rows, classes = jacobians(network, images)
    known = labels.cpu().numpy()
    groups = [rows[known == label] for label in dict.fromkeys(known.tolist())]
    if classes <= _MANY:
        return float(sum(abs(_log_correlations(group)) for group in groups))
    sums = np.array([_log_correlations(group) / len(group) for group in groups if len(group) > 1])
    return float(np.abs(sums[:, None] - sums).sum() / len(sums)) if len(sums) else math.nan


def _log_correlations(rows: NDArray[np.float32]) -> float:
    return float(np.log(np.abs(correlations(rows)) + _SMALL).sum())
