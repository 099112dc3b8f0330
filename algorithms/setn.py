"""SETN, self-evaluated template network (Dong and Yang 2019, arXiv:1910.05733), as NAS-Bench-201 ran it.

A step trains the weights on training images under one cell, whose operations are drawn uniformly, so that all cells
are trained alike. It trains the alphas on validation images under the mixture of all operations,
grad_alpha L_valid(w, softmax(alpha)), so that they tell good cells from bad ones. The answer is the best of several
cells that the alphas name, each scored on one batch of validation images: as published, the most probable ones.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.algorithms.differentiable import Differentiable
from nasbench_suite.algorithms.selection import best_of, most_probable
from nasbench_suite.edge_weights import Mixture
from nasbench_suite.errors import ConfigError
from nasbench_suite.one_shot.algorithm import StepMetrics
from nasbench_suite.one_shot.batch import Batch
from nasbench_suite.one_shot.session import Session, Statistics
from nasbench_suite.variables import ArchT


class SETN(Differentiable[ArchT]):
    """Trains the weights under uniform draws and the alphas under the mixture, and selects by both."""

    def __init__(
        self,
        select: int,
        candidates: Literal["most_probable", "drawn"],
        images: int,
        statistics: Statistics,
        learning_rate: float,
        betas: Sequence[float],
        eps: float,
        weight_decay: float,
        initial_std: float,
    ) -> None:
        """
        Args:
            select: cells scored for an answer.
            candidates: the most probable ones, or draws; the former where an architecture is one operation an edge.
            images: validation images that each is scored on.
            statistics: that batch normalisation uses for it, see `Session.accuracy`.
            learning_rate: of Adam, on the alphas.
            betas: Adam's decay of the first and second moments.
            eps: Adam's term in the denominator.
            weight_decay: on the alphas, added to their gradient.
            initial_std: standard deviation of the first alphas.
        """
        super().__init__(learning_rate, betas, eps, weight_decay, initial_std)
        if select < 1 or images < 1:
            raise ConfigError(f"setn: expected select and images of 1 or more, got {select} and {images}")
        if candidates not in ("most_probable", "drawn"):
            raise ConfigError(f"setn: expected candidates most_probable or drawn, got {candidates!r}")
        self._select, self._candidates = select, candidates
        self._images, self._statistics = images, statistics

    def begin(self, session: Session[ArchT]) -> None:
        """Draws the first alphas from `session.noise`.

        Raises:
            ConfigError: the space's cells are not one operation on every edge, and the candidates cannot be listed.
        """
        super().begin(session)
        if self._candidates == "most_probable":
            self._cell((len(session.supernet.operations) - 1,) * len(session.supernet.edge_names))

    def step(self, train: Batch, valid: Batch | None) -> StepMetrics:
        """Moves the weights under a uniformly drawn cell and the alphas under the mixture."""
        assert valid is not None
        supernet = self.session.supernet
        seen = self.step_weights(train, supernet.path(supernet.draw(self.session.rng)))
        loss, _ = self.session.loss(valid, Mixture(self.probabilities()))
        (gradient,) = self.session.gradients(loss, [self.alphas])
        self.step_alphas(gradient)
        return StepMetrics(*seen, loss.detach())

    def answer(self) -> ArchT:
        """Returns the best of the candidates."""
        # in double precision, where alphas that differ have probabilities that differ
        probabilities = self.alphas.detach().double().softmax(-1).cpu().numpy()
        if self._candidates == "drawn":
            draw = self.session.supernet.draw
            cells = [draw(self.session.rng, probabilities) for _ in range(self._select)]
        else:
            cells = [self._cell(chosen) for chosen in most_probable(probabilities, self._select)]
        return best_of(self.session, cells, self._images, statistics=self._statistics)

    def _cell(self, chosen: tuple[int, ...]) -> ArchT:
        supernet = self.session.supernet
        onehot: NDArray[np.float64] = np.eye(len(supernet.operations))[list(chosen)]
        cell = supernet.derive(onehot)
        if supernet.path(cell).chosen != chosen:
            raise ConfigError(
                "setn: the most probable cells can be listed only where a cell is one operation on every edge; "
                "here use algorithm.candidates=drawn"
            )
        return cell
