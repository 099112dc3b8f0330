"""`nasbench-suite query --all` and `--csv`: every training of one architecture, for people and as CSV."""

import argparse
import csv
import sys
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from nasbench_suite.errors import MissingDataError
from nasbench_suite.table import Measurement, Table, measurements

# digits after the point, by the unit in the table, and how the unit that is shown is written where it is another
_DIGITS = {"s": 4, "nats": 4, "millions": 6, "count": 6}
_UNITS = {"percent": "%", "fraction": "%", "percent_error": "%", "count": "millions"}


def show(table: Table, arch: Any, options: argparse.Namespace) -> None:
    """Prints what the options choose of an architecture: data set, schedule, epoch and trial.

    Raises:
        MissingDataError: the table lacks the architecture, or has nothing of what was chosen.
    """
    chosen = [one for one in measurements(table, arch) if _is_chosen(one, table, options)]
    if not chosen:
        raise MissingDataError(
            f"table {table.name} has no training of {table.space.format(arch)} of this data set, schedule, epoch and "
            "trial; leave an option out to see what it has"
        )
    if options.csv:
        _write_csv(chosen)
    else:
        _print(table, arch, chosen)


def _is_chosen(one: Measurement, table: Table, options: argparse.Namespace) -> bool:
    epoch = options.epoch or (None if options.csv else one.schedule)
    return (
        (options.dataset is None or one.trial_set in table.dataset(options.dataset))
        and options.schedule in (None, one.schedule)
        and epoch in (None, one.epoch)
        and options.trial in ("mean", str(one.trial))
    )


def _print(table: Table, arch: Any, chosen: Sequence[Measurement]) -> None:
    print(f"{table.space.format(arch)}\ntable {table.name}, row {table.row(arch)} of {len(table)}")
    for (trial_set, schedule, epoch), group in groupby(chosen, key=lambda one: one[:3]):
        found = list(group)
        trials = ["stored mean" if one.trial is None else f"trial {one.trial}" for one in found]
        lines = [[f"{trial_set}, epoch {epoch} of {schedule}", *trials, "mean" if len(found) > 1 else ""]]
        lines += [_line(table, metric, found) for metric in _metrics(found)]
        print()
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        for name, *cells in lines:
            print("  ".join([name.ljust(widths[0]), *map(str.rjust, cells, widths[1:])]).rstrip())


def _line(table: Table, metric: str, found: Sequence[Measurement]) -> list[str]:
    unit = table.metadata.units.get(metric, "")
    digits = _DIGITS.get(unit, 3)
    values = [one.values.get(metric) for one in found]
    known = [value for value in values if value is not None]
    mean = f"{sum(known) / len(known):.{digits}f}" if len(found) > 1 else ""
    cells = ["" if value is None else f"{value:.{digits}f}" for value in values]
    return [f"  {metric} ({_UNITS.get(unit, unit)})", *cells, mean]


def _write_csv(chosen: Sequence[Measurement]) -> None:
    metrics = _metrics(chosen)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["dataset", "schedule", "epoch", "trial", *metrics])
    for one in chosen:
        trial = "" if one.trial is None else one.trial
        values = [one.values.get(metric, "") for metric in metrics]
        writer.writerow([one.trial_set, one.schedule, one.epoch, trial, *values])


def _metrics(found: Iterable[Measurement]) -> list[str]:
    return sorted({metric for one in found for metric in one.values})
