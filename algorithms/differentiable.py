"""What DARTS, GDAS and SETN share: a parameter for every operation on every edge, moved by Adam against a gradient."""

import copy
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from nasbench_suite.errors import ConfigError
from nasbench_suite.one_shot.algorithm import OneShotAlgorithm
from nasbench_suite.one_shot.session import Session
from nasbench_suite.variables import ArchT


class Differentiable(OneShotAlgorithm[ArchT]):
    """Learns architecture parameters, alphas, beside the supernet's weights, on validation images.

    Attributes:
        alphas: (edges, operations), on the supernet's device; set by `begin`.
        adam: moves them.
    """

    uses_valid = True
    alphas: Tensor
    adam: torch.optim.Adam

    def __init__(
        self, learning_rate: float, betas: Sequence[float], eps: float, weight_decay: float, initial_std: float
    ) -> None:
        """
        Args:
            learning_rate: of Adam, on the alphas.
            betas: Adam's decay of the first and second moments.
            eps: Adam's term in the denominator.
            weight_decay: on the alphas, added to their gradient.
            initial_std: standard deviation of the first alphas.
        """
        if learning_rate <= 0 or weight_decay < 0 or initial_std < 0:
            raise ConfigError(
                "algorithm: expected learning_rate > 0, weight_decay and initial_std of 0 or more, got "
                f"{learning_rate}, {weight_decay} and {initial_std}"
            )
        self._adam_settings: dict[str, Any] = {
            "lr": learning_rate,
            "betas": tuple(betas),
            "eps": eps,
            "weight_decay": weight_decay,
        }
        self._initial_std = initial_std

    def begin(self, session: Session[ArchT]) -> None:
        """Draws the first alphas from `session.noise`."""
        super().begin(session)
        shape = (len(session.supernet.edge_names), len(session.supernet.operations))
        first = self._initial_std * torch.randn(shape, generator=session.noise)
        self.alphas = first.to(session.device).requires_grad_()
        self.adam = torch.optim.Adam([self.alphas], **self._adam_settings)

    def probabilities(self) -> Tensor:
        """Returns the softmax of every edge's alphas: (edges, operations)."""
        return self.alphas.softmax(-1)

    def step_alphas(self, gradient: Tensor) -> None:
        """Moves the alphas against a gradient (edges, operations)."""
        self.alphas.grad = gradient
        self.adam.step()

    def answer(self) -> ArchT:
        """Returns what the space's paper derives from the probabilities, `none` included where it is an operation."""
        # in double precision, where alphas that differ have probabilities that differ
        return self.session.supernet.derive(self.alphas.detach().double().softmax(-1).cpu().numpy())

    def edge_weights(self) -> Tensor:
        """Returns the probabilities."""
        return self.probabilities().detach()

    def state(self) -> dict[str, Any]:
        """Returns a copy of the alphas and of Adam's moments."""
        return {"alphas": self.alphas.detach().clone(), "adam": copy.deepcopy(self.adam.state_dict())}

    def restore(self, state: dict[str, Any]) -> None:
        """Goes back to a state."""
        with torch.no_grad():
            self.alphas.copy_(state["alphas"])
        self.adam.load_state_dict(state["adam"])
