"""The folder of finished scores, safe from the moment that they are noted.

plan.json      what the scores are of, and by which versions
finished.log   a journal of scores by architecture
scores.csv     all of them, a tidy CSV that `annotate` reads
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import filelock

from nasbench_suite import journal
from nasbench_suite.atomic_write import atomic_write, cannot_write, remove_abandoned
from nasbench_suite.building.folder import check_same_plan, read_plan
from nasbench_suite.errors import ResultsError
from nasbench_suite.folder_lock import lock_folder
from nasbench_suite.plural import counted

PLAN, LOG, CSV = "plan.json", "finished.log", "scores.csv"


class Scored(NamedTuple):
    """A score of an architecture.

    Attributes:
        value: None where the network has no such score.
        seconds: of building the network and computing the score.
    """

    value: float | None
    seconds: float


class ScoreFolder:
    """A folder of scores, locked while it is open.

    Attributes:
        path: of the folder.
        results: by the architecture's text and the score's name; those finished so far.
    """

    def __init__(self, path: Path, lock: filelock.BaseFileLock) -> None:
        """Use `open`."""
        self.path, self._lock = path, lock
        self.results: dict[str, dict[str, Scored]] = {}
        remove_abandoned(path)
        self._recover(path / LOG)
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
            if folder.results:
                check_same_plan(path, read_plan(path / PLAN), json.loads(json.dumps(plan)))
            atomic_write(path / PLAN, (json.dumps(plan, indent=2) + "\n").encode())
            return folder
        except OSError as error:
            lock.release()
            raise cannot_write(path, error, "choose another results=") from error
        except BaseException:
            lock.release()
            raise

    def append(self, arch: str, scores: Mapping[str, Scored]) -> None:
        """Notes the scores of an architecture; they are safe from then on.

        Raises:
            ResultsError: the disk is full or fails; what was there before stays.
        """
        try:
            self._log.append([arch, {name: [*scored] for name, scored in scores.items()}])
        except OSError as error:
            kept = f"scores of {counted(len(self.results), 'architectures')} are kept, start again to go on"
            raise cannot_write(self.path, error, kept) from error
        self.results.setdefault(arch, {}).update(scores)

    def _recover(self, path: Path) -> None:
        found = journal.recover(path)
        complaint = found.complaint(path)
        if complaint is not None:
            print(f"nasbench-suite: {complaint}", file=sys.stderr)
        try:
            for arch, scores in found.records:
                known = {str(name): _scored(*values) for name, values in scores.items()}
                self.results.setdefault(str(arch), {}).update(known)
        except (TypeError, ValueError, AttributeError) as error:
            raise ResultsError(f"{path}: expected scores, got another log; choose another results=") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._log.close()
        finally:
            self._lock.release()


def _scored(value: object, seconds: object) -> Scored:
    if not isinstance(value, float | None) or not isinstance(seconds, float):
        raise ValueError(f"expected numbers, got {value!r:.50} and {seconds!r:.50}")
    return Scored(value, seconds)
