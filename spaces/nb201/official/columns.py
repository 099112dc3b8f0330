"""From the record of one training to the columns and curves of a table."""

from typing import NamedTuple

import numpy as np

from nasbench_suite.errors import SourceError
from nasbench_suite.spaces.nb201.official.records import SourceCurve, Trial

# what a set is called in a table: half of a data set's original test set is its test set here, the whole one is apart
SET_NAMES = {
    "cifar10-valid": {"x-valid": "valid", "ori-test": "test"},
    "cifar10": {"x-valid": "valid", "ori-test": "test"},
    "cifar100": {"x-valid": "valid", "x-test": "test", "ori-test": "original_test"},
    "ImageNet16-120": {"x-valid": "valid", "x-test": "test", "ori-test": "original_test"},
}
"""By trial set and official name of an evaluation set, what a table calls it."""

UNITS = {
    "train_top5_accuracy": "percent",
    "train_seconds": "s",
    "train_seconds_per_epoch": "s",
    "train_epoch_seconds": "s",
    "parameters": "millions",
    "flops": "millions",
    "latency": "s",
    "latency_repeats": "s",
    **{f"{name}_accuracy": "percent" for name in ("train", "valid", "test", "original_test")},
    **{f"{name}_loss": "nats" for name in ("train", "valid", "test", "original_test")},
    **{f"{name}_seconds": "s" for name in ("valid", "test", "original_test")},
}
"""Unit of each column that an official file can have."""


class Columns(NamedTuple):
    """What one training measured.

    Attributes:
        finals: metrics at the end of the training.
        curves: metrics that are known at other epochs as well, with all of their epochs.
    """

    finals: dict[str, float]
    curves: dict[str, SourceCurve]


def columns(trial: Trial) -> Columns:
    """Names what one training measured.

    Times that are the same at every epoch are one number: `train_seconds_per_epoch`, `valid_seconds` and so on.
    Where they vary, `train_epoch_seconds` has each epoch's, and `train_seconds` their sum so far. Where a latency was
    measured several times, `latency` is the mean, and `latency_repeats` has them in order, in place of epochs.

    Raises:
        SourceError: it was evaluated on a set that its data set does not have.
    """
    found = Columns({"parameters": trial.params, "flops": trial.flops}, {})
    _add(found, trial, "train_accuracy", trial.train_accuracy)
    _add(found, trial, "train_loss", trial.train_loss)
    if trial.train_top5 is not None:
        _add(found, trial, "train_top5_accuracy", trial.train_top5)
    if trial.train_seconds is not None:
        _add_train_seconds(found, trial, trial.train_seconds)
    for name, evaluation in trial.evaluations.items():
        if name not in SET_NAMES[trial.dataset]:
            raise SourceError(f"expected no evaluation of {trial.dataset} on {name}; the file was changed")
        column = SET_NAMES[trial.dataset][name]
        _add(found, trial, f"{column}_accuracy", evaluation.accuracy)
        _add(found, trial, f"{column}_loss", evaluation.loss)
        if evaluation.seconds is not None:
            _add_seconds(found, trial, f"{column}_seconds", evaluation.seconds)
    _add_latency(found, trial.latency or ())
    return found


def _add(found: Columns, trial: Trial, metric: str, curve: SourceCurve) -> None:
    final = curve.at(trial.schedule)
    if final is not None:
        found.finals[metric] = final
    if len(curve.epochs) > (final is not None):
        found.curves[metric] = curve


def _add_seconds(found: Columns, trial: Trial, metric: str, curve: SourceCurve) -> None:
    if _is_constant(curve, trial.schedule):
        found.finals[metric] = float(curve.values[0])
    else:
        _add(found, trial, metric, curve)


def _add_train_seconds(found: Columns, trial: Trial, curve: SourceCurve) -> None:
    if _is_constant(curve, trial.schedule):
        found.finals["train_seconds_per_epoch"] = float(curve.values[0])
    elif len(curve.epochs):
        found.curves["train_epoch_seconds"] = curve
        # a sum over epochs is known up to the first epoch that is not
        known = int((curve.epochs == np.arange(1, len(curve.epochs) + 1)).sum())
        _add(found, trial, "train_seconds", SourceCurve(curve.epochs[:known], curve.values[:known].cumsum()))


def _is_constant(curve: SourceCurve, schedule: int) -> bool:
    return len(curve.epochs) == schedule and bool((curve.values == curve.values[0]).all())


def _add_latency(found: Columns, latency: tuple[float, ...]) -> None:
    if latency:
        found.finals["latency"] = sum(latency) / len(latency)
    if len(latency) > 1:
        found.curves["latency_repeats"] = SourceCurve(np.arange(1, len(latency) + 1, dtype=np.int32), np.array(latency))
