"""The state of an unfinished training, in one file."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nasbench_suite.errors import ResultsError
from nasbench_suite.training import checkpoint_file
from nasbench_suite.training.metrics import EpochMetrics, PartMetrics, TrainingResult


@dataclass(frozen=True)
class TrainingCheckpoint:
    """A training between two epochs.

    Attributes:
        attempt: that was under way, from 0.
        seconds: spent so far, over all attempts and trials.
        done: the trials that ended in earlier attempts.
        state: of the trainer.
        epochs: metrics of this attempt's epochs so far, a list per trial.
    """

    attempt: int
    seconds: float
    done: list[TrainingResult]
    state: dict[str, Any]
    epochs: list[list[EpochMetrics]]


def save(path: Path, identity: str, checkpoint: TrainingCheckpoint) -> None:
    """Writes a checkpoint; one that is there is replaced at once or not at all.

    Raises:
        ResultsError: the disk is full or fails; the earlier checkpoint stays.
    """
    content = {
        "identity": identity,
        "attempt": checkpoint.attempt,
        "seconds": checkpoint.seconds,
        "done": [asdict(training) for training in checkpoint.done],
        "state": checkpoint.state,
        "epochs": [[asdict(epoch) for epoch in epochs] for epochs in checkpoint.epochs],
    }
    checkpoint_file.write(path, content)


def load(path: Path, identity: str) -> TrainingCheckpoint:
    """Reads a checkpoint back, onto the CPU.

    Args:
        path: an existing file.
        identity: of the training that wants to go on.

    Raises:
        ResultsError: it is damaged, no checkpoint, or that of another training.
    """
    found = checkpoint_file.read(path)
    try:
        owner = found["identity"]
        done = [_training(values) for values in found["done"]]
        epochs = [[_epoch(values) for values in trial] for trial in found["epochs"]]
        checkpoint = TrainingCheckpoint(found["attempt"], found["seconds"], done, found["state"], epochs)
    except (LookupError, TypeError, AttributeError) as error:
        raise ResultsError(f"{path}: expected a training's checkpoint, got another one; use another file") from error
    if owner != identity:
        raise ResultsError(f"{path}: expected the checkpoint of {identity}, got that of {owner}; use another file")
    return checkpoint


def _training(values: dict[str, Any]) -> TrainingResult:
    return TrainingResult(**(values | {"epochs": tuple(_epoch(epoch) for epoch in values["epochs"])}))


def _epoch(values: dict[str, Any]) -> EpochMetrics:
    sets = {name: values[name] and PartMetrics(**values[name]) for name in ("train", "valid", "test")}
    return EpochMetrics(**(values | sets))
