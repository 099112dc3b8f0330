"""A build's folder: every finished training, safe from the moment that it is noted.

plan.json            what is to be trained, and by which versions
finished.log         results: a line each, its CRC-32 in front
0000.shard, ...      the same journal, 200 a file, compressed by Zstandard; the log moves into one when it is full
"""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import filelock
import zstandard

from nasbench_suite import journal
from nasbench_suite.errors import ResultsError
from nasbench_suite.training.task import Result, Task

PLAN, LOG, SHARD = "plan.json", "finished.log", ".shard"
SHARD_LINES = 200


class BuildFolder:
    """A build's folder, locked while it is open.

    Attributes:
        path: of the folder.
        results: by task; those finished so far.
    """

    def __init__(self, path: Path, lock: filelock.BaseFileLock) -> None:
        """Use `open`."""
        self.path, self._lock = path, lock
        self.results: dict[Task, Result] = {}
        self._shards = sorted(path.glob(f"*{SHARD}"))
        for shard in self._shards:
            self._add(_read(shard))
        # a kill between the last shard and the end of its log leaves the same results in both; no harm
        self._log_lines = self._add(journal.recover(path / LOG))

    @classmethod
    def open(cls, path: Path, plan: Mapping[str, Any]) -> Self:
        """Opens a folder, new or begun; what is finished in it stays.

        Args:
            path: of the folder.
            plan: plain values; a folder that was begun with others is refused.

        Raises:
            ResultsError: it cannot be written, is damaged, another process is at it, or another plan began it.
        """
        lock = filelock.FileLock(path / ".lock")
        try:
            path.mkdir(parents=True, exist_ok=True)
            lock.acquire(blocking=False)
            try:
                folder = cls(path, lock)
                folder._begin(plan)
                return folder
            except BaseException:
                lock.release()
                raise
        except filelock.Timeout:
            raise ResultsError(f"{path}: another process is building there; wait for it") from None
        except OSError as error:
            raise ResultsError(f"{path}: cannot be written ({error.strerror}); choose another results=") from error

    def _begin(self, plan: Mapping[str, Any]) -> None:
        text = json.dumps(plan, indent=2) + "\n"
        if self.results and (self.path / PLAN).read_text() != text:
            begun, now = json.loads((self.path / PLAN).read_text()), json.loads(text)
            differing = sorted(key for key in begun | now if begun.get(key) != now.get(key))
            raise ResultsError(
                f"{self.path}: was begun with other {', '.join(differing)} ({_brief(begun, differing)}; now "
                f"{_brief(now, differing)}); finish it with those, or choose another results="
            )
        _write(self.path / PLAN, text.encode())

    def append(self, result: Result) -> None:
        """Notes a finished task; it is safe from then on.

        Raises:
            ResultsError: the disk is full or fails; what was there before stays.
        """
        try:
            journal.append(self.path / LOG, result.to_json())
            self.results[result.task] = result
            self._log_lines += 1
            if self._log_lines >= SHARD_LINES:
                self._close_shard()
        except OSError as error:
            raise ResultsError(
                f"{self.path}: cannot be written ({error.strerror}); {len(self.results)} results are kept, start "
                "again to go on"
            ) from error

    def _close_shard(self) -> None:
        path = self.path / f"{len(self._shards):04d}{SHARD}"
        _write(path, zstandard.ZstdCompressor(level=19).compress((self.path / LOG).read_bytes()))
        self._shards.append(path)
        (self.path / LOG).unlink()
        self._log_lines = 0

    def _add(self, records: Sequence[Any]) -> int:
        for record in records:
            result = Result.from_json(record)
            self.results[result.task] = result
        return len(records)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()


def _read(shard: Path) -> list[Any]:
    try:
        content = zstandard.ZstdDecompressor().decompress(shard.read_bytes())
    except zstandard.ZstdError:
        content = b"cut off"
    records = [journal.unseal(line) for line in content.splitlines(keepends=True)]
    if None in records:
        raise ResultsError(f"{shard}: is damaged; remove it, and its trainings will be done again")
    return records


def _brief(plan: Mapping[str, Any], keys: list[str]) -> str:
    return json.dumps({key: plan.get(key) for key in keys})


def _write(path: Path, content: bytes) -> None:
    """Writes a file so that it is there whole or not at all."""
    temporary = path.with_name(f".{path.name}.tmp")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
