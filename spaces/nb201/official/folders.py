"""Folders with a file per architecture: NATS-Bench's `-simple` and `-full`, NAS-Bench-201's archives."""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from nasbench_suite.errors import SourceError
from nasbench_suite.processes import ordered_map
from nasbench_suite.spaces.nb201.official.parameters import read_with_parameters
from nasbench_suite.spaces.nb201.official.records import ArchitectureRecord
from nasbench_suite.spaces.nb201.official.release import Release
from nasbench_suite.spaces.nb201.official.source import (
    OfficialSource,
    Progress,
    check_string,
    no_progress,
    read_strings,
)
from nasbench_suite.spaces.nb201.official.states import read_record
from nasbench_suite.spaces.nb201.official.streams import check_end, open_pickle

META = "meta.pickle.pbz2"
_ARCHITECTURE_FILE = re.compile(r"(\d{1,6})(\.pickle\.pbz2|-FULL\.pth)", re.ASCII)


def index_in_name(path: Path) -> int | None:
    """Returns the architecture whose file this is by its name; None where it is another file."""
    match = _ARCHITECTURE_FILE.fullmatch(path.name)
    return int(match[1]) if match else None


class Folder(OfficialSource):
    """A folder of files, read on several processes, in the order of the architectures."""

    def __init__(self, path: Path, format: str, release: Release, processes: int | None = None) -> None:
        """
        Args:
            path: the folder.
            format: its name.
            release: the benchmark that it is expected to be of.
            processes: how many read; all cores unless said otherwise. 1 reads in this process.
        """
        super().__init__(path, release)
        self.format = format
        self.processes = processes

    def files(self) -> list[Path]:
        meta = self.path / META
        return sorted([*self._architecture_files().values(), *([meta] if meta.is_file() else [])])

    def records(self, progress: Progress = no_progress, *, parameters: bool = False) -> Iterator[ArchitectureRecord]:
        meta = self.path / META
        strings = read_meta(meta, self.release) if meta.is_file() else None
        paths = self._architecture_files()
        sizes = [path.stat().st_size for path in paths.values()]
        done, total = 0, sum(sizes)
        read_file, waiting = (read_heavy_record_file, 2) if parameters else (read_record_file, 8)
        read = partial(read_file, schedules=self.release.schedules)
        records = ordered_map(read, list(paths.values()), self.processes, waiting)
        for (index, path), size, record in zip(paths.items(), sizes, records, strict=True):
            if record.index != index:
                raise SourceError(f"{path}: expected architecture {index}, found {record.index}")
            if strings is not None:
                check_string(record.index, record.arch, strings, str(path))
            done += size
            progress(done, total)
            yield record

    def _architecture_files(self) -> dict[int, Path]:
        """The files by architecture, in order."""
        paths: dict[int, Path] = {}
        for path in self.path.iterdir():
            index = index_in_name(path)
            if index is None:
                continue
            if index >= self.release.size:
                raise SourceError(f"{path}: expected an architecture below {self.release.size}")
            if index in paths:
                raise SourceError(f"{path}: architecture {index} is also in {paths[index].name}")
            paths[index] = path
        if not paths:
            raise SourceError(f"{self.path}: expected files such as 000000.pickle.pbz2 or 000000-FULL.pth, found none")
        return dict(sorted(paths.items()))


def read_meta(path: Path, release: Release) -> list[str]:
    """Reads the strings of all architectures from a folder's meta file.

    Raises:
        SourceError: it is damaged or something else.
    """
    with open_pickle(path) as (pickle, _):
        head = pickle.load()
        check_end(pickle, path)
    return read_strings(head, str(path), release)


def read_record_file(path: Path, schedules: Mapping[str, int]) -> ArchitectureRecord:
    """Reads the file of one architecture; parameters are left out.

    Raises:
        SourceError: it is damaged or something else.
    """
    with open_pickle(path) as (pickle, _):
        states = pickle.load()
        check_end(pickle, path)
    return read_record(index_in_name(path), states, str(path), schedules)


def read_heavy_record_file(path: Path, schedules: Mapping[str, int]) -> ArchitectureRecord:
    """Reads the file of one architecture with its networks' parameters.

    Raises:
        SourceError: it is damaged or something else.
    """
    return read_record(index_in_name(path), read_with_parameters(path), str(path), schedules)
