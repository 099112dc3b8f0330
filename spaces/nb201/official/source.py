"""The contract of a source: what it is, and its records in order."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from pathlib import Path

from nasbench_suite.errors import SourceError
from nasbench_suite.spaces.nb201.official.records import ArchitectureRecord
from nasbench_suite.spaces.nb201.official.release import Release

Progress = Callable[[int, int], None]
"""Called now and then with the bytes done and the bytes in all, of the files as they lie on the disk."""


def no_progress(done: int, total: int) -> None:
    """Ignores the progress."""


class OfficialSource(ABC):
    """An official file or folder.

    Attributes:
        path: where it is.
        release: the benchmark that it is expected to be of.
        format: its name, for the table's metadata and for messages.
        counts: what was found at odds and does no harm, by name; complete after all records were read.
    """

    format: str

    def __init__(self, path: Path, release: Release) -> None:
        self.path, self.release = path, release
        self.counts: dict[str, int] = {}

    @abstractmethod
    def files(self) -> list[Path]:
        """Lists the files that `records` reads, sorted: what a checksum of the source covers."""

    @abstractmethod
    def records(self, progress: Progress = no_progress, *, parameters: bool = False) -> Iterator[ArchitectureRecord]:
        """Yields every architecture that the source has, each once, holding few at a time.

        Abandoning the iterator is harmless: nothing was written, and its processes end.

        Args:
            progress: called as files are read.
            parameters: whether networks' parameters are read, of which only folders have any.

        Raises:
            SourceError: the source is foreign, damaged or contradicts itself.
        """


def read_strings(head: object, where: str, release: Release) -> list[str]:
    """Checks the list of the space's strings that a source carries.

    Raises:
        SourceError: there is no such list, it is too long, or has an architecture twice.
    """
    strings = head.get("meta_archs") if isinstance(head, dict) else None
    if not isinstance(strings, list) or not all(type(string) is str for string in strings):
        raise SourceError(f"{where}: expected the list of architectures (meta_archs), found none")
    if strings and release.separator not in strings[0]:
        raise SourceError(f"{where}: has architectures such as {strings[0]!r:.80}; expected those of {release.name}")
    if len(strings) > release.size or len(set(strings)) != len(strings):
        raise SourceError(
            f"{where}: expected at most {release.size} different architectures, found {len(strings)}, "
            f"of which {len(set(strings))} are different"
        )
    return strings


def check_string(index: int, arch: str, strings: list[str], where: str) -> None:
    """Checks that an architecture is the one that the source's list of architectures has at its index.

    Raises:
        SourceError: it is not.
    """
    if index >= len(strings) or strings[index] != arch:
        raise SourceError(
            f"{where}: architecture {index} is {arch}, which meta_archs does not have there; "
            "this is not an unchanged official file"
        )
