"""What one worker does at a time: one cell on one data set under one schedule, from every seed of the plan."""

import json
import zlib
from dataclasses import asdict, dataclass
from typing import NamedTuple

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


class Task(NamedTuple):
    """A unit of work.

    Attributes:
        arch: text form of the cell.
        dataset: to train on.
        schedule: length of the training, in epochs.
    """

    arch: str
    dataset: str
    schedule: int


@dataclass(frozen=True)
class Trained:
    """What came of one seed.

    Attributes:
        seed: of the training.
        reason: why there is no result; None where the training finished.
        attempt: that finished, or failed last, from 1.
        seconds: all that this seed cost, attempts and evaluation included.
        epochs: the measures of every epoch in the order of `MEASURES`, single precision; None where not measured.
    """

    seed: int
    reason: str | None
    attempt: int
    seconds: float
    epochs: tuple[Epoch, ...]


@dataclass(frozen=True)
class Result:
    """What came of a task.

    Attributes:
        task: that was done.
        trained: by seed, in the plan's order.
    """

    task: Task
    trained: tuple[Trained, ...]

    @property
    def failures(self) -> int:
        """How many seeds have no result."""
        return sum(one.reason is not None for one in self.trained)

    def to_line(self) -> bytes:
        """Returns the result as a line of JSON with its CRC-32 in front."""
        body = json.dumps([self.task, [asdict(one) for one in self.trained]], separators=(",", ":")).encode()
        return b"%08x %s\n" % (zlib.crc32(body), body)

    @classmethod
    def from_line(cls, line: bytes) -> "Result | None":
        """Reads a line back; None where it is damaged or cut off."""
        checksum, _, body = line.rstrip(b"\n").partition(b" ")
        if not line.endswith(b"\n") or checksum != b"%08x" % zlib.crc32(body):
            return None
        task, trained = json.loads(body)
        epochs = [tuple(tuple(epoch) for epoch in one.pop("epochs")) for one in trained]
        return cls(Task(*task), tuple(Trained(**one, epochs=own) for one, own in zip(trained, epochs, strict=True)))


def single(value: float | None) -> float | None:
    """Rounds to single precision, written with the fewest digits that tell it from its neighbours."""
    return None if value is None else float(str(np.float32(value)))
