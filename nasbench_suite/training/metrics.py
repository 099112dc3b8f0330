"""What is measured of a network: per epoch, and for a whole training."""

from dataclasses import dataclass
from typing import Literal

Status = Literal["finished", "stopped", "failed"]


@dataclass(frozen=True)
class PartMetrics:
    """Accuracy and loss over a set of images.

    Attributes:
        accuracy: percent in [0, 100], higher is better.
        loss: mean cross-entropy in nats, lower is better.
    """

    accuracy: float
    loss: float


@dataclass(frozen=True)
class EpochMetrics:
    """What one epoch gave.

    Attributes:
        epoch: counted from 1.
        train: over the epoch's augmented images, while the parameters were changing.
        valid: after the epoch; None where the data set has no validation images.
        test: after the epoch; None where it was not measured.
        train_seconds: for the epoch's steps alone (`training.clock` says which seconds). Where several trials run side
            by side, here and below, an equal share.
        valid_seconds: for one pass over the validation images.
        test_seconds: for one pass over the test images.
    """

    epoch: int
    train: PartMetrics
    valid: PartMetrics | None
    test: PartMetrics | None
    train_seconds: float
    valid_seconds: float | None
    test_seconds: float | None


@dataclass(frozen=True)
class TrainingResult:
    """What came of a training: one trial.

    Attributes:
        status: `finished`; `stopped` by the limit of seconds; or `failed`: its loss was not finite in any attempt.
        reason: why it did not finish; None where it did.
        trial: the training seed that was asked for.
        attempt: that this is, from 1; above 1 the loss was not finite before.
        epochs: the metrics of every epoch that was completed in this attempt, in order.
        seconds: this trial's equal share of all that was spent, attempts and evaluation included.
    """

    status: Status
    reason: str | None
    trial: int
    attempt: int
    epochs: tuple[EpochMetrics, ...]
    seconds: float
