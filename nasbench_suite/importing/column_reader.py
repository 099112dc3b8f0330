"""The contract of a reader of further columns, which reads one file format."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from nasbench_suite.progress import Progress
from nasbench_suite.space import Space


class ColumnUnit(NamedTuple):
    """What the values of a column mean.

    Attributes:
        unit: e.g. `ms`.
        device: that they were measured on; None where they depend on none.
    """

    unit: str
    device: str | None = None


class ColumnRecord(NamedTuple):
    """What a source says of one architecture.

    Attributes:
        where: file and line, for messages.
        arch: an architecture of the space.
        dataset: whose images the figures are for; None where the source does not say.
        values: by column; what is left out is missing.
    """

    where: str
    arch: Any
    dataset: str | None
    values: Mapping[str, float]


class ColumnReader(ABC):
    """Reads one file format.

    Attributes:
        format: its name.
        describes: the files it reads, for messages.
        depends_on_dataset: whether its figures are of one data set, so that a record without one is not for all.
    """

    format: str
    describes: str
    depends_on_dataset: bool = False

    @abstractmethod
    def recognises(self, path: Path) -> bool:
        """Whether the file looks like this format, judged by its first bytes or its name."""

    def flaw(self, path: Path) -> str | None:
        """Returns why a file that is not recognised is nearly of this format; None where it is far from it."""
        return None

    @abstractmethod
    def columns(self, path: Path) -> Mapping[str, ColumnUnit]:
        """Lists the columns that a file may have values of.

        Raises:
            SourceError: the file does not say what its columns mean.
        """

    @abstractmethod
    def read(self, path: Path, space: Space[Any], progress: Progress) -> Iterator[ColumnRecord]:
        """Yields the records of a file.

        Args:
            path: the file.
            space: whose architectures it has.
            progress: to be advanced in bytes.

        Raises:
            SourceError: names the line or architecture that is wrong.
        """
