"""Everything that a table has of one architecture: one measurement per training and epoch."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from nasbench_suite.fidelity import Fidelity
from nasbench_suite.table.metadata import Series, metrics_of
from nasbench_suite.table.reader import Table


class Measurement(NamedTuple):
    """What is known of one training after some epochs.

    Attributes:
        trial_set: what it was trained and evaluated on.
        schedule: length of the training, in epochs.
        epoch: how many of them were done.
        trial: training seed; None for a mean that the source stored without its trials.
        values: by metric; accuracies in percent, parameters and FLOPs in millions, times in seconds.
    """

    trial_set: str
    schedule: int
    epoch: int
    trial: int | None
    values: dict[str, float]


def measurements(table: Table, arch: Any) -> Iterator[Measurement]:
    """Yields what was measured of an architecture, by trial set, schedule, epoch and trial; costs nothing.

    Raises:
        ArchitectureError: it is no architecture of the space.
        MissingArchitectureError: the table lacks it.
    """
    row = table.row(arch)
    for series in table.metadata.series:
        metrics = metrics_of(series)
        for epoch in sorted({epoch for metric in metrics for epoch in series.epochs(metric)}):
            yield from _at(table, row, series, epoch, metrics)


def _at(table: Table, row: int, series: Series, epoch: int, metrics: list[str]) -> Iterator[Measurement]:
    values: dict[int, dict[str, float]] = {}
    for metric in metrics:
        found = table.metric(series.trial_set, Fidelity(series.schedule, epoch), metric)
        for at in () if found is None else found.known(row):
            assert found is not None
            values.setdefault(at, {})[metric] = found.value(row, (at,))
    for at in sorted(values):
        yield Measurement(series.trial_set, series.schedule, epoch, series.trials[at], values[at])
