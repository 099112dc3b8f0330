"""Importer of a tidy CSV, plain or gzip: one row per training. docs/import.md describes the columns."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from nasbench_suite.errors import ArchitectureError, SourceError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.importing import csv_file
from nasbench_suite.importing.gathering import Architectures, Trials
from nasbench_suite.importing.importer import Importer, NewWriter
from nasbench_suite.importing.parameters import count_other_parameters
from nasbench_suite.progress import Progress
from nasbench_suite.space import Space
from nasbench_suite.table import Metadata
from nasbench_suite.table.metadata import MOST_EPOCHS

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
_ACCURACIES = ("valid_accuracy", "test_accuracy")
OPTIONAL = ("seed", "epoch")
HIGHEST = {"percent": 100.0, "fraction": 1.0, "s": math.inf, "millions": math.inf}  # by unit; a loss may be any number

Accuracy = Literal["percent", "fraction"]


class TidyCsvImporter(Importer):
    """Reads `arch,dataset,epochs[,epoch][,seed][,metrics...]`, for any space."""

    format = "tidy"
    describes = f"a CSV, plain or gzip, with the columns {', '.join(REQUIRED)} (format tidy)"

    def __init__(self, accuracy: Accuracy | None = None, form: str | None = None) -> None:
        """
        Args:
            accuracy: unit of the accuracies. None takes them as percent, and refuses those that look like fractions.
            form: of the architectures; None to recognise it.
        """
        self._accuracy, self._form = accuracy, form
        self._metrics = {
            column: (metric, accuracy if accuracy and unit == "percent" else unit)
            for column, (metric, unit) in METRICS.items()
        }

    def recognises(self, path: Path) -> bool:
        """Whether the first line names the required columns."""
        return set(REQUIRED) <= set(csv_file.header(path))

    def flaw(self, path: Path) -> str | None:
        """Returns which required column is there in other letters, such as `ARCH`."""
        return csv_file.misspelt(csv_file.header(path), REQUIRED)

    def read(self, path: Path, space: Space[Any], new_writer: NewWriter, progress: Progress) -> Metadata:
        """Writes the table of a tidy CSV."""
        architectures, trials, lines = Architectures(space, self._form), Trials(), 0
        columns: list[str] = []
        for where, fields in csv_file.rows(path, progress, REQUIRED, (*OPTIONAL, *METRICS)):
            self._add(fields, where, architectures, trials)
            columns, lines = list(fields), lines + 1
        if not lines:
            raise SourceError(f"{path}: expected at least one row below the header")
        if not trials.highest():
            raise SourceError(
                f"{path}: expected a figure of some training, in a column such as {' or '.join(_ACCURACIES)}, got none"
            )
        trials.check_means(path.name)
        units = dict(self._metrics[column] for column in columns if column in METRICS)
        self._check_accuracies(trials, units, path)
        with new_writer(units, trials.trial_sets()) as writer:
            writer.set_architectures(architectures.archs)
            trials.write(writer, len(architectures.archs))
            writer.counts |= {"trainings": lines, **count_other_parameters(space, architectures.archs, trials)}
            return writer.finish()

    def _add(self, fields: csv_file.Fields, where: str, architectures: Architectures, trials: Trials) -> None:
        try:
            row = architectures.row(fields["arch"])
        except (ArchitectureError, SourceError) as error:
            raise SourceError(f"{where}: {error}") from None
        if not fields["dataset"]:
            raise SourceError(f"{where}: expected a data set, got nothing")
        fidelity, trial = _fidelity(fields, where), csv_file.integer(fields, "seed", where, minimum=0)
        metrics = {}
        for column, (metric, unit) in self._metrics.items():
            value = csv_file.number(fields, column, where, HIGHEST.get(unit), unit)
            if value is not None:
                metrics[metric] = value
        if not trials.add(row, fields["dataset"], fidelity, trial, metrics):
            seed = "the mean" if trial is None else f"seed {trial}"
            what = f"{fields['arch']} on {fields['dataset']}, {fidelity}, {seed}"
            raise SourceError(f"{where}: {what}, is there for the second time")

    def _check_accuracies(self, trials: Trials, units: Mapping[str, str], path: Path) -> None:
        """Refuses a column of accuracies that look like fractions, unless their unit was named."""
        if self._accuracy is not None:
            if self._accuracy not in units.values():
                raise SourceError(f"{path}: has no column of accuracies, so leave --accuracy {self._accuracy} out")
            return
        for (trial_set, metric), highest in trials.highest().items():
            if units.get(metric) == "percent" and 0 < highest <= 1:
                raise SourceError(
                    f"{path}: expected {metric} in percent, but on {trial_set} no value is above {highest:g}; if they "
                    "are fractions of 1, say so with --accuracy fraction, if they are percent, with --accuracy percent"
                )


def _fidelity(fields: csv_file.Fields, where: str) -> Fidelity:
    schedule = csv_file.integer(fields, "epochs", where, minimum=1, maximum=MOST_EPOCHS)
    if schedule is None:
        raise SourceError(f"{where}: expected the length of the training in epochs, got nothing")
    epoch = csv_file.integer(fields, "epoch", where, minimum=1)
    if epoch is not None and epoch > schedule:
        raise SourceError(f"{where}: expected an epoch in 1..{schedule}, got {epoch}")
    return Fidelity(schedule, schedule if epoch is None else epoch)
