"""NNI's benchmark databases: three tables in SQLite, of configs, trainings and their epochs, read as a stranger's file.

A config is an architecture under a schedule (and on a data set), a trial one training of it, an intermediate what the
training measured after some epoch.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from nasbench_suite.errors import SourceError

Benchmark = Literal["nb101", "nb201", "nds"]

_MAGIC = b"SQLite format 3\0"
_ACCURACIES = ("train_acc", "valid_acc", "test_acc")
_NB201_MEASURED = (*_ACCURACIES, "ori_test_acc", "train_loss", "valid_loss", "test_loss", "ori_test_loss")
CONFIG: dict[Benchmark, tuple[str, ...]] = {
    "nb101": ("arch", "num_vertices", "hash", "num_epochs"),
    "nb201": ("arch", "num_epochs", "num_channels", "num_cells", "dataset"),
    "nds": (
        *("model_family", "model_spec", "cell_spec", "dataset", "generator", "proposer"),
        *("base_lr", "weight_decay", "num_epochs"),
    ),
}
STATS: dict[Benchmark, tuple[str, ...]] = {
    "nb101": (*_ACCURACIES, "parameters", "training_time"),
    "nb201": (
        *("seed", *_NB201_MEASURED, "parameters", "latency", "flops", "training_time"),
        *("valid_evaluation_time", "test_evaluation_time", "ori_test_evaluation_time"),
    ),
    "nds": (
        *("seed", "final_train_acc", "final_train_loss", "final_test_acc"),
        *("best_train_acc", "best_train_loss", "best_test_acc", "parameters", "flops", "iter_time"),
    ),
}
INTERMEDIATES: dict[Benchmark, tuple[str, ...]] = {
    "nb101": ("current_epoch", *_ACCURACIES, "training_time"),
    "nb201": ("current_epoch", *_NB201_MEASURED),
    "nds": ("current_epoch", "train_loss", "train_acc", "test_acc"),
}
_JSON = {"arch", "model_spec", "cell_spec"}

Record = dict[str, Any]


def recognises(path: Path, benchmark: Benchmark) -> bool:
    """Whether a file is NNI's database of a benchmark."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            return False
    try:
        with NNIDatabase(path, benchmark):
            return True
    except SourceError:
        return False


class NNIDatabase:
    """One of the databases, opened for reading; a context manager."""

    def __init__(self, path: Path, benchmark: Benchmark) -> None:
        """
        Args:
            path: of the file.
            benchmark: whose it is.

        Raises:
            SourceError: there is no such file, or it is no database of this benchmark.
        """
        self._path, self.benchmark = path, benchmark
        if not path.is_file():
            raise SourceError(f"{path}: there is no such file")
        try:
            # immutable: nothing is written beside it, and no journal of a stranger is played back
            self._connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
            self._connection.execute("PRAGMA trusted_schema = OFF")
            tables = dict(self._connection.execute("SELECT name, type FROM sqlite_master"))
        except sqlite3.Error as error:
            raise SourceError(f"{path}: expected a database of SQLite ({error})") from None
        for name in ("trialconfig", "trialstats", "intermediatestats"):
            if tables.get(f"{benchmark}{name}") != "table":
                self._connection.close()
                raise SourceError(f"{path}: expected NNI's database of {benchmark}, it has no table {benchmark}{name}")

    def select(self, what: str, ending: str, values: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """Yields rows of trials with their configs.

        Args:
            what: the columns, of `stats` and `config`.
            ending: conditions and order.
            values: of the question marks in `ending`.

        Raises:
            SourceError: the file is damaged, or has not NNI's columns.
        """
        tables = f"{self.benchmark}trialstats AS stats JOIN {self.benchmark}trialconfig AS config"
        yield from self._execute(f"SELECT {what} FROM {tables} ON stats.config_id = config.id {ending}", values)

    def trials(self, ending: str = "ORDER BY stats.id", values: Sequence[Any] = ()) -> Iterator[Record]:
        """Yields trainings as NNI's dictionaries: `id`, `config` and what was measured; takes what `select` takes."""
        columns = [*self._columns("config", CONFIG), *self._columns("stats", STATS)]
        for row in self.select(", ".join(columns), ending, values):
            yield self.record(row)

    def means(self, ending: str, values: Sequence[Any] = ()) -> Iterator[Record]:
        """Yields the mean over the trainings of each config, without an `id` or a seed; takes what `select` takes."""
        means = [name if name == "NULL" else f"AVG(stats.{name})" for name in ("NULL", *_without_seed(self.benchmark))]
        columns = [*self._columns("config", CONFIG), *means]
        for row in self.select(", ".join(columns), ending, values):
            width = len(CONFIG[self.benchmark]) + 1
            seed = (None,) if "seed" in STATS[self.benchmark] else ()
            yield self.record((*row[: width + 1], *seed, *row[width + 1 :]))

    def record(self, row: Sequence[Any]) -> Record:
        """Makes NNI's dictionary of a config's and a training's values."""
        names = ("id", *CONFIG[self.benchmark])
        config = {
            name: self._json(name, value) if name in _JSON else value
            for name, value in zip(names, row[: len(names)], strict=True)
        }
        stats = dict(zip(("id", *STATS[self.benchmark]), row[len(names) :], strict=True))
        return {"id": stats.pop("id"), "config": config, **stats}

    def intermediates(self, trial: int | None = None) -> Iterator[tuple[int, Record]]:
        """Yields what trainings measured after their epochs, of one training or of all.

        Yields:
            The training's id, and NNI's dictionary.
        """
        names = ("id", *INTERMEDIATES[self.benchmark])
        condition, values = ("", ()) if trial is None else ("WHERE trial_id = ? ", (trial,))
        query = f"SELECT trial_id, {', '.join(names)} FROM {self.benchmark}intermediatestats {condition}ORDER BY trial_id, id"
        for of, *row in self._execute(query, values):
            yield of, dict(zip(names, row, strict=True))

    def _columns(self, table: str, names: dict[Benchmark, tuple[str, ...]]) -> list[str]:
        return [f"{table}.{name}" for name in ("id", *names[self.benchmark])]

    def _json(self, name: str, value: object) -> object:
        if value is None:
            return None
        try:
            return json.loads(value)  # type: ignore[arg-type]
        except (TypeError, ValueError, RecursionError):
            raise SourceError(f"{self._path}: expected JSON as {name}, got {value!r:.80}") from None

    def _execute(self, query: str, values: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
        try:
            # not `yield from`, which closes the cursor of an iteration that is given up, after the database
            for row in self._connection.execute(query, values):
                yield row
        except sqlite3.Error as error:
            raise SourceError(f"{self._path}: cannot be read as NNI's database of {self.benchmark} ({error})") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()


def _without_seed(benchmark: Benchmark) -> list[str]:
    return [name for name in STATS[benchmark] if name != "seed"]
