"""How a supernet is built and its parameters are trained; what differs between papers is a value here."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from nasbench_suite.errors import ConfigError
from nasbench_suite.training.precision import Precision, check_precision
from nasbench_suite.whole_number import check_whole


@dataclass(frozen=True)
class SupernetSettings:
    """A supernet's training: SGD with Nesterov momentum under a cosine per epoch.

    Defaults are those of NAS-Bench-201 (Dong and Yang 2020, arXiv:2001.00326, section 5, and its code) for all but
    ENAS; its epochs differ between algorithms. Memory layout, device and threads are this project's.

    Attributes:
        network: of `Space.supernet`, classes and in_channels apart.
        epochs: of the search; at least 1.
        batch: images per step, over all processes; an epoch's last batch may be smaller.
        learning_rate: at the start.
        learning_rate_end: at the other end of the cosine.
        cosine_epochs: from one end to the other; beyond, the rate rises again on the same cosine. None for `epochs`.
        momentum: of SGD, Nesterov's; in [0, 1).
        weight_decay: on every parameter, also on those that a step does not use.
        clip: largest norm of the gradient of all parameters together; None for no limit.
        flip: mirror half the images.
        crop_pad: zeros around an image before a random crop to its size; 0 for no crop.
        evaluation_batch: images evaluated at once.
        precision: of both passes, float32, tf32 (on a GPU) or bfloat16; parameters are float32 always.
        channels_last: memory layout of images and convolutions.
        compile: compile the supernet for mixtures, whose operations are the same in every step.
        compile_operations: compile its operations one by one, for one-hots and paths, of which every architecture would
            be a network of its own to the compiler.
        cuda_graphs: record a pass of a mixture, forward and backward, as CUDA graphs, and replay them.
        device: `cpu`, `cuda`, or one of several such as `cuda:1`.
        threads: of a CPU, for one process.
        datasets_root: folder of downloaded data sets; None for the default.
        official: whether they must have their published checksums.
    """

    network: Mapping[str, Any]
    epochs: int
    batch: int = 64
    learning_rate: float = 0.025
    learning_rate_end: float = 0.001
    cosine_epochs: int | None = None
    momentum: float = 0.9
    weight_decay: float = 5e-4
    clip: float | None = 5.0
    flip: bool = True
    crop_pad: int = 4
    evaluation_batch: int = 512
    precision: Precision = "float32"
    channels_last: bool = True
    compile: bool = False
    compile_operations: bool = False
    cuda_graphs: bool = False
    device: str = "cpu"
    threads: int = 1
    datasets_root: str | None = None
    official: bool = True

    def __post_init__(self) -> None:
        for name in ("epochs", "batch", "evaluation_batch", "threads"):
            check_whole(f"supernet.{name}", getattr(self, name), 1)
        if not 0 <= self.learning_rate_end <= self.learning_rate or self.learning_rate <= 0:
            raise ConfigError(
                "supernet: expected learning_rate > 0 and learning_rate_end from 0 to it, got "
                f"{self.learning_rate} and {self.learning_rate_end}"
            )
        if not 0 <= self.momentum < 1 or self.weight_decay < 0 or self.crop_pad < 0:
            raise ConfigError(
                "supernet: expected momentum in [0, 1), weight_decay and crop_pad of 0 or more, got "
                f"{self.momentum}, {self.weight_decay} and {self.crop_pad}"
            )
        if (self.clip is not None and self.clip <= 0) or (self.cosine_epochs is not None and self.cosine_epochs < 1):
            raise ConfigError(
                "supernet: expected clip > 0 or null and cosine_epochs of 1 or more or null, got "
                f"{self.clip} and {self.cosine_epochs}"
            )
        if self.cuda_graphs and self.device == "cpu":
            raise ConfigError("supernet.cuda_graphs: expected false on a CPU, got true; they need supernet.device=cuda")
        check_precision("supernet.precision", self.precision, self.device)

    def learning_rate_at(self, epoch: float) -> float:
        """Learning rate in an epoch, counted from 0."""
        length = self.epochs if self.cosine_epochs is None else self.cosine_epochs
        share = (1 + math.cos(math.pi * epoch / length)) / 2
        return self.learning_rate_end + (self.learning_rate - self.learning_rate_end) * share

    def as_dict(self) -> dict[str, Any]:
        """The settings as plain values, for files."""
        return asdict(self)
