"""The contract of an importer, which reads one file format of one space."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from nasbench_suite.progress import Progress
from nasbench_suite.space import Space
from nasbench_suite.table import Metadata
from nasbench_suite.table.writer import TableWriter

NewWriter = Callable[[Mapping[str, str], Iterable[str]], TableWriter]


class Importer(ABC):
    """Reads one file format.

    Attributes:
        format: its name, for `--format` and for the table's metadata.
        describes: the files it reads, for messages, e.g. `a tidy CSV`.
        has_parameters: whether its files can have networks' parameters; `read` hands them to the writer's `parameters`,
            where there is one.
    """

    format: str
    describes: str
    has_parameters: bool = False

    @abstractmethod
    def recognises(self, path: Path) -> bool:
        """Whether the file or folder looks like this format, judged by its first bytes or its names."""

    def flaw(self, path: Path) -> str | None:
        """Returns why a file that is not recognised is nearly of this format; None where it is far from it."""
        return None

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
