"""NDS's published files: a folder, a zip, or one JSON file. docs/nds.md describes the layout."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from nasbench_suite.errors import SourceError
from nasbench_suite.importing.archives import open_zip
from nasbench_suite.spaces.nds.families import FAMILY_NAMES
from nasbench_suite.spaces.nds.job_list import read_jobs

# ResNet_lr-wd_in.json: the family, the variant if any, and the mark of ImageNet
_NAME = re.compile(r"(?P<family>[^_]+)(?:_(?P<variant>lr-wd|fix-w-d|reruns|rng[0-9]+))?(?P<imagenet>_in)?\.json")
_ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


def has_files(path: Path) -> bool:
    """Whether a file is a zip that has JSON files; where its directory is damaged, that it may have."""
    if not zipfile.is_zipfile(path):
        return False
    try:
        with path.open("rb") as file, open_zip(file, path) as archive:
            return any(map(_is_data, archive.namelist()))
    except (*_ZIP_ERRORS, SourceError):
        return True


def _is_data(name: str) -> bool:
    # macOS adds a shadow of every file
    return name.endswith(".json") and "__MACOSX" not in name


class ArchiveFile(NamedTuple):
    """One file of an archive.

    Attributes:
        name: within the folder or zip.
        family: whose networks it has.
        trial_set: what they were trained on, and how.
        stored: bytes in the source.
    """

    name: str
    family: str
    trial_set: str
    stored: int


class Archive:
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
                        if _is_data(member.filename):
                            yield member.filename, member.compress_size
            except _ZIP_ERRORS as error:
                raise SourceError(f"{self._path}: the zip file is damaged ({error})") from error
        else:
            yield self._path.name, self._path.stat().st_size

    def _describe(self, name: str, stored: int) -> ArchiveFile:
        match = _NAME.fullmatch(name.rpartition("/")[2])
        if match is None or match["family"] not in FAMILY_NAMES:
            raise SourceError(
                f"{self._path}: expected files named after {', '.join(FAMILY_NAMES)}, with lr-wd, fix-w-d, reruns or "
                f"rng1 after it and _in for ImageNet; got {name!r}"
            )
        dataset = "ImageNet" if match["imagenet"] else "cifar10"
        trial_set = f"{dataset}_{match['variant']}" if match["variant"] else dataset
        return ArchiveFile(name, match["family"], trial_set, stored)

    def where(self, file: ArchiveFile) -> str:
        """Names a file for messages."""
        return file.name if self._path.is_file() and self._path.name == file.name else f"{self._path}, {file.name}"

    def jobs(self, file: ArchiveFile) -> Iterator[tuple[str, object]]:
        """Lists the jobs of a file, each with the list that it stands in: `top`, `mid`, or nothing.

        Raises:
            SourceError: it is not JSON, or no list of jobs.
        """
        try:
            yield from read_jobs(self._bytes(file).decode())
        except UnicodeDecodeError as error:
            raise SourceError(f"{self.where(file)}: expected JSON in UTF-8 ({error})") from error
        except (ValueError, RecursionError) as error:
            raise SourceError(f"{self.where(file)}: expected NDS's JSON ({error})") from error

    def _bytes(self, file: ArchiveFile) -> bytes:
        if self._path.is_dir():
            return (self._path / file.name).read_bytes()
        if not zipfile.is_zipfile(self._path):
            return self._path.read_bytes()
        try:
            with self._path.open("rb") as opened, open_zip(opened, self._path) as archive:
                return archive.read(file.name)
        except _ZIP_ERRORS as error:
            raise SourceError(f"{self.where(file)}: the zip file is damaged ({error})") from error
