"""Settings of architecture parameters (alphas), which DARTS, GDAS and SETN learn."""

from collections.abc import Sequence
from dataclasses import dataclass

from nasbench_suite.algorithms.adam_settings import check_adam
from nasbench_suite.checked_settings import check_settings
from nasbench_suite.errors import ConfigError


@check_settings
@dataclass(frozen=True)
class AlphaSettings:
    """How alphas begin, and how Adam moves them.

    Defaults are those of DARTS (Liu et al. 2019, arXiv:1806.09055, and its code), which NAS-Bench-201's code takes for
    GDAS and SETN, too.

    Attributes:
        learning_rate: of Adam.
        betas: Adam's decay of the first and second moments.
        eps: Adam's term in the denominator; PyTorch's default.
        weight_decay: added to the gradient.
        initial_std: standard deviation of the first alphas.
        in_clip: whether the norm that limits the gradient of the supernet's parameters takes in that of the alphas: the
            one they were last moved by and that of the parameters' loss, added up. So NAS-Bench-201's code, where it
            makes the steps of the parameters a little shorter; the alphas' own steps are not limited either way.
    """

    learning_rate: float = 3e-4
    betas: Sequence[float] = (0.5, 0.999)
    eps: float = 1e-8
    weight_decay: float = 1e-3
    initial_std: float = 1e-3
    in_clip: bool = False

    def __post_init__(self) -> None:
        check_adam("algorithm.alphas", self.learning_rate, self.betas, self.eps, self.weight_decay)
        if self.initial_std < 0:
            raise ConfigError(f"algorithm.alphas: expected initial_std of 0 or more, got {self.initial_std}")
