"""A build's folder: every finished training, safe from the moment that it is noted.

plan.json            what is to be trained, and by which versions
finished.log         results: a journal
0000.shard, ...      the same journal, 200 results a file, compressed by Zstandard; a full log moves into one
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import filelock
import zstandard

from nasbench_suite import journal
from nasbench_suite.atomic_write import atomic_write, cannot_write, remove_abandoned
from nasbench_suite.errors import ResultsError
from nasbench_suite.folder_lock import lock_folder
from nasbench_suite.journal import Recovered
from nasbench_suite.training.task import TaskResult, TrainingTask

PLAN, LOG, SHARD = "plan.json", "finished.log", ".shard"
SHARD_RESULTS = 200
_MOST_BYTES = 1 << 28  # of a shard, unpacked; 200 results of 200 epochs and ten trials are a fifth of that


class BuildFolder:
    """A build's folder, locked while it is open.

    Attributes:
        path: of the folder.
        results: by task; those finished so far.
    """

    def __init__(self, path: Path, lock: filelock.BaseFileLock) -> None:
        """Use `open`."""
        self.path, self._lock = path, lock
        self.results: dict[TrainingTask, TaskResult] = {}
        remove_abandoned(path, below=True)
        self._shards = sorted(path.glob(f"*{SHARD}"))
        for shard in self._shards:
            self._add(shard, _read(shard))
        # a kill between the last shard and the end of its log leaves the same results in both; no harm
        self._in_log = self._add(path / LOG, journal.recover(path / LOG))
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
            check_same_plan(self.path, read_plan(self.path / PLAN), json.loads(text))
        atomic_write(self.path / PLAN, text.encode())

    def append(self, result: TaskResult) -> None:
        """Notes a finished task; it is safe from then on.

        Raises:
            ResultsError: the disk is full or fails; what was there before stays.
        """
        try:
            self._log.append(result.to_json())
            self.results[result.task] = result
            self._in_log += 1
            if self._in_log >= SHARD_RESULTS:
                self._close_shard()
        except OSError as error:
            kept = f"{len(self.results)} results are kept, start again to go on"
            raise cannot_write(self.path, error, kept) from error

    def _close_shard(self) -> None:
        path = self.path / f"{len(self._shards):04d}{SHARD}"
        atomic_write(path, zstandard.ZstdCompressor(level=19).compress((self.path / LOG).read_bytes()))
        self._shards.append(path)
        self._log.close()
        (self.path / LOG).unlink()
        self._log = journal.Journal(self.path / LOG)
        self._in_log = 0

    def _add(self, path: Path, found: Recovered) -> int:
        """Adds results, and says which are lost; they are trained again."""
        complaint = found.complaint(path)
        if complaint is not None:
            print(f"nasbench-suite: {complaint}", file=sys.stderr)
        try:
            results = [TaskResult.from_json(record) for record in found.records]
        except (TypeError, ValueError, LookupError) as error:
            raise ResultsError(
                f"{path}: expected results of trainings, got another log; choose another results="
            ) from error
        self.results.update((result.task, result) for result in results)
        return len(results)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._log.close()
        finally:
            self._lock.release()


def _read(shard: Path) -> Recovered:
    """Reads a shard back; what cannot be unpacked is a damaged line."""
    packed = shard.read_bytes()
    try:
        sound = zstandard.get_frame_parameters(packed).content_size <= _MOST_BYTES
        content = zstandard.ZstdDecompressor().decompress(packed) if sound else b"damaged"
    except zstandard.ZstdError:
        content = b"damaged"
    return journal.read(content)


def read_plan(path: Path) -> Mapping[str, Any]:
    """Reads what a folder was begun with.

    Raises:
        ResultsError: it is damaged or missing.
    """
    try:
        plan = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError, RecursionError):
        plan = None
    if not isinstance(plan, dict):
        raise ResultsError(f"{path}: is damaged or missing; bring it back, or choose another results=")
    return plan


def check_same_plan(folder: Path, begun: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Raises ResultsError where a plan differs from the one that a folder was begun with."""
    differing = sorted(key for key in {*begun, *now} if begun.get(key) != now.get(key))
    if differing:
        raise ResultsError(
            f"{folder}: was begun with other {', '.join(differing)} ({_brief(begun, differing)}; now "
            f"{_brief(now, differing)}); finish it with those, or choose another results="
        )


def _brief(plan: Mapping[str, Any], keys: Sequence[str]) -> str:
    return json.dumps({key: plan.get(key) for key in keys})
