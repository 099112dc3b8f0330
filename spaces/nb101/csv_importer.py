"""Importer of NAS-Bench-101 as a CSV: one training of each cell under each schedule. docs/nb101.md has the columns."""

from pathlib import Path
from typing import Any, Final

from nasbench_suite.errors import ArchitectureError, SourceError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.importing import csv_file
from nasbench_suite.importing.gathering import Architectures, Trials
from nasbench_suite.importing.importer import Importer, NewWriter
from nasbench_suite.progress import Progress
from nasbench_suite.space import Space
from nasbench_suite.spaces.nb101.graphs import cell_hash
from nasbench_suite.spaces.nb101.measurements import TRIAL_SET
from nasbench_suite.table import Metadata

REQUIRED: Final = ("module_hash", "adjacency", "operations", "epochs")
# the CSV's column -> the table's column, its unit and the highest value
METRICS: Final = {
    "train_accuracy": ("train_accuracy", "fraction", 1.0),
    "validation_accuracy": ("valid_accuracy", "fraction", 1.0),
    "test_accuracy": ("test_accuracy", "fraction", 1.0),
    "training_seconds": ("train_seconds", "s", float("inf")),
    "trainable_parameters": ("parameters", "count", float("inf")),
}
TRIAL: Final = 0  # the source does not say which of the repeats it lists


class CSVImporter(Importer):
    """Reads `module_hash,adjacency,operations,epochs[,metrics...]`; an empty field is a missing value."""

    format = "nb101-csv"
    describes = f"a CSV, plain or gzip, with the columns {', '.join(REQUIRED)} (format nb101-csv)"

    def recognises(self, path: Path) -> bool:
        """Whether the first line names the required columns."""
        return set(REQUIRED) <= set(csv_file.header(path))

    def read(self, path: Path, space: Space[Any], new_writer: NewWriter, progress: Progress) -> Metadata:
        """Writes the table of a CSV; every cell's hash is verified."""
        architectures, trials, lines = Architectures(space), Trials(), 0
        hashes: list[str] = []
        units: dict[str, str] = {}
        for where, fields in csv_file.rows(path, progress, REQUIRED, tuple(METRICS)):
            text = f"{fields['adjacency']}|{fields['operations']}"
            try:
                row = architectures.row(text)
            except (ArchitectureError, SourceError) as error:
                raise SourceError(f"{where}: {error}") from None
            if row == len(hashes):
                hashes.append(cell_hash(architectures.archs[row]))
            if fields["module_hash"] != hashes[row]:
                raise SourceError(
                    f"{where}: the cell's hash is {hashes[row]}, the line says {fields['module_hash']!r:.50}"
                )
            schedule = csv_file.integer(fields, "epochs", where, minimum=1)
            if schedule is None:
                raise SourceError(f"{where}: expected the length of the training in epochs, got nothing")
            metrics: dict[str, float] = {}
            for column, (metric, unit, highest) in METRICS.items():
                value = csv_file.number(fields, column, where, highest, "fractions of 1")
                if value is not None:
                    metrics[metric], units[metric] = value, unit
            if not trials.add(row, TRIAL_SET, Fidelity(schedule, schedule), TRIAL, metrics):
                raise SourceError(f"{where}: {text} is there for the second time under the {schedule}-epoch schedule")
            lines += 1
        if not lines:
            raise SourceError(f"{path}: expected at least one row below the header")
        with new_writer(units, trials.trial_sets()) as writer:
            writer.set_architectures(architectures.archs, hashes)
            trials.write(writer, len(architectures.archs))
            writer.counts["trainings"] = lines
            return writer.finish()
