"""A job's folder: the files that are the truth about what was searched.

    config.yaml          the resolved configuration
    job.json             names, table hash, fidelities, versions
    trajectory.parquet   one row per evaluation
    scores.parquet       the judge's scores of every incumbent on every data set
    epochs.parquet       of one-shot searches: one row per epoch of the supernet's training
    failures.json        by seed, why a search ended early; only where one did
    wall_seconds.json    by seed, the seconds that a search took here; no part of what the searches found
    manifest.json        the finished seeds, and the checksums of all of these; written last
    seeds.log            searches that were finished since: a journal
    checkpoints/         of one-shot searches, while they are not finished

docs/results.md describes the columns.
"""

import contextlib
import json
import platform
import sys
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import filelock
import numpy as np

from nasbench_suite import journal
from nasbench_suite.atomic_write import atomic_write, cannot_write, remove_abandoned
from nasbench_suite.errors import ResultsError
from nasbench_suite.folder_lock import lock_folder
from nasbench_suite.jobs import manifest
from nasbench_suite.jobs.commit import commit, finish_commit
from nasbench_suite.jobs.description import FORMAT, JOB, check_same_job, read_description
from nasbench_suite.jobs.epochs_file import epochs_file
from nasbench_suite.jobs.scores_file import scores_file
from nasbench_suite.jobs.seed_record import SeedRecord
from nasbench_suite.jobs.trajectory_file import trajectory_file
from nasbench_suite.version import __version__
from nasbench_suite.whole_number import is_whole

_CHECKPOINTS = "checkpoints"
CONFIG, LOG, FAILURES, WALL_SECONDS = "config.yaml", "seeds.log", "failures.json", "wall_seconds.json"
TRAJECTORY, SCORES, EPOCHS = "trajectory.parquet", "scores.parquet", "epochs.parquet"

# what the writers raise for records of another program; Arrow's own errors are among them
_NOT_OURS = (ValueError, TypeError, LookupError, AttributeError, OverflowError)
# seconds of searches that a power failure, but no kill, may cost
_PATIENCE = 0.25


def checkpoint_file(folder: Path, seed: int) -> Path:
    """Returns where a search keeps its state while it is not finished, in a job's folder."""
    return folder / _CHECKPOINTS / f"seed-{seed}.pt"


class JobFolder:
    """A job's folder, locked while it is open.

    Attributes:
        path: of the folder.
        seeds: of the finished searches.
    """

    def __init__(
        self, path: Path, lock: filelock.BaseFileLock, description: Mapping[str, Any], config: Mapping[str, Any]
    ) -> None:
        """Use `open`."""
        self.path, self._lock, self._config = path, lock, config
        versions = {"nasbench-suite": __version__, "numpy": np.__version__, "python": platform.python_version()}
        self._description = {"format": FORMAT, **description, "versions": versions}
        remove_abandoned(path, below=True)
        finish_commit(path)
        begun = read_description(path) if (path / JOB).exists() else None
        self._manifest = manifest.read(path)
        committed = set() if self._manifest is None else set(self._manifest.seeds)
        self._records = [record for record in _recover(path / LOG) if record.seed not in committed]
        self.seeds = committed | {record.seed for record in self._records}
        self._begun = begun
        self._log: journal.Journal | None = None

    @classmethod
    def open(cls, path: Path, description: Mapping[str, Any], config: Mapping[str, Any], wait: bool = True) -> Self:
        """Opens a folder, new, begun or finished; what is finished in it stays.

        Args:
            path: of the folder.
            description: of the job, as `Job.describe` returns it.
            config: the resolved configuration.
            wait: whether another process that works there is waited for.

        Raises:
            FolderBusyError: another process works there, and is not waited for.
            ResultsError: it cannot be written, is of an older format, is damaged, or other versions began it.
        """
        lock = lock_folder(path, wait)
        try:
            folder = cls(path, lock, description, config)
            if folder._manifest is None:
                folder.begin()
            return folder
        except OSError as error:
            lock.release()
            raise ResultsError(f"{path}: cannot be read ({error.strerror or error})") from error
        except BaseException:
            lock.release()
            raise

    def begin(self) -> None:
        """Gets ready for further searches; a folder in which nothing is finished is ready when it is opened.

        Raises:
            ResultsError: it cannot be written, or other versions began it.
        """
        if self._log is not None:
            return
        if self._begun is not None and self.seeds:
            check_same_job(self.path, self._begun, json.loads(json.dumps(self._description)))
        try:
            if self._manifest is None:  # else these are part of what is finished, and stay as they are until `compact`
                for name, content in self._about().items():
                    atomic_write(self.path / name, content)
            self._log = journal.Journal(self.path / LOG, _PATIENCE)
        except OSError as error:
            raise cannot_write(self.path, error, "choose another results=") from error

    def append(self, record: SeedRecord) -> None:
        """Adds a finished search; it is safe from then on.

        Raises:
            ResultsError: the disk is full or fails; what was there before stays.
        """
        self.begin()
        assert self._log is not None
        try:
            self._log.append(record._asdict())
        except OSError as error:
            kept = f"{len(self.seeds)} finished seeds are kept, start again to go on"
            raise cannot_write(self.path, error, kept) from error
        self._records.append(record)
        self.seeds.add(record.seed)
        checkpoint_file(self.path, record.seed).unlink(missing_ok=True)

    def compact(self) -> None:
        """Turns the log into columnar files, or adds it to those that are there; nothing is done where nothing is new.

        Raises:
            ResultsError: the disk is full or fails, or what is to be added to is damaged; the log stays.
        """
        relabelled = self._take_label()
        if self._records or relabelled:
            damaged = [] if self._manifest is None else manifest.check(self.path)
            if damaged:
                raise ResultsError(
                    f"{self.path}: {', '.join(damaged)}: damaged or missing; bring it back, or choose another results="
                )
            try:
                contents = self._contents()
            except _NOT_OURS as error:
                raise _foreign(self.path / LOG) from error
            try:
                commit(self.path, contents, self.seeds)
                self._drop_log()
            except OSError as error:
                raise cannot_write(self.path, error, "start again to go on") from error
        elif self._manifest is not None and (self.path / LOG).exists():
            self._drop_log()

    def _take_label(self) -> bool:
        """Whether the label alone is new; the rest of the description then stays that of who searched."""
        label = self._description.get("label")
        if self._manifest is None or self._records or self._begun is None or self._begun.get("label") == label:
            return False
        self._description = {**self._begun, "label": label}
        return True

    def _contents(self) -> dict[str, bytes]:
        """Returns every file, by name."""
        records = sorted(self._records, key=lambda record: record.seed)
        contents = self._about()
        failures = self._by_seed(FAILURES, {record.seed: record.failure for record in records})
        if failures:
            contents[FAILURES] = _json(failures)
        wall_seconds = self._by_seed(WALL_SECONDS, {record.seed: record.wall_seconds for record in records})
        if wall_seconds:
            contents[WALL_SECONDS] = _json(wall_seconds)
        contents[TRAJECTORY] = trajectory_file(records, self._earlier(TRAJECTORY))
        contents[SCORES] = scores_file(records, self._earlier(SCORES))
        if self._earlier(EPOCHS) is not None or any(record.epochs is not None for record in records):
            contents[EPOCHS] = epochs_file(records, self._earlier(EPOCHS))
        return contents

    def _earlier(self, name: str) -> Path | None:
        """Returns a file of the seeds that were finished before, where it is part of them."""
        return self.path / name if self._manifest is not None and name in self._manifest.files else None

    def _by_seed(self, name: str, new: Mapping[int, Any]) -> dict[str, Any]:
        """Returns what a file holds by seed, with what is new and known."""
        earlier = self._earlier(name)
        found: dict[str, Any] = {} if earlier is None else json.loads(earlier.read_bytes())
        found |= {str(seed): value for seed, value in new.items() if value is not None}
        return dict(sorted(found.items(), key=lambda item: int(item[0])))

    def _about(self) -> dict[str, bytes]:
        """Returns the files that describe the job."""
        return {CONFIG: self._config_yaml, JOB: _json(self._description)}

    @cached_property
    def _config_yaml(self) -> bytes:
        from omegaconf import OmegaConf

        return OmegaConf.to_yaml(OmegaConf.create(dict(self._config))).encode()

    def _drop_log(self) -> None:
        if self._log is not None:
            self._log.close()
            self._log = None
        (self.path / LOG).unlink(missing_ok=True)
        for seed in self.seeds:
            checkpoint_file(self.path, seed).unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # another command's searches may be unfinished
            (self.path / _CHECKPOINTS).rmdir()
        self._manifest, self._records, self._begun = manifest.read(self.path), [], self._description

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._log is not None:
                self._log.close()
        finally:
            self._lock.release()


def _recover(log: Path) -> list[SeedRecord]:
    found = journal.recover(log)
    complaint = found.complaint(log)
    if complaint is not None:
        print(f"nasbench-suite: {complaint}", file=sys.stderr)
    try:
        records = [SeedRecord(**record) for record in found.records]
        sound = all(is_whole(record.seed) and isinstance(record.columns, dict) for record in records)
    except TypeError:
        sound = False
    if not sound:
        raise _foreign(log)
    # a seed that is there twice is the same search twice
    return list({record.seed: record for record in records}.values())


def _foreign(log: Path) -> ResultsError:
    return ResultsError(f"{log}: expected finished searches, got another log; choose another results=")


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=2) + "\n").encode()
