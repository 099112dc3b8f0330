"""The contract of a one-shot algorithm: it trains a supernet step by step, and names its incumbent after every epoch.

The trainer drives it: `begin`, and for every epoch `step` on every batch, `end_epoch` and `incumbent`. An algorithm
gets a session and nothing else: no table, no score, no clock.
"""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Generic, NamedTuple

from nasbench_suite.checked_settings import check_settings
from nasbench_suite.variables import ArchT

if TYPE_CHECKING:
    from torch import Tensor

    from nasbench_suite.edge_weights import EdgeWeights
    from nasbench_suite.one_shot.batch import Batch
    from nasbench_suite.one_shot.session import Session


class StepMetrics(NamedTuple):
    """What a step saw; tensors stay on the device, so that nobody waits for them.

    Attributes:
        train_loss: mean cross-entropy of the parameters' step, this process's part of the sum: scalar.
        train_correct: images rightly classified in it, of this process: scalar.
        valid_loss: the same of the architecture's step on validation images; None for an algorithm without such a step.
    """

    train_loss: "Tensor"
    train_correct: "Tensor"
    valid_loss: "Tensor | None" = None


class OneShotAlgorithm(ABC, Generic[ArchT]):
    """An algorithm on a supernet; its constructor takes settings alone, which its config file mirrors.

    Attributes:
        uses_valid: whether `step` needs a validation batch beside the training batch.
        uses_mixtures: whether it passes mixtures through the supernet.
        session: set by `begin`.
    """

    uses_valid: bool = False
    uses_mixtures: bool = False
    session: "Session[ArchT]"

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        check_settings(cls)

    def begin(self, session: "Session[ArchT]") -> None:
        """Makes what is learned besides the supernet's parameters. Subclasses extend it."""
        self.session = session

    @abstractmethod
    def step(self, train: "Batch", valid: "Batch | None") -> StepMetrics:
        """Does one step of everything that is trained on every batch.

        Args:
            train: augmented training images.
            valid: augmented validation images, each drawn at random; None unless `uses_valid`.
        """

    def step_parameters(
        self, batch: "Batch", edge_weights: "EdgeWeights", limited_with: "Tensor | None" = None
    ) -> "tuple[Tensor, Tensor]":
        """Moves the supernet's parameters under edge weights; returns the loss and how many images were right.

        `limited_with` is that of `Session.step_parameters`.
        """
        loss, logits = self.session.loss(batch, edge_weights)
        self.session.step_parameters(loss, limited_with)
        return loss.detach(), (logits.detach().argmax(1) == batch.labels).sum()

    def end_epoch(self) -> None:
        """Does what is done once per epoch, after its last step."""

    @abstractmethod
    def incumbent(self) -> ArchT:
        """Returns the architecture that the algorithm would stop with now."""

    def edge_weights(self) -> "Tensor | None":
        """Returns the probabilities (edges, operations) that are learned; None where there are none."""
        return None

    @abstractmethod
    def state(self) -> dict[str, Any]:
        """Returns everything learned besides the supernet's parameters: tensors and plain values, for a checkpoint."""

    @abstractmethod
    def restore(self, state: dict[str, Any]) -> None:
        """Goes back to what `state` returned; called after `begin`."""
