"""Reads CSV files, plain or gzip, for importers: every complaint names the line."""

import csv
import gzip
import io
import math
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from nasbench_suite.errors import SourceError
from nasbench_suite.progress import Progress

LONGEST_LINE = 1 << 20  # letters; csv itself refuses a field of 131,072, but only once it has the whole line

Fields = Mapping[str, str]  # a line's fields by column


def header(path: Path) -> list[str]:
    """Returns the columns that a file's first line names; none where it is no text file."""
    if not path.is_file():
        return []
    try:
        with path.open("rb") as file, _decompressed(file) as plain:
            first = plain.readline(4096).decode()
    except (OSError, EOFError, zlib.error, UnicodeDecodeError):
        return []
    return first.strip("\r\n").split(",") if first else []


def rows(
    path: Path, progress: Progress, required: Sequence[str], optional: Sequence[str] = ()
) -> Iterator[tuple[str, Fields]]:
    """Streams a file's lines.

    Args:
        path: of the file.
        progress: advanced in bytes of the file.
        required: columns that must be there.
        optional: columns that may be there; no others may.

    Yields:
        The file and line, for messages, and the fields.

    Raises:
        SourceError: names the line that is wrong.
    """
    with path.open("rb") as file, _decompressed(file) as plain:
        text = io.TextIOWrapper(plain, encoding="utf-8", newline="")
        reader = csv.reader(_lines(text, path), strict=True)
        done = 0
        try:
            columns = next(reader, [])
            unknown = set(columns) - {*required, *optional}
            if unknown or len(set(columns)) < len(columns) or not set(required) <= set(columns):
                more = f" and any of {', '.join(optional)}" if optional else ""
                raise SourceError(
                    f"{path}: expected the columns {', '.join(required)}{more}, each once; "
                    f"got {', '.join(columns) or 'nothing'}"
                )
            for values in reader:
                where = f"{path}, line {reader.line_num}"
                if len(values) != len(columns):
                    raise SourceError(f"{where}: expected {len(columns)} fields, got {len(values)}")
                yield where, dict(zip(columns, values, strict=True))
                if reader.line_num % 4096 == 0:
                    progress.advance(file.tell() - done)
                    done = file.tell()
        except (UnicodeDecodeError, csv.Error) as error:
            raise SourceError(f"{path}, line {reader.line_num + 1}: not a CSV in UTF-8 ({error})") from error
        except (gzip.BadGzipFile, zlib.error, EOFError) as error:
            raise SourceError(f"{path}: the gzip file is damaged ({error})") from error
        finally:
            text.detach()  # the file is closed where it was opened


def _lines(text: io.TextIOWrapper, path: Path) -> Iterator[str]:
    number = 1
    while line := text.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE and not line.endswith("\n"):
            raise SourceError(f"{path}, line {number}: expected a line of at most {LONGEST_LINE:,} letters, it goes on")
        yield line
        number += 1


def integer(fields: Fields, column: str, where: str, minimum: int, maximum: int = 2**63 - 1) -> int | None:
    """Returns a whole number; None where the field is empty or the column is not there.

    Raises:
        SourceError: it is no such number.
    """
    text = fields.get(column, "")
    if not text:
        return None
    try:
        value = int(text)
    except ValueError:
        raise SourceError(f"{where}: expected a whole number as {column}, got {text!r:.50}") from None
    if value < minimum:
        raise SourceError(f"{where}: expected {column} to be at least {minimum}, got {text:.50}")
    if value > maximum:
        raise SourceError(f"{where}: expected {column} to be at most {maximum}, got {text:.50}")
    return value


def number(fields: Fields, column: str, where: str, highest: float | None = None, unit: str = "") -> float | None:
    """Returns a number; None where the field is empty or the column is not there.

    Args:
        fields: the line's fields.
        column: which of them.
        where: the file and line, for messages.
        highest: numbers from 0 to this, or NaN, are taken, for that is how sources write what a training measured that
            diverged; finite numbers of 0 or more where it is infinity; any number where it is not given.

    Raises:
        SourceError: it is no such number.
    """
    text = fields.get(column, "")
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        raise SourceError(f"{where}: expected a number as {column}, got {text!r:.50}") from None
    if highest == math.inf and not 0 <= value < math.inf:
        raise SourceError(f"{where}: expected {column} to be 0 or more and finite, got {text:.50}")
    if highest is not None and (value < 0 or value > highest):
        raise SourceError(f"{where}: expected {column} in {unit}, 0 to {highest:g}, got {text:.50}")
    return value


def _decompressed(file: BinaryIO) -> BinaryIO:
    magic = file.read(2)
    file.seek(0)
    return gzip.GzipFile(fileobj=file) if magic == b"\x1f\x8b" else file  # type: ignore[return-value]
