"""What one worker does at a time: one architecture on one data set under one schedule, every trial of the plan."""

from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np

MEASURES = (
    "train_accuracy",
    "train_loss",
    "valid_accuracy",
    "valid_loss",
    "test_accuracy",
    "test_loss",
    "train_seconds",
    "valid_seconds",
    "test_seconds",
)
"""What is measured in every epoch: percent, nats, and seconds of that epoch alone."""

Epoch = tuple[float | None, ...]


class TrainingTask(NamedTuple):
    """A unit of work.

    Attributes:
        arch: text form of the architecture.
        dataset: to train on.
        schedule: length of the training, in epochs.
    """

    arch: str
    dataset: str
    schedule: int


@dataclass(frozen=True)
class TrialRecord:
    """What came of one trial, as plain values.

    Attributes:
        trial: its training seed.
        reason: why there is no result; None where the training finished.
        attempt: that finished, or failed last, from 1.
        seconds: all that this trial cost, attempts and evaluation included.
        epochs: the measures of every epoch in the order of `MEASURES`, single precision; None where not measured.
        latency: seconds of a forward pass on a batch of test images, each time that it was measured, single precision;
            empty where it was not.
    """

    trial: int
    reason: str | None
    attempt: int
    seconds: float
    epochs: tuple[Epoch, ...]
    latency: tuple[float, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Returns plain values."""
        values = asdict(self)
        return values if self.latency else {name: value for name, value in values.items() if name != "latency"}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "TrialRecord":
        """Reads plain values back."""
        listed = {"epochs": tuple(map(tuple, values["epochs"])), "latency": tuple(values.get("latency", ()))}
        return cls(**{**values, **listed})


@dataclass(frozen=True)
class TaskResult:
    """What came of a task.

    Attributes:
        task: that was done.
        trials: in the plan's order.
    """

    task: TrainingTask
    trials: tuple[TrialRecord, ...]

    @property
    def failures(self) -> int:
        """How many trials have no result."""
        return sum(one.reason is not None for one in self.trials)

    def to_json(self) -> list[Any]:
        """Returns plain values."""
        return [self.task, [one.to_json() for one in self.trials]]

    @classmethod
    def from_json(cls, values: list[Any]) -> "TaskResult":
        """Reads plain values back."""
        task, trials = values
        return cls(TrainingTask(*task), tuple(map(TrialRecord.from_json, trials)))


def single(value: float | None) -> float | None:
    """Rounds to single precision, written with the fewest digits that tell it from its neighbours."""
    return None if value is None else float(str(np.float32(value)))
