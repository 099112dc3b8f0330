"""What DARTS, GDAS and SETN share: a parameter for every operation on every edge, moved by Adam against a gradient."""

import copy
from typing import Any

import torch
from torch import Tensor

from nasbench_suite.algorithms.adam import make_adam
from nasbench_suite.algorithms.alphas import AlphaSettings
from nasbench_suite.one_shot.algorithm import OneShotAlgorithm
from nasbench_suite.one_shot.session import Session
from nasbench_suite.variables import ArchT


class Differentiable(OneShotAlgorithm[ArchT]):
    """Learns architecture parameters, alphas, beside the supernet's parameters, on validation images.

    Attributes:
        alphas: (edges, operations), on the supernet's device; set by `begin`.
        adam: moves them.
    """

    uses_valid = True
    alphas: Tensor
    adam: torch.optim.Adam

    def __init__(self, alphas: AlphaSettings) -> None:
        """
        Args:
            alphas: how they begin and are moved.
        """
        self._settings = alphas

    def begin(self, session: Session[ArchT]) -> None:
        """Draws the first alphas from `session.noise`."""
        super().begin(session)
        shape = (len(session.supernet.edge_names), len(session.supernet.operations))
        first = self._settings.initial_std * torch.randn(shape, generator=session.noise)
        self.alphas = first.to(session.device).requires_grad_()
        self.adam = make_adam([self.alphas], self._settings)

    def probabilities(self) -> Tensor:
        """Returns the softmax of every edge's alphas: (edges, operations)."""
        return self.alphas.softmax(-1)

    @property
    def limited_with(self) -> Tensor | None:
        """What counts beside the parameters in the norm that limits their gradient; see `AlphaSettings.in_clip`."""
        return self.alphas if self._settings.in_clip else None

    def seen_by_parameters(self, edge_weights: Tensor) -> Tensor:
        """Returns edge weights for a step of the parameters: constants, where no gradient of the alphas counts."""
        return edge_weights if self._settings.in_clip else edge_weights.detach()

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
        """Returns a copy of the alphas, of their last gradient and of Adam's moments."""
        gradient = self.alphas.grad
        return {
            "alphas": self.alphas.detach().clone(),
            "gradient": None if gradient is None else gradient.clone(),
            "adam": copy.deepcopy(self.adam.state_dict()),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Goes back to a state."""
        with torch.no_grad():
            self.alphas.copy_(state["alphas"])
            gradient = state["gradient"]
            self.alphas.grad = None if gradient is None else gradient.to(self.alphas)
        self.adam.load_state_dict(state["adam"])
