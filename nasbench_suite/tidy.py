"""Importer of a tidy CSV, plain or gzip: one row a training. docs/import.md describes the columns."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from nasbench_suite.errors import ArchitectureError, SourceError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.importing import Importer, NewWriter, Trials
from nasbench_suite.progress import Progress
from nasbench_suite.space import Space
from nasbench_suite.table import Metadata

REQUIRED = ("arch", "dataset", "epochs")
# the CSV's column -> the table's column and its unit
METRICS = {
    "train_accuracy": ("train_accuracy", "percent"),
    "train_loss": ("train_loss", "nats"),
    "valid_accuracy": ("valid_accuracy", "percent"),
    "valid_loss": ("valid_loss", "nats"),
    "test_accuracy": ("test_accuracy", "percent"),
    "test_loss": ("test_loss", "nats"),
    "train_seconds": ("train_seconds", "s"),
    "train_seconds_per_epoch": ("train_seconds_per_epoch", "s"),
    "valid_seconds": ("valid_seconds", "s"),
    "test_seconds": ("test_seconds", "s"),
    "params_millions": ("parameters", "millions"),
    "flops_millions": ("flops", "millions"),
    "latency_seconds": ("latency", "s"),
}
OPTIONAL = ("index", "seed", "epoch")


class TidyImporter(Importer):
    """Reads `arch,dataset,epochs[,epoch][,seed][,metrics...]`, for any space."""

    format = "tidy"
    describes = f"a CSV, plain or gzip, with the columns {', '.join(REQUIRED)} (format tidy)"

    def recognises(self, path: Path) -> bool:
        """Whether the first line names the required columns."""
        if not path.is_file():
            return False
        try:
            with path.open("rb") as file, _decompressed(file) as plain:
                header = plain.read(4096).decode().splitlines()[:1]
        except (OSError, EOFError, zlib.error, UnicodeDecodeError):
            return False
        return bool(header) and set(REQUIRED) <= set(header[0].split(","))

    def read(self, path: Path, space: Space[Any], new_writer: NewWriter, progress: Progress) -> Metadata:
        """Writes the table of a tidy CSV."""
        rows_of: dict[Any, int] = {}
        trials, lines = Trials(), 0
        texts: dict[str, int] = {}
        columns: list[str] = []
        for where, columns, record in _records(path, progress):  # noqa: B007 - the columns outlive the loop
            text = record["arch"]
            row = texts.get(text)
            if row is None:
                try:
                    row = texts[text] = rows_of.setdefault(space.parse(text), len(rows_of))
                except ArchitectureError as error:
                    raise SourceError(f"{where}: {error}") from None
            fidelity, trial = _fidelity(record, where), _integer(record, "seed", where, minimum=0)
            metrics = _metrics(record, where)
            if not trials.add(row, record["dataset"], fidelity, trial, metrics):
                seed = "the mean" if trial is None else f"seed {trial}"
                raise SourceError(
                    f"{where}: {text} on {record['dataset']}, {fidelity}, {seed}, is there for the second time"
                )
            lines += 1
        if not lines:
            raise SourceError(f"{path}: expected at least one row below the header")
        trials.check_means(path.name)
        units = dict(METRICS[column] for column in columns if column in METRICS)
        with new_writer(units, trials.trial_sets()) as writer:
            writer.set_architectures(list(rows_of))
            trials.write(writer, len(rows_of))
            writer.counts["trainings"] = lines
            return writer.finish()


def _records(path: Path, progress: Progress) -> Iterator[tuple[str, list[str], dict[str, str]]]:
    with path.open("rb") as file, _decompressed(file) as plain:
        reader = csv.reader(io.TextIOWrapper(plain, encoding="utf-8", newline=""), strict=True)
        done = 0
        try:
            columns = next(reader, [])
            unknown = [c for c in columns if c not in (*REQUIRED, *OPTIONAL, *METRICS)]
            if unknown or len(set(columns)) < len(columns) or not set(REQUIRED) <= set(columns):
                raise SourceError(
                    f"{path}: expected the columns {', '.join(REQUIRED)} and any of "
                    f"{', '.join((*OPTIONAL, *METRICS))}, each once; got {', '.join(columns) or 'nothing'}"
                )
            for values in reader:
                where = f"{path}, line {reader.line_num}"
                if len(values) != len(columns):
                    raise SourceError(f"{where}: expected {len(columns)} fields, got {len(values)}")
                yield where, columns, dict(zip(columns, values, strict=True))
                if reader.line_num % 4096 == 0:
                    progress.advance(file.tell() - done)
                    done = file.tell()
        except (UnicodeDecodeError, csv.Error) as error:
            raise SourceError(f"{path}, line {reader.line_num + 1}: not a CSV in UTF-8 ({error})") from error
        except (gzip.BadGzipFile, zlib.error, EOFError) as error:
            raise SourceError(f"{path}: the gzip file is damaged ({error})") from error


def _decompressed(file: BinaryIO) -> BinaryIO:
    magic = file.read(2)
    file.seek(0)
    return gzip.GzipFile(fileobj=file) if magic == b"\x1f\x8b" else file  # type: ignore[return-value]


def _fidelity(record: dict[str, str], where: str) -> Fidelity:
    schedule = _integer(record, "epochs", where, minimum=1)
    if schedule is None:
        raise SourceError(f"{where}: expected the length of the training in epochs, got nothing")
    epoch = _integer(record, "epoch", where, minimum=1)
    if epoch is not None and epoch > schedule:
        raise SourceError(f"{where}: expected an epoch in 1..{schedule}, got {epoch}")
    return Fidelity(schedule, schedule if epoch is None else epoch)


def _integer(record: dict[str, str], column: str, where: str, minimum: int) -> int | None:
    text = record.get(column, "")
    if not text:
        return None
    try:
        value = int(text)
    except ValueError:
        raise SourceError(f"{where}: expected a whole number as {column}, got {text!r}") from None
    if value < minimum:
        raise SourceError(f"{where}: expected {column} to be at least {minimum}, got {value}")
    return value


def _metrics(record: dict[str, str], where: str) -> dict[str, float]:
    metrics = {}
    for column, (metric, unit) in METRICS.items():
        text = record.get(column, "")
        if not text:
            continue
        try:
            value = metrics[metric] = float(text)
        except ValueError:
            raise SourceError(f"{where}: expected a number as {column}, got {text!r}") from None
        if unit == "percent" and not (0 <= value <= 100 or value != value):
            raise SourceError(f"{where}: expected {column} in percent, 0 to 100, got {text}")
        if unit in ("s", "millions") and not 0 <= value < float("inf"):
            raise SourceError(f"{where}: expected {column} to be 0 or more and finite, got {text}")
    return metrics
