"""The networks of a design space that a table measured: their errors and sizes."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.errors import ConfigError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.table import Metric, Table

Floats = NDArray[np.float64]


class MeasuredNetworks(NamedTuple):
    """The trained networks of a design space on one data set.

    Attributes:
        label: a name for tables and legends.
        errors: (N,) percent on the test set, the mean over a network's trainings.
        parameters: (N,) millions.
        flops: (N,) millions.
        measure: what the errors are: of the best epoch, or of the last.
        left_out: networks that are not among them, for a training diverged or a size is unknown.
        table_hash: content hash of the table.
    """

    label: str
    errors: Floats
    parameters: Floats
    flops: Floats
    measure: str
    left_out: int
    table_hash: str


def measured_networks(table: Table, dataset: str) -> MeasuredNetworks:
    """Reads the networks that were trained on a data set, in its longest schedule.

    The error is the lowest of all epochs where the source gives it, as in NDS's paper, else the last epoch's.

    Raises:
        ConfigError: the table has no test accuracy, or no sizes, on the data set.
        UnknownDatasetError: the table lacks the data set.
    """
    trial_set = table.dataset(dataset).score
    final = Fidelity(*[max(table.schedules(trial_set))] * 2)
    best, last = (table.metric(trial_set, final, name) for name in ("min_test_error", "test_accuracy"))
    sizes = [table.metric(trial_set, final, name) for name in ("parameters", "flops")]
    if (best is None and last is None) or None in sizes:
        raise ConfigError(f"table {table.name} has no test accuracy, parameters and FLOPs on {dataset} to compare")
    rows = np.array(table.measured(trial_set, final.schedule, "min_test_error" if best else "test_accuracy"))
    errors = _means(best, rows) if best else 100 - _means(last, rows)
    parameters, flops = (_means(size, rows) for size in sizes)
    known = np.isfinite(errors) & np.isfinite(parameters) & np.isfinite(flops)
    return MeasuredNetworks(
        f"{table.name}, {dataset}",
        errors[known],
        parameters[known],
        flops[known],
        "lowest of all epochs" if best else f"epoch {final.epoch}",
        int((~known).sum()),
        table.metadata.content_sha256,
    )


def _means(metric: Metric | None, rows: NDArray[np.int64]) -> Floats:
    """Returns the mean over trainings; NaN where there are none, or one diverged."""
    assert metric is not None
    values, known = metric.matrix(rows)
    count = known.sum(axis=1)
    means = np.full(len(rows), np.nan)
    means[count > 0] = np.where(known, values, 0.0).sum(axis=1)[count > 0] / count[count > 0]
    return means
