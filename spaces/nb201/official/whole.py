"""The whole benchmark in one file: NAS-Bench-201's `.pth` and NATS-Bench's `.pickle.pbz2`."""

from collections.abc import Iterator
from pathlib import Path

from nasbench_suite.errors import SourceError
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


class WholeFile(OfficialSource):
    """One file whose `arch2infos` has an entry for each architecture; read once, an entry at a time."""

    def __init__(self, path: Path, format: str, release: Release) -> None:
        super().__init__(path, release)
        self.format = format

    def files(self) -> list[Path]:
        return [self.path]

    def records(self, progress: Progress = no_progress, *, parameters: bool = False) -> Iterator[ArchitectureRecord]:
        where, total = str(self.path), self.path.stat().st_size
        seen: dict[int, str] = {}
        strings: list[str] | None = None
        with open_pickle(self.path) as (pickle, position):
            for index, states in pickle.entries("arch2infos"):
                if strings is None and "meta_archs" in pickle.head:
                    strings = read_strings(pickle.head, where, self.release)
                record = read_record(index, states, where, self.release.schedules)
                if strings is not None:
                    check_string(record.index, record.arch, strings, where)
                if record.index in seen:
                    raise SourceError(f"{where}: architecture {record.index} is there twice")
                seen[record.index] = record.arch
                progress(min(position(), total), total)
                yield record
            check_end(pickle, self.path)
        self._check_evaluated(pickle.head, set(seen))
        if strings is None:
            strings = read_strings(pickle.head, where, self.release)
            for index, arch in seen.items():
                check_string(index, arch, strings, where)
        progress(total, total)

    def _check_evaluated(self, head: dict[object, object], seen: set[int]) -> None:
        if not seen:
            raise SourceError(
                f"{self.path}: expected the architectures' results under arch2infos, found none; "
                "where this is the meta file of a folder, give the folder"
            )
        evaluated = head.get("evaluated_indexes")
        if isinstance(evaluated, list | set):
            listed = {index for index in evaluated if type(index) is int}
            if absent := len(listed - seen):
                self.counts["cells_listed_but_absent"] = absent
