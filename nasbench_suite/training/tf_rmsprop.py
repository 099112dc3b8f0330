"""RMSProp as TensorFlow 1 computes it, with momentum and L2 (Tieleman and Hinton 2012, lecture 6.5, for the idea).

It differs from `torch.optim.RMSprop` in three ways that change what is trained: epsilon is inside the square root, the
mean square starts at 1 rather than 0, and the learning rate is inside the momentum, so that a falling rate does not
shrink what was gathered before.
"""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer

from nasbench_suite.errors import ConfigError


class TFRMSProp(Optimizer):
    """Steps of `velocity = momentum velocity + lr gradient / sqrt(mean_square + eps)`; parameters lose the velocity."""

    def __init__(
        self,
        parameters: Iterable[Tensor],
        lr: float,
        decay: float = 0.9,
        momentum: float = 0.9,
        eps: float = 1.0,
        weight_decay: float = 0.0,
    ) -> None:
        """
        Args:
            parameters: what to train.
            lr: learning rate; may be changed in `param_groups` before every step.
            decay: of the mean square, in [0, 1).
            momentum: of the velocity, in [0, 1).
            eps: added to the mean square, inside the root; above 0.
            weight_decay: factor of half the squared norm in the loss, so of the parameters in the gradient.

        Raises:
            ConfigError: a value is out of range.
        """
        if not (0 <= decay < 1 and 0 <= momentum < 1 and eps > 0 and lr >= 0 and weight_decay >= 0):
            raise ConfigError(
                "TFRMSProp needs decay and momentum in [0, 1), eps above 0, lr and weight_decay of at least 0, got "
                f"{decay}, {momentum}, {eps}, {lr} and {weight_decay}"
            )
        defaults = {"lr": lr, "decay": decay, "momentum": momentum, "eps": eps, "weight_decay": weight_decay}
        super().__init__(parameters, defaults)

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        """Moves every parameter that has a gradient.

        Raises:
            ConfigError: a closure is given; no training here evaluates the loss again.
        """
        if closure is not None:
            raise ConfigError("TFRMSProp takes no closure; compute the gradients before each step")
        for group in self.param_groups:
            pairs = [(parameter, parameter.grad) for parameter in group["params"] if parameter.grad is not None]
            if pairs:
                self._step([parameter for parameter, _ in pairs], [gradient for _, gradient in pairs], group)

    def _step(self, trained: list[Tensor], gradients: list[Tensor], group: dict[str, Any]) -> None:
        for parameter in trained:
            if not self.state[parameter]:
                self.state[parameter] = {
                    "mean_square": torch.ones_like(parameter), "velocity": torch.zeros_like(parameter)
                }  # fmt: skip
        squares = [self.state[parameter]["mean_square"] for parameter in trained]
        velocities = [self.state[parameter]["velocity"] for parameter in trained]
        # the _foreach functions move all parameters in a few kernels
        slopes = torch._foreach_add(gradients, trained, alpha=group["weight_decay"])
        torch._foreach_mul_(squares, group["decay"])
        torch._foreach_addcmul_(squares, slopes, slopes, value=1 - group["decay"])
        roots = torch._foreach_add(squares, group["eps"])
        torch._foreach_sqrt_(roots)
        torch._foreach_mul_(velocities, group["momentum"])
        torch._foreach_addcdiv_(velocities, slopes, roots, value=group["lr"])
        torch._foreach_sub_(trained, velocities)
