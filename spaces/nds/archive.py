"""Importer of NDS's published JSON: a folder, a zip, or one file. docs/nds.md describes the layout.

A file is a list of jobs, or an object of such lists (`top`, `mid`); a job is one training. Files are read whole, jobs
one at a time, so that memory holds one file's text and a family's numbers.
"""

import json
import re
import zipfile
import zlib
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from nasbench_suite.errors import ArchitectureError, SourceError
from nasbench_suite.importing.archives import open_zip
from nasbench_suite.importing.importer import Importer, NewWriter
from nasbench_suite.progress import Progress
from nasbench_suite.space import Space
from nasbench_suite.spaces.nds.job import Training, read_job
from nasbench_suite.spaces.nds.series import UNITS, Series
from nasbench_suite.table import Metadata

if TYPE_CHECKING:
    from nasbench_suite.spaces.nds.space import NDSSpace

FORMAT = "nds"
# ResNet_lr-wd_in.json: the family, the variant if any, and the mark of ImageNet
_NAME = re.compile(r"(?P<family>[^_]+)(?:_(?P<variant>lr-wd|fix-w-d|reruns|rng[0-9]+))?(?P<imagenet>_in)?\.json")
_GROUPS = ("top", "mid")
_SPACE = re.compile(r"[ \t\n\r]*")


class _File(NamedTuple):
    name: str
    family: str
    trial_set: str
    stored: int  # bytes in the source


class ArchiveImporter(Importer):
    """Reads the files of one family."""

    format = FORMAT

    def __init__(self, space: "NDSSpace[Any]") -> None:
        """
        Args:
            space: the family.
        """
        self.describes = f"NDS's JSON files, {space.family}*.json, in a folder or zip or one by one (format {FORMAT})"
        self._space = space

    def recognises(self, path: Path) -> bool:
        """Whether it is a JSON file, or a folder or zip that has some."""
        if path.is_dir():
            return any(path.glob("*.json")) or any(path.glob("*/*.json"))
        return path.suffix == ".json" or zipfile.is_zipfile(path)

    def read(self, path: Path, space: Space[Any], new_writer: NewWriter, progress: Progress) -> Metadata:
        """Writes the table of a family."""
        source = _Source(path)
        files = [file for file in source.files if file.family == self._space.family]
        if not files:
            families = ", ".join(sorted({file.family for file in source.files})) or "none"
            raise SourceError(f"{path}: expected files of {self._space.family}; there are those of: {families}")
        progress.advance(sum(file.stored for file in source.files if file not in files))
        rows: dict[Any, int] = {}
        series: dict[tuple[str, int], Series] = {}
        for file in files:
            for group, job in source.jobs(file):
                trial_set = f"{file.trial_set}-{group}" if group else file.trial_set
                training = self._training(job, f"{source.where(file)}, job {_job_id(job)}")
                row = rows.setdefault(training.arch, len(rows))
                found = series.setdefault((trial_set, training.schedule), Series(trial_set, training.schedule))
                found.add(row, training, source.where(file))
            progress.advance(file.stored)
        if not rows:
            raise SourceError(f"{path}: expected at least one job of {self._space.family}")
        return _write(new_writer, rows, [series[key] for key in sorted(series)])

    def _training(self, job: object, where: str) -> Training:
        try:
            return read_job(job, self._space)
        except ArchitectureError as error:
            raise SourceError(f"{where}: {error}") from None


def _write(new_writer: NewWriter, rows: dict[Any, int], series: Sequence[Series]) -> Metadata:
    metrics = {metric for one in series for metric in one.metrics()}
    units = {metric: UNITS.get(metric, "source") for metric in sorted(metrics)}
    with new_writer(units, dict.fromkeys(one.trial_set for one in series)) as writer:
        writer.set_architectures(list(rows))
        for one in series:
            one.write(writer, len(rows))
        writer.counts["trainings"] = sum(one.trainings for one in series)
        writer.counts["diverged"] = sum(one.diverged for one in series)
        writer.counts["repeated_seeds"] = sum(one.repeated for one in series)
        return writer.finish()


def _job_id(job: object) -> str:
    return repr(job.get("job_id", "without an id"))[:40] if isinstance(job, dict) else "that is no object"


class _Source:
    """The JSON files of a folder, a zip, or a single one."""

    def __init__(self, path: Path) -> None:
        """
        Raises:
            SourceError: a file is of no known family or variant, or the zip is damaged.
        """
        self._path = path
        self._stored = dict(self._sizes())
        self.files = [self._describe(name, stored) for name, stored in sorted(self._stored.items())]

    def _sizes(self) -> Iterator[tuple[str, int]]:
        if self._path.is_dir():
            for file in self._path.rglob("*.json"):
                yield file.relative_to(self._path).as_posix(), file.stat().st_size
        elif zipfile.is_zipfile(self._path):
            try:
                with self._path.open("rb") as opened, open_zip(opened, self._path) as archive:
                    for member in archive.infolist():
                        # macOS adds a shadow of every file
                        if member.filename.endswith(".json") and "__MACOSX" not in member.filename:
                            yield member.filename, member.compress_size
            except _ZIP_ERRORS as error:
                raise SourceError(f"{self._path}: the zip file is damaged ({error})") from error
        else:
            yield self._path.name, self._path.stat().st_size

    def _describe(self, name: str, stored: int) -> _File:
        from nasbench_suite.spaces.nds.space import FAMILIES

        match = _NAME.fullmatch(name.rpartition("/")[2])
        if match is None or match["family"] not in FAMILIES:
            raise SourceError(
                f"{self._path}: expected files named after {', '.join(FAMILIES)}, with lr-wd, fix-w-d, reruns or rng1 "
                f"behind it and _in for ImageNet; got {name!r}"
            )
        dataset = "ImageNet" if match["imagenet"] else "cifar10"
        trial_set = f"{dataset}_{match['variant']}" if match["variant"] else dataset
        return _File(name, match["family"], trial_set, stored)

    def where(self, file: _File) -> str:
        """Names a file for messages."""
        return file.name if self._path.is_file() and self._path.name == file.name else f"{self._path}, {file.name}"

    def jobs(self, file: _File) -> Iterator[tuple[str, object]]:
        """Lists the jobs of a file, each with the list that it stands in: `top`, `mid`, or nothing.

        Raises:
            SourceError: it is not JSON, or no list of jobs.
        """
        try:
            yield from _jobs(self._bytes(file).decode())
        except UnicodeDecodeError as error:
            raise SourceError(f"{self.where(file)}: expected JSON in UTF-8 ({error})") from error
        except (ValueError, RecursionError) as error:
            raise SourceError(f"{self.where(file)}: expected NDS's JSON ({error})") from error

    def _bytes(self, file: _File) -> bytes:
        if self._path.is_dir():
            return (self._path / file.name).read_bytes()
        if not zipfile.is_zipfile(self._path):
            return self._path.read_bytes()
        try:
            with self._path.open("rb") as opened, open_zip(opened, self._path) as archive:
                return archive.read(file.name)
        except _ZIP_ERRORS as error:
            raise SourceError(f"{self.where(file)}: the zip file is damaged ({error})") from error


_ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


def _jobs(text: str) -> Iterator[tuple[str, object]]:
    """Reads a list of jobs, or an object of such lists, one job at a time."""
    decoder = json.JSONDecoder()
    at = _skip(text, 0)
    if text[at : at + 1] != "{":
        at = yield from _list(decoder, text, at, "")
    else:
        groups: list[object] = []
        mark = "{"
        while mark in "{,":
            key, at = decoder.raw_decode(text, _skip(text, at + 1))
            if key not in _GROUPS or key in groups:
                raise ValueError(f"expected a list of jobs, or an object of {' and '.join(_GROUPS)}; got {key!r}"[:200])
            groups.append(key)
            mark, at = _mark(text, at, ":")
            at = yield from _list(decoder, text, _skip(text, at + 1), str(key))
            mark, at = _mark(text, at, ",}")
        at += 1
    if _skip(text, at) != len(text):
        raise ValueError(f"something follows the jobs at character {at}")


def _list(decoder: json.JSONDecoder, text: str, at: int, group: str) -> Generator[tuple[str, object], None, int]:
    """Reads the jobs of one list, and returns the place behind it."""
    mark, at = _mark(text, at, "[")
    first = _skip(text, at + 1)
    if text[first : first + 1] == "]":
        return first + 1
    while mark in "[,":
        job, at = decoder.raw_decode(text, _skip(text, at + 1))
        yield group, job
        mark, at = _mark(text, at, ",]")
    return at + 1


def _mark(text: str, at: int, expected: str) -> tuple[str, int]:
    at = _skip(text, at)
    mark = text[at : at + 1]
    if not mark or mark not in expected:
        raise ValueError(f"expected {' or '.join(expected)} at character {at}, got {mark or 'the end'!r}")
    return mark, at


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    assert match is not None  # it matches nothing, too
    return match.end()
