"""What the official files hold about one architecture, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

DATASETS = ("cifar10-valid", "cifar10", "cifar100", "ImageNet16-120")
"""What networks were trained on, in the order in which the benchmark lists it."""


@dataclass(frozen=True, slots=True, eq=False)
class SourceCurve:
    """A metric over the epochs of one training, at those epochs where the source has it.

    Attributes:
        epochs: (N,) epochs done when it was measured, 1 <= epoch <= schedule, ascending.
        values: (N,) in the source's unit; NaN where the source says NaN.
    """

    epochs: NDArray[np.int32]
    values: NDArray[np.float64]

    def at(self, epoch: int) -> float | None:
        """Returns the value after `epoch` epochs; None where the source has none."""
        row = int(self.epochs.searchsorted(epoch))
        if row == len(self.epochs) or self.epochs[row] != epoch:
            return None
        return float(self.values[row])


@dataclass(frozen=True, slots=True, eq=False)
class EvaluationCurves:
    """One evaluation set of a training.

    Attributes:
        accuracy: top-1, percent in [0, 100].
        loss: mean cross entropy.
        seconds: one pass over the set on the source's GPU; sometimes known where accuracy is not, and
            sometimes missing where it is. None where the source has no times at all.
    """

    accuracy: SourceCurve
    loss: SourceCurve
    seconds: SourceCurve | None


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """One training of one architecture.

    Attributes:
        dataset: what it was trained on: `cifar10-valid`, `cifar10`, `cifar100` or `ImageNet16-120`.
        schedule: epochs that were planned, 12 or 200.
        seed: of the training.
        params: parameters in millions, as the source states it, even where the architecture says otherwise.
        flops: in millions, as the source states them.
        latency: seconds of a forward pass, each time that it was measured; None where it was not.
        train_accuracy: top-1 on the training set while training, percent.
        train_top5: top-5 on the training set while training, percent; None where the source has none.
        train_loss: mean cross entropy while training.
        train_seconds: of each epoch, on the source's GPU; None where the source has none.
        evaluations: by evaluation set (`x-valid`, `x-test`, `ori-test`), in the source's order.
        parameters: of the trained network, by their official names; None where the source has none or they were not
            asked for.
    """

    dataset: str
    schedule: int
    seed: int
    params: float
    flops: float
    latency: tuple[float, ...] | None
    train_accuracy: SourceCurve
    train_top5: SourceCurve | None
    train_loss: SourceCurve
    train_seconds: SourceCurve | None
    evaluations: dict[str, EvaluationCurves]
    parameters: Mapping[str, NDArray[Any]] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ArchitectureRecord:
    """Everything that a source has about one architecture.

    Attributes:
        index: in the benchmark's official order.
        arch: the architecture's string.
        trials: in the source's order of schedules and within one of its results.
        unlisted: how many trainings are in only one of the source's own list of seeds (`dataset_seed`) and its results.
            The results count.
    """

    index: int
    arch: str
    trials: tuple[Trial, ...]
    unlisted: int = 0
