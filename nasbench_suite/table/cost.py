"""The seconds of one evaluation, from whichever times a source has."""

from collections.abc import Callable

from nasbench_suite.fidelity import Fidelity
from nasbench_suite.table.metric import ColumnMetric, FirstMetric, Metric, SumMetric

FindMetric = Callable[[Fidelity, str], Metric | None]


def find_cost(find: FindMetric, fidelity: Fidelity, steps_per_epoch: int | None) -> Metric | None:
    """Returns the seconds of one evaluation from scratch; None where the table has no times.

    The cost is that of the training up to the epoch and, where the table has it, of one pass over the validation
    split, as in NATS-Bench's `simulate_train_eval`. A trial without `train_seconds` at the epoch costs
    `train_seconds_per_epoch` times the epochs; one without a time of the pass at the epoch, that of the last. Where the
    table has the seconds of a training step instead, it is these times the steps of an epoch times the epochs.

    Args:
        find: returns a metric of the trial set, or None.
        fidelity: how far it is trained.
        steps_per_epoch: of a training; None where the space does not know them.
    """
    final = Fidelity(fidelity.schedule, fidelity.schedule)
    # a column of times per epoch, or per pass, is that of the whole training, whichever epoch is asked for
    steady = find(final, "train_seconds_per_epoch")
    training = _first(
        find(fidelity, "train_seconds"),
        steady.times(fidelity.epoch) if isinstance(steady, ColumnMetric) else None,
    )
    training = training or _stepwise(find(final, "train_seconds_per_step"), steps_per_epoch, fidelity.epoch)
    if training is None:
        return None
    validation = find(final, "valid_seconds")
    if fidelity != final:
        validation = _first(find(fidelity, "valid_seconds"), validation)
    return training if validation is None else SumMetric(training, validation)


def _stepwise(per_step: Metric | None, steps_per_epoch: int | None, epochs: int) -> Metric | None:
    return None if per_step is None or steps_per_epoch is None else per_step.times(steps_per_epoch * epochs)


def _first(first: Metric | None, second: Metric | None) -> Metric | None:
    return FirstMetric(first, second) if first is not None and second is not None else first or second
