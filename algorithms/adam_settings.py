"""What settings of Adam (Kingma and Ba 2015, arXiv:1412.6980) may be."""

from collections.abc import Sequence

from nasbench_suite.errors import ConfigError


def check_adam(owner: str, learning_rate: float, betas: Sequence[float], eps: float, weight_decay: float = 0.0) -> None:
    """Checks the ranges of settings whose types are right.

    Args:
        owner: whose settings they are, for messages.
        learning_rate: above 0.
        betas: decay of the first and second moments, two numbers in [0, 1).
        eps: term in the denominator, 0 or more.
        weight_decay: added to the gradient, 0 or more.

    Raises:
        ConfigError: one is out of its range.
    """
    if len(betas) != 2 or not all(0 <= beta < 1 for beta in betas):
        raise ConfigError(f"{owner}: expected two betas in [0, 1), got {list(betas)}")
    if learning_rate <= 0 or eps < 0 or weight_decay < 0:
        raise ConfigError(
            f"{owner}: expected learning_rate > 0, eps and weight_decay of 0 or more, got {learning_rate}, {eps} and "
            f"{weight_decay}"
        )
