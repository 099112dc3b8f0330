"""From a file that somebody published to a table."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from nasbench_suite.errors import SourceError, TableError, TableExistsError
from nasbench_suite.importing.arrival import arrived
from nasbench_suite.importing.datasets import pair_datasets
from nasbench_suite.importing.importer import Importer
from nasbench_suite.progress import Progress
from nasbench_suite.space import Space
from nasbench_suite.table import Metadata, Source, read_metadata
from nasbench_suite.table.writer import TableWriter


def convert(
    space: Space[Any],
    importers: Sequence[Importer],
    path: Path,
    destination: Path,
    *,
    format: str | None = None,
    force: bool = False,
    parameters: bool = False,
) -> Metadata:
    """Turns a file or folder, or an archive of either, into a table.

    Args:
        space: whose architectures it has.
        importers: the readers that there are, the most specific format first.
        path: the file, folder or archive, or a folder that holds one of these.
        destination: the table's place.
        format: which importer to use; None to recognise it.
        force: whether a table of other content may be replaced.
        parameters: whether the networks' parameters are kept, beside the table.

    Raises:
        SourceError: the format is not recognised, the source is broken, or it has no parameters and they are wanted.
        TableExistsError: a table of other content is there.
    """
    if not path.exists():
        raise SourceError(f"{path}: there is no such file or folder")
    try:
        with arrived(path, importers, format, f"space {space.name}") as (source, importer):
            if parameters and not importer.has_parameters:
                raise SourceError(f"{path}: {_no_parameters(space, importer, importers)}")
            if not force:
                _check_taken(destination, importer.format)
            return _import(space, importer, source, destination, force, parameters)
    except (OSError, EOFError) as error:
        raise SourceError(f"{path}: cannot be read ({error})") from error


def _import(
    space: Space[Any], importer: Importer, path: Path, destination: Path, force: bool, parameters: bool
) -> Metadata:
    total = sum(file.stat().st_size for file in _files(path))
    # read twice: for the source's hash, which goes into the table, and for what is in it
    with Progress(f"import {path.name}", 2 * total, unit="B") as progress:

        def new_writer(units: Mapping[str, str], trial_sets: Iterable[str]) -> TableWriter:
            source = Source(importer.format, path.name, sha256(path, progress))
            return TableWriter(
                destination, space, units, source, pair_datasets(space, trial_sets), force=force, parameters=parameters
            )

        return importer.read(path, space, new_writer, progress)


def _no_parameters(space: Space[Any], importer: Importer, importers: Sequence[Importer]) -> str:
    having = "; ".join(one.describes for one in importers if one.has_parameters)
    advice = f"; these have them: {having}" if having else f"; no format of space {space.name} has"
    return f"--weights: files of format {importer.format} have no networks' parameters{advice}"


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
