"""SETN, self-evaluated template network (Dong and Yang 2019, arXiv:1910.05733), as NAS-Bench-201 ran it.

A step trains the parameters on training images under one architecture, whose operations are drawn uniformly, so that
all are trained alike. It trains the alphas on validation images under the mixture of all operations,
grad_alpha L_valid(w, softmax(alpha)), so that they tell good architectures from bad ones. The incumbent is the best of
several that the alphas name, each scored on one batch of validation images: as published, the most probable ones.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.algorithms.alphas import AlphaSettings
from nasbench_suite.algorithms.differentiable import Differentiable
from nasbench_suite.algorithms.selection import SelectionSettings, best_of, most_probable
from nasbench_suite.edge_weights import Mixture
from nasbench_suite.errors import ConfigError
from nasbench_suite.one_shot.algorithm import StepMetrics
from nasbench_suite.one_shot.batch import Batch
from nasbench_suite.one_shot.session import Session
from nasbench_suite.variables import ArchT


class SETN(Differentiable[ArchT]):
    """Trains the parameters under uniform draws and the alphas under the mixture, and selects by both."""

    uses_mixtures = True

    def __init__(
        self,
        candidates: Literal["most_probable", "drawn"] = "drawn",
        selection: SelectionSettings = SelectionSettings(),
        alphas: AlphaSettings = AlphaSettings(),
    ) -> None:
        """
        Args:
            candidates: for the incumbent: draws, as in the paper, or the most probable ones, as in the code of
                NAS-Bench-201; these can be listed only where an architecture is one operation per edge.
            selection: how candidates are scored; by default as in NAS-Bench-201's code.
            alphas: how they begin and are moved; NAS-Bench-201's code takes DARTS's.
        """
        super().__init__(alphas)
        if candidates not in ("most_probable", "drawn"):
            raise ConfigError(f"setn: expected candidates most_probable or drawn, got {candidates!r}")
        self._candidates, self._selection = candidates, selection

    def begin(self, session: Session[ArchT]) -> None:
        """Draws the first alphas from `session.noise`.

        Raises:
            ConfigError: an architecture is not one operation on every edge, and the candidates cannot be listed.
        """
        super().begin(session)
        if self._candidates == "most_probable":
            self._architecture((len(session.supernet.operations) - 1,) * len(session.supernet.edge_names))

    def step(self, train: Batch, valid: Batch | None) -> StepMetrics:
        """Moves the parameters under a uniformly drawn architecture and the alphas under the mixture."""
        assert valid is not None
        supernet = self.session.supernet
        seen = self.step_parameters(train, supernet.path(supernet.draw(self.session.rng)), self.limited_with)
        loss, _ = self.session.loss(valid, Mixture(self.probabilities()))
        (gradient,) = self.session.gradients(loss, [self.alphas])
        self.step_alphas(gradient)
        return StepMetrics(*seen, loss.detach())

    def incumbent(self) -> ArchT:
        """Returns the best of the candidates."""
        # in double precision, where alphas that differ have probabilities that differ
        probabilities = self.alphas.detach().double().softmax(-1).cpu().numpy()
        count = self._selection.count(self.session)
        if self._candidates == "drawn":
            draw = self.session.supernet.draw
            archs = [draw(self.session.rng, probabilities) for _ in range(count)]
        else:
            archs = [self._architecture(chosen) for chosen in most_probable(probabilities, count)]
        return best_of(self.session, archs, self._selection)

    def _architecture(self, chosen: tuple[int, ...]) -> ArchT:
        supernet = self.session.supernet
        onehot: NDArray[np.float64] = np.eye(len(supernet.operations))[list(chosen)]
        arch = supernet.derive(onehot)
        if supernet.path(arch).chosen != chosen:
            raise ConfigError(
                "setn: the most probable architectures can be listed only where one is an operation on every edge; "
                "here use algorithm.candidates=drawn"
            )
        return arch
