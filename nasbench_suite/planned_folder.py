"""A folder of work that a plan describes; what is finished is safe from the moment that it is noted.

plan.json      what is to be done, and by which versions
finished.log   a journal of what is finished
"""

import json
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Generic, Self, TypeVar

import filelock

from nasbench_suite import journal
from nasbench_suite.atomic_write import atomic_write, cannot_write, remove_abandoned
from nasbench_suite.errors import ResultsError
from nasbench_suite.folder_lock import lock_folder
from nasbench_suite.plural import counted

PLAN, LOG = "plan.json", "finished.log"
Key = TypeVar("Key")
Result = TypeVar("Result")


class PlannedFolder(ABC, Generic[Key, Result]):
    """A folder of planned work, locked while it is open.

    Attributes:
        path: of the folder.
        results: those finished so far, by what they are of.
    """

    finished: ClassVar[str]
    """What the journal holds, in the plural, such as `finished trainings`."""

    def __init__(self, path: Path, lock: filelock.BaseFileLock) -> None:
        """Use `open`."""
        self.path, self._lock = path, lock
        self.results: dict[Key, Result] = {}
        remove_abandoned(path, below=True)
        self._recover()
        self._log = journal.Journal(path / LOG)

    @classmethod
    def open(cls, path: Path, plan: Mapping[str, Any]) -> Self:
        """Opens a folder, new or begun; what is finished in it stays.

        Args:
            path: of the folder.
            plan: plain values; a folder that was begun with others is refused.

        Raises:
            ResultsError: it cannot be written, another process is at it, or another plan began it.
        """
        lock = lock_folder(path, wait=False)
        try:
            folder = cls(path, lock)
            folder._begin(plan)
            return folder
        except OSError as error:
            lock.release()
            raise cannot_write(path, error, "choose another results=") from error
        except BaseException:
            lock.release()
            raise

    def _begin(self, plan: Mapping[str, Any]) -> None:
        text = json.dumps(plan, indent=2) + "\n"
        if self.results:
            _check_same(self.path, _read(self.path / PLAN), json.loads(text))
        atomic_write(self.path / PLAN, text.encode())

    @contextmanager
    def _noting(self) -> Iterator[None]:
        """Says of a disk that is full or fails inside what is kept."""
        try:
            yield
        except OSError as error:
            kept = f"kept: {counted(len(self.results), self.finished)}; start again to go on"
            raise cannot_write(self.path, error, kept) from error

    def _recover(self) -> int:
        """Adds what a folder that was begun holds; returns how many records its log has."""
        return self._add(self.path / LOG, journal.recover(self.path / LOG))

    def _add(self, path: Path, found: journal.Recovered) -> int:
        """Adds a file's records and counts them, and says which lines are lost; their work is done again."""
        complaint = found.complaint(path)
        if complaint is not None:
            print(f"nasbench-suite: {complaint}", file=sys.stderr)
        try:
            for record in found.records:
                self._add_record(record)
            return len(found.records)
        except (TypeError, ValueError, LookupError, AttributeError) as error:
            raise ResultsError(f"{path}: expected {self.finished}, got another log; choose another results=") from error

    @abstractmethod
    def _add_record(self, record: Any) -> None:
        """Adds a record of the journal to the results; raises an error of any kind where it is another's."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._log.close()
        finally:
            self._lock.release()


def _read(path: Path) -> Mapping[str, Any]:
    """Reads the plan that a folder was begun with."""
    try:
        plan = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError, RecursionError):
        plan = None
    if not isinstance(plan, dict):
        raise ResultsError(f"{path}: is damaged or missing; bring it back, or choose another results=")
    return plan


def _check_same(folder: Path, begun: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    differing = sorted(key for key in {*begun, *now} if begun.get(key) != now.get(key))
    if differing:
        raise ResultsError(
            f"{folder}: was begun with other {', '.join(differing)} ({_brief(begun, differing)}; now "
            f"{_brief(now, differing)}); finish it with those, or choose another results="
        )


def _brief(plan: Mapping[str, Any], keys: Sequence[str]) -> str:
    return json.dumps({key: plan.get(key) for key in keys})
