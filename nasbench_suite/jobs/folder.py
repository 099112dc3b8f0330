"""A job's folder: the files that are the truth about what was searched.

    config.yaml          the resolved configuration
    job.json             names, table hash, fidelities, versions
    seeds.log            finished searches while the job runs: a line each, its CRC-32 in front
    trajectory.parquet   one row an evaluation; there when the job is finished
    scores.parquet       the judge's scores of every incumbent on every data set
    epochs.parquet       of one-shot searches: one row an epoch of the supernet's training
    failures.json        by seed, why a search ended early; only where one did
    checkpoints/         of one-shot searches, while they are not finished

docs/results.md describes the columns.
"""

import hashlib
import json
import platform
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import filelock
import numpy as np

from nasbench_suite import journal
from nasbench_suite.errors import ResultsError
from nasbench_suite.version import __version__

CONFIG, JOB, LOG = "config.yaml", "job.json", "seeds.log"
TRAJECTORY, SCORES, EPOCHS = "trajectory.parquet", "scores.parquet", "epochs.parquet"
FAILURES = "failures.json"


def checkpoint_file(folder: Path, seed: int) -> Path:
    """Returns where a search keeps its state while it is not finished, in a job's folder."""
    return folder / "checkpoints" / f"seed-{seed}.pt"


class SeedRecord(NamedTuple):
    """A finished search.

    Attributes:
        seed: of the search.
        columns: the trajectory; see `Trajectory.columns`.
        scores: by architecture and data set: [schedule, validation accuracy, test accuracy].
        epochs: of a one-shot search, its `EpochRecord`s; None for others.
        failure: why it ended early; None where it did not.
    """

    seed: int
    columns: dict[str, list[Any]]
    scores: dict[str, dict[str, list[Any]]]
    epochs: list[dict[str, Any]] | None = None
    failure: str | None = None


class JobFolder:
    """A job's folder, locked while it is open.

    Attributes:
        path: of the folder.
        seeds: those already finished.
        finished: whether the whole job is.
    """

    def __init__(self, path: Path, lock: filelock.BaseFileLock) -> None:
        """Use `open`."""
        self.path = path
        self.finished = (path / TRAJECTORY).exists()
        self._lock = lock
        self._records = [] if self.finished else [SeedRecord(**record) for record in journal.recover(path / LOG)]
        self.seeds = {record.seed for record in self._records}

    @classmethod
    def open(cls, path: Path, description: Mapping[str, Any], config: Mapping[str, Any]) -> Self:
        """Opens a folder, new or begun; what is finished in it stays.

        Raises:
            ResultsError: it cannot be written, another process is at it, or another version began it.
        """
        try:
            path.mkdir(parents=True, exist_ok=True)
            lock = filelock.FileLock(path / ".lock")
            lock.acquire(blocking=False)
        except filelock.Timeout:
            raise ResultsError(f"{path}: another process is running this job; wait for it") from None
        except OSError as error:
            raise ResultsError(f"{path}: cannot be written ({error.strerror}); choose another results=") from error
        try:
            folder = cls(path, lock)
            if not folder.finished:
                folder._begin(description, config)
            return folder
        except OSError as error:
            lock.release()
            raise ResultsError(f"{path}: cannot be written ({error.strerror}); choose another results=") from error
        except BaseException:
            lock.release()
            raise

    def _begin(self, description: Mapping[str, Any], config: Mapping[str, Any]) -> None:
        versions = {"nasbench-suite": __version__, "numpy": np.__version__, "python": platform.python_version()}
        job = {**description, "versions": versions}
        if self.seeds:
            try:
                begun = json.loads((self.path / JOB).read_text())
            except (OSError, ValueError) as error:
                raise ResultsError(f"{self.path / JOB}: cannot be read ({error}); remove the folder") from error
            if begun != job:
                raise ResultsError(
                    f"{self.path}: was begun with versions {begun.get('versions')}, this is {versions}; finish it with "
                    "those, or remove the folder"
                )
        from omegaconf import OmegaConf

        _write(self.path / CONFIG, OmegaConf.to_yaml(OmegaConf.create(dict(config))).encode())
        _write(self.path / JOB, (json.dumps(job, indent=2) + "\n").encode())

    def append(self, record: SeedRecord) -> None:
        """Adds a finished search; it is safe from then on.

        Raises:
            ResultsError: the disk is full or fails; what was there before stays.
        """
        try:
            with (self.path / LOG).open("ab") as log:
                log.write(journal.seal(record._asdict()))
        except OSError as error:
            raise ResultsError(
                f"{self.path}: cannot be written ({error.strerror}); {len(self.seeds)} finished seeds are kept, "
                "start again to go on"
            ) from error
        self._records.append(record)
        self.seeds.add(record.seed)
        checkpoint_file(self.path, record.seed).unlink(missing_ok=True)

    def compact(self) -> None:
        """Turns the log into columnar files, ordered by seed.

        Raises:
            ResultsError: the disk is full or fails; the log stays.
        """
        import pyarrow as pa
        from pyarrow import parquet

        records = sorted(self._records, key=lambda record: record.seed)
        tables = {SCORES: _scores(records, pa), TRAJECTORY: _trajectory(records, pa)}
        if any(record.epochs is not None for record in records):
            tables = {EPOCHS: _epochs(records, pa), **tables}  # the trajectory comes last: with it the job is finished
        failures = {str(record.seed): record.failure for record in records if record.failure is not None}
        try:
            if failures:
                _write(self.path / FAILURES, (json.dumps(failures, indent=2) + "\n").encode())
            for name, table in tables.items():
                temporary = self.path / f".{name}.tmp"
                parquet.write_table(table, temporary, compression="zstd")
                temporary.replace(self.path / name)
            names = [CONFIG, JOB, *tables, *([FAILURES] if failures else [])]
            files = {name: hashlib.sha256((self.path / name).read_bytes()).hexdigest() for name in names}
            manifest = {"seeds": [record.seed for record in records], "files": files}
            _write(self.path / "manifest.json", (json.dumps(manifest, indent=2) + "\n").encode())
            (self.path / LOG).unlink(missing_ok=True)
            shutil.rmtree(self.path / "checkpoints", ignore_errors=True)
        except OSError as error:
            raise ResultsError(f"{self.path}: cannot be written ({error}); start again to go on") from error
        self.finished = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()


def _trajectory(records: Sequence[SeedRecord], pa: Any) -> Any:
    lengths = [len(record.columns["epoch"]) for record in records]
    columns = {name: [value for r in records for value in r.columns[name]] for name in records[0].columns}
    arrays = {
        "seed": pa.array(np.repeat([record.seed for record in records], lengths), pa.int64()),
        "step": pa.array(np.concatenate([np.arange(length) for length in lengths]), pa.int32()),
        "seconds": pa.array(columns["seconds"], pa.float64()),
        "schedule": pa.array(columns["schedule"], pa.int32()),
        "epoch": pa.array(columns["epoch"], pa.int32()),
        "trial": pa.array(columns["trial"], pa.int64()),
        "architecture": pa.array(columns["architecture"], pa.string()).dictionary_encode(),
        "valid_accuracy": pa.array(columns["valid_accuracy"], pa.float64()),
        "incumbent": pa.array(columns["incumbent"], pa.bool_()),
    }
    return pa.table(arrays)


def _scores(records: Sequence[SeedRecord], pa: Any) -> Any:
    merged: dict[str, dict[str, list[Any]]] = {}
    for record in records:
        merged.update(record.scores)
    rows = [(arch, name, *score) for arch, by_set in sorted(merged.items()) for name, score in by_set.items()]
    names = ("architecture", "dataset", "schedule", "valid_accuracy", "test_accuracy")
    types = (pa.string(), pa.string(), pa.int32(), pa.float64(), pa.float64())
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    return pa.table({name: pa.array(c, t) for name, c, t in zip(names, columns, types, strict=True)})


def _epochs(records: Sequence[SeedRecord], pa: Any) -> Any:
    types = {
        "seed": pa.int64(),
        "epoch": pa.int32(),
        "seconds": pa.float64(),
        "architecture": pa.string(),
        "train_loss": pa.float64(),
        "train_accuracy": pa.float64(),
        "valid_loss": pa.float64(),
        "valid_accuracy": pa.float64(),
        "entropy": pa.float64(),
        "operation_counts": pa.list_(pa.int32()),
        "parametric_edges": pa.int32(),
        "memory_mib": pa.float64(),
        "edge_weights": pa.list_(pa.float64()),
    }
    rows = [{"seed": record.seed, **epoch} for record in records for epoch in record.epochs or ()]
    return pa.Table.from_pylist(rows, schema=pa.schema(types))


def _write(path: Path, content: bytes) -> None:
    """Writes a file so that it is there whole or not at all."""
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_bytes(content)
    temporary.replace(path)
