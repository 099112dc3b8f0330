"""How NAS-Bench-101's networks were trained (Ying et al. 2019, section 2.3 and appendix, and the authors' code)."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from nasbench_suite.errors import ConfigError
from nasbench_suite.training.recipe import Recipe

if TYPE_CHECKING:
    from torch import Tensor
    from torch.optim import Optimizer

# the authors' code: from this part of the training on, the learning rate is this part of the first one
_STAIRS: Final = ((0.833, 0.0001), (0.667, 0.01), (0.5, 0.1), (0.0, 1.0))


@dataclass(frozen=True)
class NB101Recipe(Recipe):
    """TensorFlow's RMSProp under a learning rate that changes by the step; `weight_decay` is L2 on every parameter.

    Attributes:
        schedule: `cosine`, half a cosine, as all of the benchmark was trained; or `stairs`, down at 1/2, 2/3 and 5/6.
        decay: of RMSProp's mean square.
        epsilon: of RMSProp, inside the square root.
    """

    schedule: Literal["cosine", "stairs"]
    decay: float
    epsilon: float

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.schedule not in ("cosine", "stairs"):
            raise ConfigError(f"schedule must be cosine or stairs, got {self.schedule!r}")

    def learning_rate_at(self, epoch: int, done: float = 0.0) -> float:
        """Learning rate after `done`, in [0, 1), of an epoch, counted from 0; that of the very first step is 0."""
        part = (epoch + done) / self.epochs
        if part == 0:  # the authors' code uses this step to make the initial parameters
            return 0.0
        if self.schedule == "cosine":
            return self.learning_rate * (1 + math.cos(math.pi * part)) / 2
        return self.learning_rate * next(factor for start, factor in _STAIRS if part >= start)

    def optimizer(self, parameters: "Iterable[Tensor]") -> "Optimizer":
        """Makes what moves the parameters."""
        from nasbench_suite.training.tf_rmsprop import TFRMSProp

        return TFRMSProp(
            parameters, self.learning_rate, self.decay, self.momentum, self.epsilon, weight_decay=self.weight_decay
        )
