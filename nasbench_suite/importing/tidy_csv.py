"""Importer of a tidy CSV, plain or gzip: one row a training. docs/import.md describes the columns."""

import math
from pathlib import Path
from typing import Any

from nasbench_suite.errors import ArchitectureError, SourceError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.importing import csv_file
from nasbench_suite.importing.gathering import Architectures, Trials
from nasbench_suite.importing.importer import Importer, NewWriter
from nasbench_suite.progress import Progress
from nasbench_suite.space import Space
from nasbench_suite.table import Metadata

REQUIRED = ("arch", "dataset", "epochs")
# the CSV's column -> the table's column and its unit
METRICS = {
    "train_accuracy": ("train_accuracy", "percent"),
    "train_loss": ("train_loss", "nats"),
    "valid_accuracy": ("valid_accuracy", "percent"),
    "valid_loss": ("valid_loss", "nats"),
    "test_accuracy": ("test_accuracy", "percent"),
    "test_loss": ("test_loss", "nats"),
    "train_seconds": ("train_seconds", "s"),
    "train_seconds_per_epoch": ("train_seconds_per_epoch", "s"),
    "valid_seconds": ("valid_seconds", "s"),
    "test_seconds": ("test_seconds", "s"),
    "params_millions": ("parameters", "millions"),
    "flops_millions": ("flops", "millions"),
    "latency_seconds": ("latency", "s"),
}
OPTIONAL = ("index", "seed", "epoch")
HIGHEST = {"percent": 100.0, "s": math.inf, "millions": math.inf}  # by unit; a loss may be any number


class TidyCsvImporter(Importer):
    """Reads `arch,dataset,epochs[,epoch][,seed][,metrics...]`, for any space."""

    format = "tidy"
    describes = f"a CSV, plain or gzip, with the columns {', '.join(REQUIRED)} (format tidy)"

    def recognises(self, path: Path) -> bool:
        """Whether the first line names the required columns."""
        return set(REQUIRED) <= set(csv_file.header(path))

    def read(self, path: Path, space: Space[Any], new_writer: NewWriter, progress: Progress) -> Metadata:
        """Writes the table of a tidy CSV."""
        architectures, trials, lines = Architectures(space), Trials(), 0
        columns: list[str] = []
        for where, fields in csv_file.rows(path, progress, REQUIRED, (*OPTIONAL, *METRICS)):
            try:
                row = architectures.row(fields["arch"])
            except (ArchitectureError, SourceError) as error:
                raise SourceError(f"{where}: {error}") from None
            fidelity, trial = _fidelity(fields, where), csv_file.integer(fields, "seed", where, minimum=0)
            metrics = _metrics(fields, where)
            if not trials.add(row, fields["dataset"], fidelity, trial, metrics):
                seed = "the mean" if trial is None else f"seed {trial}"
                what = f"{fields['arch']} on {fields['dataset']}, {fidelity}, {seed}"
                raise SourceError(f"{where}: {what}, is there for the second time")
            columns, lines = list(fields), lines + 1
        if not lines:
            raise SourceError(f"{path}: expected at least one row below the header")
        trials.check_means(path.name)
        units = dict(METRICS[column] for column in columns if column in METRICS)
        with new_writer(units, trials.trial_sets()) as writer:
            writer.set_architectures(architectures.archs)
            trials.write(writer, len(architectures.archs))
            writer.counts["trainings"] = lines
            return writer.finish()


def _fidelity(fields: csv_file.Fields, where: str) -> Fidelity:
    schedule = csv_file.integer(fields, "epochs", where, minimum=1)
    if schedule is None:
        raise SourceError(f"{where}: expected the length of the training in epochs, got nothing")
    epoch = csv_file.integer(fields, "epoch", where, minimum=1)
    if epoch is not None and epoch > schedule:
        raise SourceError(f"{where}: expected an epoch in 1..{schedule}, got {epoch}")
    return Fidelity(schedule, schedule if epoch is None else epoch)


def _metrics(fields: csv_file.Fields, where: str) -> dict[str, float]:
    metrics = {}
    for column, (metric, unit) in METRICS.items():
        value = csv_file.number(fields, column, where, HIGHEST.get(unit), unit)
        if value is not None:
            metrics[metric] = value
    return metrics
