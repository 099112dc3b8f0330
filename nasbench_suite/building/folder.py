"""A build's folder: a planned folder, whose log moves into a shard whenever it is full.

0000.shard, ...   the log as it was, 200 results a file, compressed by Zstandard
"""

from pathlib import Path
from typing import Any

import zstandard

from nasbench_suite import journal
from nasbench_suite.atomic_write import atomic_write
from nasbench_suite.planned_folder import LOG, PlannedFolder
from nasbench_suite.training.task import TaskResult, TrainingTask

SHARD = ".shard"
SHARD_RESULTS = 200
_MOST_BYTES = 1 << 28  # of a shard, unpacked; 200 results of 200 epochs and ten trials are a fifth of that


class BuildFolder(PlannedFolder[TrainingTask, TaskResult]):
    """A build's folder, locked while it is open.

    Attributes:
        path: of the folder.
        results: by task; those finished so far.
    """

    finished = "finished trainings"

    def append(self, result: TaskResult) -> None:
        """Notes a finished task; it is safe from then on.

        Raises:
            ResultsError: the disk is full or fails; what was there before stays.
        """
        with self._noting():
            self._log.append(result.to_json())
            self.results[result.task] = result
            self._in_log += 1
            if self._in_log >= SHARD_RESULTS:
                self._close_shard()

    def _close_shard(self) -> None:
        path = self.path / f"{len(self._shards):04d}{SHARD}"
        atomic_write(path, zstandard.ZstdCompressor(level=19).compress((self.path / LOG).read_bytes()))
        self._shards.append(path)
        self._log.close()
        (self.path / LOG).unlink()
        self._log = journal.Journal(self.path / LOG)
        self._in_log = 0

    def _recover(self) -> int:
        self._shards = sorted(self.path.glob(f"*{SHARD}"))
        for shard in self._shards:
            self._add(shard, _read(shard))
        # a kill between the last shard and the end of its log leaves the same results in both; no harm
        self._in_log = super()._recover()
        return self._in_log

    def _add_record(self, record: Any) -> None:
        result = TaskResult.from_json(record)
        self.results[result.task] = result


def _read(shard: Path) -> journal.Recovered:
    """Reads a shard back; what cannot be unpacked is a damaged line."""
    packed = shard.read_bytes()
    try:
        sound = zstandard.get_frame_parameters(packed).content_size <= _MOST_BYTES
        content = zstandard.ZstdDecompressor().decompress(packed) if sound else b"damaged"
    except zstandard.ZstdError:
        content = b"damaged"
    return journal.read(content)
