"""From a file that somebody published to a table: the contract of importers, and the import itself."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.errors import SourceError, TableError, TableExistsError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.progress import Progress
from nasbench_suite.space import Space
from nasbench_suite.table import Dataset, Metadata, Source, read_metadata
from nasbench_suite.table.writer import TableWriter

NewWriter = Callable[[Mapping[str, str], Iterable[str]], TableWriter]


class Importer(ABC):
    """Reads one file format.

    Attributes:
        format: its name, for `--format` and for the table's metadata.
        describes: the files it reads, for messages, e.g. `a tidy CSV`.
    """

    format: str
    describes: str

    @abstractmethod
    def recognises(self, path: Path) -> bool:
        """Whether the file or folder looks like this format, judged by its first bytes or its names."""

    @abstractmethod
    def read(self, path: Path, space: Space[Any], new_writer: NewWriter, progress: Progress) -> Metadata:
        """Writes the table of a source.

        Args:
            path: the file or folder.
            space: whose architectures it has.
            new_writer: makes the writer from the units of the columns and the names of the trial sets; use it as a
                context manager, so that a failure leaves nothing behind.
            progress: to be advanced in bytes.

        Raises:
            SourceError: names the line, record or architecture that is wrong.
        """


def import_file(
    space: Space[Any],
    path: Path,
    destination: Path,
    *,
    format: str | None = None,
    force: bool = False,
) -> Metadata:
    """Imports a file or folder into a table.

    Args:
        space: whose architectures it has.
        path: the file or folder.
        destination: the table's place.
        format: which importer to use; None to recognise it.
        force: whether a table of other content may be replaced.

    Raises:
        SourceError: the format is not recognised, or the source is broken.
        TableExistsError: a table of other content is there.
    """
    if not path.exists():
        raise SourceError(f"{path}: there is no such file or folder")
    importer = _choose(space, path, format)
    if not force:
        _check_taken(destination, importer.format)
    try:
        total = sum(file.stat().st_size for file in _files(path))
        # read twice: for the source's hash, which goes into the table, and for what is in it
        with Progress(f"import {path.name}", 2 * total, unit="B") as progress:

            def new_writer(units: Mapping[str, str], trial_sets: Iterable[str]) -> TableWriter:
                source = Source(importer.format, path.name, sha256(path, progress))
                return TableWriter(destination, space, units, source, pair_datasets(space, trial_sets), force=force)

            return importer.read(path, space, new_writer, progress)
    except (OSError, EOFError) as error:
        raise SourceError(f"{path}: cannot be read ({error})") from error


def _check_taken(destination: Path, format: str) -> None:
    """Refuses a name before the work where the table there is surely another: the writer sees to the rest."""
    if not destination.exists():
        return
    try:
        there = read_metadata(destination).source.format
    except TableError:
        return
    if there != format and "tidy" in (there, format):
        raise TableExistsError(
            f"{destination} is there with other content; choose another --name, or replace it with --force"
        )


def _choose(space: Space[Any], path: Path, format: str | None) -> Importer:
    from nasbench_suite.tidy import TidyImporter  # an importer as any other, known here for it fits every space

    importers = [*space.importers(), TidyImporter()]
    if format is not None:
        chosen = [importer for importer in importers if importer.format == format]
        if not chosen:
            known = ", ".join(importer.format for importer in importers)
            raise SourceError(f"space {space.name}: expected a format of {known}; got {format!r}")
        return chosen[0]
    try:
        for importer in importers:
            if importer.recognises(path):
                return importer
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror})") from error
    expected = "; ".join(importer.describes for importer in importers)
    raise SourceError(f"{path}: not a format that space {space.name} knows; expected {expected}")


def pair_datasets(space: Space[Any], trial_sets: Iterable[str]) -> dict[str, Dataset]:
    """Returns the data sets that trial sets make up: by the space's pairs, else each by itself."""
    there = list(trial_sets)
    pairs = {name: Dataset(*pair) for name, pair in space.datasets.items() if pair[0] in there and pair[1] in there}
    used = {part for pair in pairs.values() for part in pair}
    return pairs | {name: Dataset(name, name) for name in there if name not in used}


def sha256(path: Path, progress: Progress | None = None) -> str:
    """Returns the hash of a file; of a folder, that of its sorted files' names and hashes."""
    digest = hashlib.sha256()
    if path.is_file():
        with path.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
                if progress is not None:
                    progress.advance(len(block))
        return digest.hexdigest()
    for file in _files(path):
        digest.update(f"{file.relative_to(path).as_posix()}\n{sha256(file, progress)}\n".encode())
    return digest.hexdigest()


def _files(path: Path) -> list[Path]:
    return sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]


class Architectures:
    """Gives the architectures of a source their rows, in order of appearance.

    Attributes:
        archs: the architecture of each row.
    """

    def __init__(self, space: Space[Any]) -> None:
        """
        Args:
            space: reads the text forms, and knows which architectures share a row.
        """
        self.archs: list[Any] = []
        self._space = space
        self._rows: dict[str, int] = {}
        self._row_of: dict[Hashable, int] = {}

    def row(self, text: str) -> int:
        """Returns the row of an architecture by its text form.

        Raises:
            ArchitectureError: it is no architecture of the space.
            SourceError: it was there before in another form, and their measurements would be mixed.
        """
        row = self._rows.get(text)
        if row is None:
            row = self._rows[text] = self._new_row(text)
        return row

    def _new_row(self, text: str) -> int:
        arch = self._space.parse(text)
        row = self._row_of.setdefault(self._space.identity(arch), len(self.archs))
        if row == len(self.archs):
            self.archs.append(arch)
        elif self.archs[row] != arch:
            raise SourceError(f"{text} is {self._space.format(self.archs[row])} in another form; use one of them")
        return row


class Trials:
    """Gathers measurements one training at a time, and writes them as columns.

    For sources that come cell by cell; a source that comes by column writes to the TableWriter itself.
    """

    def __init__(self) -> None:
        """Starts empty."""
        self._trials: dict[tuple[str, int], dict[int | None, None]] = {}
        self._columns: dict[tuple[str, Fidelity, str], dict[int | None, dict[int, float]]] = {}

    def add(
        self, row: int, trial_set: str, fidelity: Fidelity, trial: int | None, metrics: Mapping[str, float]
    ) -> bool:
        """Adds what one training measured; returns False where it is there already.

        Args:
            row: of the architecture.
            trial_set: its name.
            fidelity: schedule and epoch.
            trial: training seed; None for a mean over trials that the source does not list.
            metrics: by name, in the source's unit; what is left out is missing.
        """
        self._trials.setdefault((trial_set, fidelity.schedule), {})[trial] = None
        for metric, value in metrics.items():
            values = self._columns.setdefault((trial_set, fidelity, metric), {}).setdefault(trial, {})
            if row in values:
                return False
            values[row] = value
        return True

    def check_means(self, source: str) -> None:
        """Refuses a mean beside its own trials: one of them would have to be passed over.

        Raises:
            SourceError: names the first such row.
        """
        for (trial_set, fidelity, metric), by_trial in self._columns.items():
            means = by_trial.get(None, {})
            for trial, values in by_trial.items():
                both = means.keys() & values.keys() if trial is not None else set()
                if both:
                    raise SourceError(
                        f"{source}: architecture {min(both)} has both trials and a mean of {metric} on {trial_set}, "
                        f"{fidelity}; leave the mean out, it is computed from the trials"
                    )

    def trial_sets(self) -> list[str]:
        """Lists the trial sets met, in order."""
        return list(dict.fromkeys(trial_set for trial_set, _ in self._trials))

    def write(self, writer: TableWriter, rows: int) -> None:
        """Declares the series and writes the columns; trials are ordered by seed, stored means last."""
        ordered = {
            series: sorted(trials, key=lambda trial: (trial is None, trial or 0))
            for series, trials in sorted(self._trials.items())
        }
        for (trial_set, schedule), trials in ordered.items():
            writer.add_series(trial_set, schedule, trials)
        for (trial_set, fidelity, metric), by_trial in sorted(self._columns.items()):
            trials = ordered[trial_set, fidelity.schedule]
            values: NDArray[np.float64] = np.zeros((rows, len(trials)))
            missing = np.ones((rows, len(trials)), dtype=np.bool_)
            for at, trial in enumerate(trials):
                known = by_trial.get(trial, {})
                index = np.fromiter(known, dtype=np.int64, count=len(known))
                values[index, at] = np.fromiter(known.values(), dtype=np.float64, count=len(known))
                missing[index, at] = False
            writer.add_column(trial_set, fidelity, metric, values, missing)


__all__ = ["Architectures", "Importer", "NewWriter", "SourceError", "Trials", "import_file", "pair_datasets", "sha256"]
