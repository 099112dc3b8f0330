"""What crosses the boundary between the benchmark and those who ask it."""

import math
from typing import NamedTuple

from nasbench_suite.fidelity import Fidelity
from nasbench_suite.objective import ObjectiveValues


class Observation(NamedTuple):
    """What a search may see of one evaluation; there is no test metric on this type.

    A named tuple because millions are built: a frozen dataclass costs four times as much.

    Attributes:
        fidelity: how far the architecture was trained.
        valid_accuracy: percent in [0, 100]; NaN where the training diverged. Of the test set where the benchmark was
            made with the objective `test_error`, which a job's description and its report name.
        seconds: cost of the evaluation from scratch, on the source's hardware; None where the source does not know.
        trial: the training seed that answered; None where it was a mean over trials.
        objectives: every objective, where there are several or constraints; None where accuracy is all there is.
    """

    fidelity: Fidelity
    valid_accuracy: float
    seconds: float | None
    trial: int | None
    objectives: ObjectiveValues | None = None

    @property
    def losses(self) -> tuple[float, ...]:
        """Every objective, to be minimised; infinite where there is no value."""
        if self.objectives is not None:
            return self.objectives.losses
        return (-self.valid_accuracy if self.valid_accuracy == self.valid_accuracy else math.inf,)

    @property
    def violation(self) -> float:
        """By how much the constraints are violated: 0 where all are met, or there are none."""
        return 0.0 if self.objectives is None else self.objectives.violation


class Score(NamedTuple):
    """The judge's view of an architecture on one data set: final schedule, mean over trials.

    Attributes:
        dataset: where it was scored.
        schedule: the final schedule, in epochs; None where nothing was trained.
        valid_accuracy: percent in [0, 100]; None where the source has none.
        test_accuracy: percent in [0, 100]; None where the source has none.
    """

    dataset: str
    schedule: int | None
    valid_accuracy: float | None
    test_accuracy: float | None
