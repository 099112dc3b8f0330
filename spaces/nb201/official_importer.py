"""Importers of the official files of NAS-Bench-201 and NATS-Bench, one per format."""

from pathlib import Path
from typing import Any

import numpy as np

from nasbench_suite.errors import ArchitectureError, SourceError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.importing.datasets import pair_datasets
from nasbench_suite.importing.importer import Importer, NewWriter
from nasbench_suite.progress import Progress
from nasbench_suite.space import Space
from nasbench_suite.spaces.nb201.official import (
    DATASETS,
    ArchitectureRecord,
    Release,
    Trial,
    open_source,
)
from nasbench_suite.spaces.nb201.official.columns import UNITS, columns
from nasbench_suite.spaces.nb201.official.finals import Finals
from nasbench_suite.spaces.nb201.official.release import ARCHIVES
from nasbench_suite.spaces.nb201.official.streams import holds_pickle
from nasbench_suite.table import Metadata
from nasbench_suite.table.curves import Curve
from nasbench_suite.table.parameters import NetworkKey
from nasbench_suite.table.writer import TableWriter

# half of the last digit that the source prints: of one parameter, of ten FLOPs
_PARAMETERS_APART, _FLOPS_APART = 0.5e-6, 0.5e-5
# searches that end trainings early (Hyperband and its kin) do so in the short schedule, and ask at any epoch of it
_SHORT = 12


class OfficialImporter(Importer):
    """Reads one of the official formats; networks' parameters only where the writer takes them."""

    def __init__(self, format: str, release: Release) -> None:
        """
        Args:
            format: its name.
            release: the benchmark whose files they are.
        """
        self.format, self._release = format, release
        self.describes = f"{release.descriptions[format]} (format {format})"
        self.has_parameters = format in (ARCHIVES, release.folder)

    def recognises(self, path: Path) -> bool:
        """Whether the first bytes, or a folder's file names and the first bytes of one, are of this format."""
        try:
            found = open_source(path, release=self._release).format
        except SourceError:
            return False
        return found == self.format and (path.is_dir() or holds_pickle(path))

    def read(self, path: Path, space: Space[Any], new_writer: NewWriter, progress: Progress) -> Metadata:
        """Writes the table: rows in the source's order, curves architecture by architecture, columns at the end."""
        source = open_source(path, release=self._release)
        if source.format != self.format:
            raise SourceError(f"{path}: expected format {self.format}, found {source.format}")
        done = 0

        def advance(now: int, total: int) -> None:
            nonlocal done
            progress.advance(now - done)
            done = now

        with new_writer(UNITS, DATASETS) as writer:
            table = TableInProgress(writer, space, self._release, str(path))
            for record in source.records(advance, parameters=writer.parameters is not None):
                table.add(record)
            table.complete(source.counts)
            return writer.finish()


class TableInProgress:
    """A table that is being written, architecture by architecture."""

    def __init__(self, writer: TableWriter, space: Space[Any], release: Release, where: str) -> None:
        self._writer, self._space, self._release, self._where = writer, space, release, where
        self._rows: dict[Any, int] = {}
        self._finals = Finals(release.size)
        self._disagreeing = dict.fromkeys(
            ("cells_with_other_parameters_than_the_formula", "cells_with_other_flops_than_the_formula"), 0
        )
        self._unlisted = 0
        self._metrics: set[str] = set()

    def add(self, record: ArchitectureRecord) -> None:
        """Writes an architecture's curves and parameters and keeps its final figures.

        Raises:
            SourceError: the record contradicts another, or the first has no networks' parameters where they are wanted.
        """
        try:
            arch = self._space.parse(record.arch)
        except ArchitectureError as error:
            raise SourceError(f"{self._where}: architecture {record.index}: {error}") from None
        if arch in self._rows:
            raise SourceError(f"{self._where}: architecture {record.index} is {record.arch}, which was there before")
        row = self._rows[arch] = len(self._rows)
        try:
            self._add_trials(row, record)
        except SourceError as error:
            raise SourceError(f"{self._where}: architecture {record.index}: {error}") from None
        if self._writer.parameters is not None and not self._writer.parameters.networks:
            # said at once: such folders have hundreds of gigabytes
            raise SourceError(
                f"{self._where}: --weights: architecture {record.index} has no networks' parameters; folders of "
                "NNNNNN-FULL.pth and NATS-Bench's -full folders have them, -simple ones have not"
            )
        self._compare(arch, record)
        self._unlisted += record.unlisted

    def _add_trials(self, row: int, record: ArchitectureRecord) -> None:
        curves: dict[tuple[str, int], dict[int | None, dict[str, Curve]]] = {}
        for trial in sorted(
            record.trials, key=lambda trial: (trial.schedule, DATASETS.index(trial.dataset), trial.seed)
        ):
            self._finals.begin(trial.dataset, trial.schedule, trial.seed)
            if self._writer.parameters is not None and trial.parameters is not None:
                key = NetworkKey(row, trial.dataset, trial.schedule, trial.seed)
                self._writer.parameters.add(key, trial.parameters)
            found = columns(trial)
            self._metrics |= found.finals.keys() | found.curves.keys()
            final = Fidelity(trial.schedule, trial.schedule)
            for metric, value in found.finals.items():
                self._finals.add(row, trial.dataset, final, trial.seed, metric, value)
            if trial.schedule <= _SHORT and "valid_accuracy" in found.curves:
                self._add_short(row, trial, found.curves["valid_accuracy"])
            if found.curves:
                curves.setdefault((trial.dataset, trial.schedule), {})[trial.seed] = {
                    metric: Curve(curve.epochs.astype(np.int64), curve.values)
                    for metric, curve in sorted(found.curves.items())
                }
        for (trial_set, schedule), by_seed in curves.items():
            self._writer.add_series(trial_set, schedule, sorted(self._finals.seeds[trial_set, schedule]))
            self._writer.add_curves(trial_set, schedule, row, by_seed)

    def _add_short(self, row: int, trial: Trial, curve: Any) -> None:
        for epoch, value in zip(curve.epochs.tolist(), curve.values.tolist(), strict=True):
            if epoch < trial.schedule:
                fidelity = Fidelity(trial.schedule, epoch)
                self._finals.add(row, trial.dataset, fidelity, trial.seed, "valid_accuracy", value)

    def _compare(self, arch: Any, record: ArchitectureRecord) -> None:
        agrees = (
            all(abs(t.params - self._release.parameters(arch, t.dataset)) <= _PARAMETERS_APART for t in record.trials),
            all(abs(t.flops - self._release.flops(arch, t.dataset)) <= _FLOPS_APART for t in record.trials),
        )
        for what, agreeing in zip(self._disagreeing, agrees, strict=True):
            self._disagreeing[what] += not agreeing

    def complete(self, counted: dict[str, int]) -> None:
        """Writes the columns and the counts."""
        rows = len(self._rows)
        self._writer.set_architectures(list(self._rows))
        self._finals.write(self._writer, rows)
        trial_sets = {trial_set for trial_set, _ in self._finals.seeds}
        self._writer.datasets = pair_datasets(self._space, [name for name in DATASETS if name in trial_sets])
        self._writer.units = {metric: unit for metric, unit in UNITS.items() if metric in self._metrics}
        self._writer.counts |= {
            "trainings": sum(self._finals.trainings.values()),
            "missing_trainings": self._finals.missing_trainings(rows),
            **self._disagreeing,
            "cells_of_the_space_absent": self._release.size - rows,
            **({"trainings_listed_otherwise": self._unlisted} if self._unlisted else {}),
            **counted,
        }
