"""One job of NDS's files: a training with its curves and figures."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.errors import ArchitectureError
from nasbench_suite.spaces.nds.fields import exactly, listed, number, whole
from nasbench_suite.whole_number import is_whole

if TYPE_CHECKING:
    from nasbench_suite.spaces.nds.space import NDSSpace

# the source's curve -> the table's metric; errors in percent, one value an epoch
CURVES = {"test_ep_top1": "test_accuracy", "train_ep_top1": "train_accuracy", "train_ep_loss": "train_loss"}
# curves by training step, thinned out by the source; not in every file
STEP_CURVES = {"train_it_top1": "train_accuracy_by_step", "train_it_loss": "train_loss_by_step"}
# the source's figure -> the table's metric
FIGURES = {
    "params": "parameters",
    "flops": "flops",
    "act_mem": "act_mem",
    "exp_mem": "exp_mem",
    "iter_time": "train_seconds_per_step",
    "min_test_top1": "min_test_error",
}
_REQUIRED = ("job_id", "rng_seed", "net", "optim", "test_ep_top1")
_OPTIONAL = ("prec_time", *FIGURES, *(key for key in (*CURVES, *STEP_CURVES) if key not in _REQUIRED))
_PART = re.compile(r"\w{0,40}", re.ASCII)
_ERRORS = ("test_ep_top1", "train_ep_top1", "train_it_top1")


class NDSTraining(NamedTuple):
    """What a job says.

    Attributes:
        arch: the architecture.
        schedule: epochs.
        seed: of the training.
        job_id: as in the source.
        figures: by the table's metric; what the job lacks, or has as null, is left out.
        curves: by the table's metric: (epochs,) or (steps,) floats in the source's unit.
    """

    arch: Any
    schedule: int
    seed: int
    job_id: int | str
    figures: dict[str, float]
    curves: dict[str, NDArray[np.float64]]

    @property
    def diverged(self) -> bool:
        """Whether a curve has a NaN or an infinite value."""
        return any(not np.isfinite(curve).all() for curve in self.curves.values())


def read_job(job: object, space: "NDSSpace[Any]") -> NDSTraining:
    """Reads a job.

    Raises:
        ArchitectureError: a key is unknown or missing, or a value is not what it should be.
    """
    job = exactly(job, "a job", _REQUIRED, _OPTIONAL)
    arch = space.from_source(job["net"], job["optim"])
    schedule = whole(job["optim"]["max_ep"], "max_ep")
    curves = {metric: _curve(job[key], key) for key, metric in (CURVES | STEP_CURVES).items() if key in job}
    for key, metric in CURVES.items():
        if metric in curves and len(curves[metric]) != schedule:
            raise ArchitectureError(f"expected {key} to have max_ep = {schedule} values, got {len(curves[metric])}")
    return NDSTraining(
        arch, schedule, whole(job["rng_seed"], "rng_seed", 0), _job_id(job["job_id"]), _figures(job), curves
    )


def _job_id(value: object) -> int | str:
    if isinstance(value, str) and 0 < len(value) <= 1000:
        return value
    # a number is kept as a float, and must survive that
    if is_whole(value, below=2**53):
        return value
    raise ArchitectureError("expected job_id to be a text, or a number below 2**53")


def _figures(job: Mapping[str, Any]) -> dict[str, float]:
    figures = {metric: _figure(job[key], key) for key, metric in FIGURES.items() if job.get(key) is not None}
    precise = job.get("prec_time")
    # one number, or one for each thing that was timed
    parts = precise if isinstance(precise, Mapping) else {"": precise}
    for key, value in parts.items():
        if not _PART.fullmatch(key):
            raise ArchitectureError(f"expected the parts of prec_time to have plain names, got {key!r}"[:200])
        if value is not None:
            figures[f"prec_time.{key}" if key else "prec_time"] = _figure(value, f"prec_time {key}".rstrip())
    return figures


def _figure(value: object, name: str) -> float:
    if isinstance(value, float) and value != value:
        return value  # NaN is a value of the source
    figure = number(value, name)
    if name == "min_test_top1" and figure > 100:
        raise ArchitectureError(f"expected {name} in percent, 0 to 100, got {figure}")
    return figure


def _curve(values: object, name: str) -> NDArray[np.float64]:
    items = listed(values, name)
    if not items or not set(map(type, items)) <= {int, float}:
        raise ArchitectureError(f"expected {name} to be a list of numbers")
    try:
        curve = np.array(items, dtype=np.float64)
    except OverflowError:
        raise ArchitectureError(f"expected {name} to be a list of numbers that a float can hold") from None
    if name in _ERRORS and not (np.isnan(curve) | ((curve >= 0) & (curve <= 100))).all():
        raise ArchitectureError(f"expected {name} in percent, 0 to 100")
    return curve
