"""Importer of NNI's `nasbench101.db`, whose seconds per training are 60 times too large and are corrected."""

from collections.abc import Iterator
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

import numpy as np

from nasbench_suite.errors import ArchitectureError, SourceError
from nasbench_suite.importing.importer import Importer, NewWriter
from nasbench_suite.importing.nni_database import NNIDatabase, Record, recognises
from nasbench_suite.progress import Progress
from nasbench_suite.space import Space
from nasbench_suite.spaces.nb101.batches import Name, RowBatch
from nasbench_suite.spaces.nb101.file_cells import FileCells
from nasbench_suite.spaces.nb101.measurements import TRIAL_SET, UNITS, Measurements, check_figures
from nasbench_suite.spaces.nb101.nni_architectures import graph
from nasbench_suite.table import Metadata

_UNITS: Final = UNITS | dict.fromkeys(("train_accuracy", "valid_accuracy", "test_accuracy"), "percent")
_SLOWER: Final = 60.0
_ROWS: Final = 1 << 14
_MEASURED: Final = ("train_acc", "valid_acc", "test_acc")


class NB101DatabaseImporter(Importer):
    """Reads trainings and what they measured half-way; seconds are those of the epochs, which are right."""

    format = "nb101-nni"
    describes = "NNI's nasbench101.db (format nb101-nni)"

    def recognises(self, path: Path) -> bool:
        """Whether the file is a database of SQLite with NNI's tables of NAS-Bench-101."""
        return recognises(path, "nb101")

    def read(self, path: Path, space: Space[Any], new_writer: NewWriter, progress: Progress) -> Metadata:
        """Writes the table, with accuracies in percent as the database has them."""
        with new_writer(_UNITS, [TRIAL_SET]) as writer, NNIDatabase(path, "nb101") as database:
            cells, measurements, trainings, slower = FileCells(path), Measurements(path), 0, 0
            for batch, flawed in _batches(database):
                check_figures(path, batch, highest=100.0)
                measurements.add(cells.rows(batch), batch)
                trainings, slower = trainings + len(batch.offsets), slower + flawed
            if not trainings:
                raise SourceError(f"{path}: expected at least one training, the database is empty")
            progress.advance(path.stat().st_size)
            writer.set_architectures(cells.archs, cells.hashes)
            missing = measurements.write(writer, len(cells.archs))
            writer.counts |= {
                "trainings": trainings,
                "missing_trainings": missing,
                "trainings_whose_seconds_were_60_times_too_large": slower,
            }
            return writer.finish()


def _batches(database: NNIDatabase) -> Iterator[tuple[RowBatch, int]]:
    """Yields trainings, and how many of them have seconds that are too large."""
    trials, first = _trials(database), 1
    while chunk := list(islice(trials, _ROWS)):
        yield _batch(chunk, first), sum(_is_slower(trial, last) for trial, (_, last) in chunk)
        first += len(chunk)


def _trials(database: NNIDatabase) -> Iterator[tuple[Record, tuple[Record, Record]]]:
    """Yields trainings with what they measured half-way and at the end."""
    measured = groupby(database.intermediates(), key=itemgetter(0))
    for trial in database.trials():
        of, group = next(measured, (None, iter(())))
        found = [record for _, record in group]
        if of != trial["id"] or len(found) != 2:
            raise SourceError(
                f"{database.path}: trial {trial['id']}: expected what it measured half-way and at the end"
            )
        early, last = sorted(found, key=lambda record: float(record["current_epoch"]))
        if any(trial[name] != last[name] for name in _MEASURED):
            raise SourceError(f"{database.path}: trial {trial['id']}: its accuracies are not those of its last epoch")
        yield trial, (early, last)


def _is_slower(trial: Record, last: Record) -> bool:
    """Whether a training's seconds are 60 times those of its last epoch, of which those of the epoch are right."""
    return bool(np.isclose(trial["training_time"], _SLOWER * last["training_time"], rtol=1e-9, atol=0))


def _batch(chunk: list[tuple[Record, tuple[Record, Record]]], first: int) -> RowBatch:
    try:
        configs = [trial["config"] for trial, _ in chunk]
        names: dict[Name, int] = {}
        cells = [names.setdefault(_name(trial), len(names)) for trial, _ in chunk]
        figures = [
            [[m["current_epoch"], m["training_time"], *(m[name] for name in _MEASURED)] for m in measured]
            for _, measured in chunk
        ]
        return RowBatch(
            first,
            [trial["id"] for trial, _ in chunk],
            list(names),
            np.array(cells),
            np.array([int(config["num_epochs"]) for config in configs]),
            np.array(figures, dtype=np.float64),
            np.rint(np.array([float(trial["parameters"]) * 1e6 for trial, _ in chunk])).astype(np.int64),
            place="trial {1}",
        )
    except (TypeError, ValueError, OverflowError) as error:
        raise SourceError(f"trials {first} to {first + len(chunk) - 1}: a value is no number ({error})") from None


def _name(trial: Record) -> Name:
    try:
        matrix, operations = graph(trial["config"]["arch"])
    except ArchitectureError as error:
        raise SourceError(f"trial {trial['id']}: {error}") from None
    adjacency = "".join(str(entry) for row in matrix for entry in row)
    return Name(str(trial["config"]["hash"]), adjacency, ",".join(operations))
