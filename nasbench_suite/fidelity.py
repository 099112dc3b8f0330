"""How far an architecture is trained before it is measured."""

from collections.abc import Sequence
from typing import NamedTuple

from nasbench_suite.errors import ConfigError


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


def check_fidelity(value: object) -> Fidelity:
    """Returns a fidelity; a number is a schedule, to its end.

    Raises:
        ConfigError: it is neither a fidelity nor a schedule.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return Fidelity(value, value)
    if isinstance(value, tuple) and len(value) == 2 and all(type(part) is int for part in value):
        return Fidelity(*value)
    raise ConfigError(
        f"expected a fidelity, as Fidelity(schedule=200, epoch=12), or a schedule, as 200; got {value!r:.80}"
    )


def check_rising(key: str, pairs: Sequence[Sequence[int]] | None) -> None:
    """Checks that [schedule, epoch] pairs come cheapest first, by schedule and then by epoch, and each once.

    Raises:
        ConfigError: they do not; the message has them in order.
    """
    given = [] if pairs is None else [list(pair) for pair in pairs]
    rising = sorted(map(list, {tuple(pair) for pair in given}))
    if given != rising:
        shown, wanted = (str(listed).replace(" ", "") for listed in (given, rising))
        raise ConfigError(f"{key}: expected fidelities cheapest first and each once, as {wanted}, got {shown}")
