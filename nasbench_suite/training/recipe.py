"""A training recipe: everything that decides a training besides the network, the data and the seed."""

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from nasbench_suite.errors import ConfigError
from nasbench_suite.training.precision import PRECISIONS, Precision

if TYPE_CHECKING:
    from torch import Tensor
    from torch.optim import Optimizer


@dataclass(frozen=True)
class Recipe:
    """SGD with Nesterov momentum under a cosine per epoch, as NAS-Bench-201 trains (Dong and Yang 2020, table 1).

    Attributes:
        epochs: length of the schedule; at least 1.
        batch: images a step; an epoch's last batch may be smaller.
        learning_rate: in the first epoch; from there it falls along half a cosine, reaching 0 after the last.
        momentum: of SGD, Nesterov's; in (0, 1).
        weight_decay: on every parameter, batch normalisation's included.
        flip: mirror half the training images.
        crop_pad: zeros around a training image before a random crop to its size; 0 for no crop.
        precision: of both passes, float32, tf32 (on a GPU) or bfloat16; parameters are float32 always.
        channels_last: memory layout of images and convolutions.
        compile: compile the network; pays for itself only in long trainings.
        test_every_epoch: measure the test set after every epoch, not only after the last.
        evaluation_batch: images evaluated at once; for speed alone.
        attempts: at most; where a loss is not finite, the training starts again from other seeds, derived from its own.
    """

    epochs: int
    batch: int
    learning_rate: float
    momentum: float
    weight_decay: float
    flip: bool
    crop_pad: int
    precision: Precision
    channels_last: bool
    compile: bool
    test_every_epoch: bool
    evaluation_batch: int
    attempts: int

    def __post_init__(self) -> None:
        if self.epochs < 1 or self.batch < 1 or self.attempts < 1 or self.crop_pad < 0:
            raise ConfigError(
                "a recipe needs epochs, batch and attempts of at least 1 and crop_pad of at least 0, got "
                f"{self.epochs}, {self.batch}, {self.attempts} and {self.crop_pad}"
            )
        if not 0 < self.momentum < 1 or self.learning_rate <= 0 or self.weight_decay < 0:
            raise ConfigError(
                "a recipe needs momentum in (0, 1), learning_rate > 0 and weight_decay >= 0, got "
                f"{self.momentum}, {self.learning_rate} and {self.weight_decay}"
            )
        if self.precision not in PRECISIONS:
            raise ConfigError(f"precision must be one of {', '.join(PRECISIONS)}, got {self.precision!r}")

    def learning_rate_at(self, epoch: int, done: float = 0.0) -> float:
        """Learning rate in an epoch, counted from 0, of which a part in [0, 1) is done; here the same throughout."""
        return self.learning_rate * (1 + math.cos(math.pi * epoch / self.epochs)) / 2

    def optimizer(self, parameters: "Iterable[Tensor]") -> "Optimizer":
        """Makes what moves the parameters; the trainer sets its learning rate before every step."""
        from torch.optim import SGD

        return SGD(
            parameters,
            lr=self.learning_rate,
            momentum=self.momentum,
            weight_decay=self.weight_decay,
            nesterov=True,
            fused=True,
        )

    def as_dict(self) -> dict[str, object]:
        """The recipe as plain values, for files."""
        return asdict(self)
