"""RSPS, random search with parameter sharing (Li and Talwalkar 2019, arXiv:1902.07638, section 3).

Nothing is learned but the supernet's parameters: every step trains them on training images under cells drawn uniformly,
w <- w - eta * grad_w L_train(w, cell). The answer is the best of several uniformly drawn cells, each scored on one
batch of validation images.
"""

from typing import Any

from nasbench_suite.algorithms.selection import SelectionSettings, best_of
from nasbench_suite.edge_weights import EdgeWeights, Path
from nasbench_suite.one_shot.algorithm import OneShotAlgorithm, StepMetrics
from nasbench_suite.one_shot.batch import Batch
from nasbench_suite.variables import ArchT


class RSPS(OneShotAlgorithm[ArchT]):
    """Trains under random cells, then takes the best of some."""

    def __init__(
        self,
        shared: bool = True,
        connected: bool = False,
        distinct: bool = False,
        selection: SelectionSettings = SelectionSettings(),
        validation_pass: bool = False,
    ) -> None:
        """
        Args:
            shared: whether a step draws one cell for all positions, as in the paper, or one for each.
            connected: in training, draw a node's edges again while none of them carries anything; the paper does not.
            distinct: draw the cells scored for an answer without replacement; the paper does not.
            selection: how they are scored, drawn without regard to `connected`; by default as in NAS-Bench-201's code.
            validation_pass: after a step, also pass a validation batch through the network, under cells of its own, as
                NATS-Bench's code does: nothing is learned of it but the running statistics of batch normalisation.
        """
        self._shared, self._connected, self._distinct = shared, connected, distinct
        self.uses_valid, self._selection = validation_pass, selection

    def step(self, train: Batch, valid: Batch | None) -> StepMetrics:
        """Moves the parameters under random cells."""
        seen = self.step_parameters(train, self._draw())
        return StepMetrics(*seen, None if valid is None else self.session.look_at(valid, self._draw()))

    def answer(self) -> ArchT:
        """Returns the best of the random cells."""
        return best_of(self.session, self._cells(), self._selection)

    def state(self) -> dict[str, Any]:
        """Returns nothing, for nothing is learned."""
        return {}

    def restore(self, state: dict[str, Any]) -> None:
        """Does nothing."""

    def _draw(self) -> EdgeWeights:
        if self._shared:
            return self._path()
        return [self._path() for _ in range(self.session.supernet.positions)]

    def _path(self) -> Path:
        supernet = self.session.supernet
        return supernet.path(supernet.draw(self.session.rng, connected=self._connected))

    def _cells(self) -> list[ArchT]:
        draw, rng, select = self.session.supernet.draw, self.session.rng, self._selection.count(self.session)
        if not self._distinct:
            return [draw(rng) for _ in range(select)]
        cells: dict[ArchT, None] = {}
        # the limit ends it in a space of fewer cells than are asked for
        for _ in range(100 * select):
            cells[draw(rng)] = None
            if len(cells) == select:
                break
        return list(cells)
