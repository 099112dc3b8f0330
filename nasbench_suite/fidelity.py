"""How far an architecture is trained before it is measured."""

from typing import NamedTuple


class Fidelity(NamedTuple):
    """An epoch within a training schedule: epoch 12 of 200 is not the end of the 12-epoch schedule.

    Attributes:
        schedule: length in epochs of the training that was planned.
        epoch: epochs done when the network was measured, 1 <= epoch <= schedule.
    """

    schedule: int
    epoch: int

    @property
    def is_final(self) -> bool:
        """Whether the training had run to its end."""
        return self.epoch == self.schedule

    def __str__(self) -> str:
        return f"epoch {self.epoch} of {self.schedule}"
