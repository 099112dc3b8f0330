"""Reads CSV files as tools write them, plain or gzip, for importers: every complaint names the line.

Taken as they come: a byte-order mark, quotes, spaces after a separator, any ending of lines, empty lines, commas,
semicolons or tabs between fields, Excel's line that names them, an index column, and words for a missing value.
"""

import csv
import gzip
import io
import math
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from nasbench_suite.errors import SourceError
from nasbench_suite.progress import Progress

LONGEST_LINE = 1 << 20  # letters; csv itself refuses a field of 131,072, but only once it has the whole line
MISSING = frozenset({"", "NA", "N/A", "<NA>", "#N/A", "null", "NULL", "None"})
"""What pandas, R, SQL and spreadsheets write where nothing was measured. NaN is a value: a training that diverged."""

Fields = Mapping[str, str]  # a line's fields by column; empty where missing

_SEPARATORS = ",;\t"
_HEADER_BYTES = 1 << 16
# pandas's, R's and reset_index's names of the column that counts the rows
_INDEX = re.compile(r"(Unnamed: \d+(\.\d+)?|index)?")
# Excel's first line, such as sep=;
_HINT = re.compile(r'"?sep=[,;\t]"?[,;\t]*(\r\n|\n|\r)', re.IGNORECASE)
_COUNT = re.compile(r"\d*(\.0)?")
_WHOLE = re.compile(r"(?<=\d)\.0+$")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+([eE][+-]?\d+)?")


def header(path: Path) -> list[str]:
    """Returns the columns that a file's first line names, an index column left out; none where it is no text file."""
    if not path.is_file():
        return []
    try:
        first = _beginning(path)
    except (OSError, EOFError, zlib.error):
        return []
    if "\0" in first or "\ufffd" in first.partition("\n")[0]:
        return []
    first = first[_length_of_hint(first) :]
    return [column for column in _columns(first, _separator(first)) if not _INDEX.fullmatch(column)]


def misspelt(columns: Sequence[str], required: Sequence[str]) -> str | None:
    """Returns which required column is there in upper case or so, for messages; None where none is."""
    folded = {column.casefold(): column for column in columns}
    for name in required:
        if name not in columns and name in folded:
            return f"there is no column {name}, but {folded[name]!r:.80}; did you mean {name}?"
    return None


def rows(
    path: Path, progress: Progress, required: Sequence[str], optional: Sequence[str] = ()
) -> Iterator[tuple[str, Fields]]:
    """Streams a file's lines.

    Args:
        path: of the file.
        progress: advanced in bytes of the file.
        required: columns that must be there.
        optional: columns that may be there; no others may, but for an index column, which is checked and left out.

    Yields:
        The file and line, for messages, and the fields.

    Raises:
        SourceError: names the line that is wrong.
    """
    with path.open("rb") as file, _decompressed(file) as plain:
        text = io.TextIOWrapper(plain, encoding="utf-8-sig", newline="")
        done = line = 0
        try:
            first = _beginning(path)
            hint = _length_of_hint(first)
            above = 1 if hint and text.readline() else 0
            separator = _separator(first[hint:])
            reader = csv.reader(_lines(text, path), delimiter=separator, skipinitialspace=True, strict=True)
            columns = [name.strip() for name in next(filter(None, reader), [])]
            line = above + reader.line_num
            kept = _check_columns(columns, path, required, optional)
            counted = [(at, name) for at, name in enumerate(columns) if (at, name) not in kept]
            for values in filter(None, reader):
                line = above + reader.line_num
                where = f"{path}, line {line}"
                _check_line(values, columns, counted, where)
                yield where, {name: _present(values[at]) for at, name in kept}
                if line % 4096 == 0:
                    progress.advance(file.tell() - done)
                    done = file.tell()
        except UnicodeDecodeError as error:
            raise SourceError(
                f"{path}, line {_undecodable_line(path)}: not a CSV in UTF-8 but in another encoding, as Excel's "
                f"({error.reason}); save it as CSV UTF-8"
            ) from error
        except csv.Error as error:
            raise SourceError(f"{path}, line {line + 1}: not a CSV in UTF-8 ({error})") from error
        except (gzip.BadGzipFile, zlib.error, EOFError) as error:
            raise SourceError(f"{path}: the gzip file is damaged ({error})") from error
        finally:
            text.detach()  # the file is closed where it was opened


def _beginning(path: Path) -> str:
    with path.open("rb") as file, _decompressed(file) as plain:
        return plain.read(_HEADER_BYTES).decode("utf-8-sig", errors="replace")


def _length_of_hint(first: str) -> int:
    """Returns how long the line is by which Excel is told the separator, with its end; 0 where there is none."""
    found = _HINT.match(first)
    return found.end() if found else 0


def _undecodable_line(path: Path) -> int:
    """Returns the number of the first line that is not UTF-8; decoders read ahead and know of none."""
    with path.open("rb") as file, _decompressed(file) as plain:
        number = 1
        while line := plain.readline(LONGEST_LINE):
            try:
                line.decode()
            except UnicodeDecodeError:
                break
            number += line.endswith(b"\n")
    return number


def _check_columns(
    columns: Sequence[str], path: Path, required: Sequence[str], optional: Sequence[str]
) -> list[tuple[int, str]]:
    """Returns the columns that are no index, with their places."""
    kept = [(at, name) for at, name in enumerate(columns) if not _INDEX.fullmatch(name)]
    names = [name for _, name in kept]
    if not set(required) <= set(names) <= {*required, *optional} or len(set(names)) < len(names):
        more = f" and any of {', '.join(optional)}" if optional else ""
        raise SourceError(
            f"{path}: expected the columns {', '.join(required)}{more}, each once; got {', '.join(names) or 'nothing'}"
        )
    return kept


def _check_line(values: Sequence[str], columns: Sequence[str], counted: Sequence[tuple[int, str]], where: str) -> None:
    """Refuses a line of another length, and one whose index is no number, so may be more than an index."""
    if len(values) != len(columns):
        hint = ""
        if len(values) == len(columns) + 1 and values[0].isdecimal():
            hint = "; is the first an index without a heading? Write the file without it"
        raise SourceError(f"{where}: expected {len(columns)} fields, got {len(values)}{hint}")
    for at, name in counted:
        if not _COUNT.fullmatch(values[at].strip()):
            raise SourceError(
                f"{where}: expected the row's number in the column {name!r}, got {values[at]!r:.50}; give the column a "
                "name that is known, or leave it out"
            )


def _present(value: str) -> str:
    value = value.strip()
    return "" if value in MISSING else value


def _separator(first: str) -> str:
    """Returns the separator that cuts the first line into the most fields; the comma where none does."""
    return max(_SEPARATORS, key=lambda separator: len(_columns(first, separator)))


def _columns(first: str, separator: str) -> list[str]:
    """Cuts the first line that is not empty; lines go on within quotes."""
    lines = io.StringIO(first, newline="")
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True)
    try:
        return [name.strip() for name in next((line for line in islice(reader, 100) if line), [])]
    except csv.Error:
        return []


def _lines(text: io.TextIOWrapper, path: Path) -> Iterator[str]:
    number = 1
    while line := text.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE and not line.endswith("\n"):
            raise SourceError(f"{path}, line {number}: expected a line of at most {LONGEST_LINE:,} letters, it goes on")
        yield line
        number += 1


def integer(fields: Fields, column: str, where: str, minimum: int, maximum: int = 2**63 - 1) -> int | None:
    """Returns a whole number; None where the field is missing or the column is not there.

    A point and zeros may follow, for so pandas writes whole numbers of a column that lacks some, and NaN is missing.

    Raises:
        SourceError: it is no such number.
    """
    text = fields.get(column, "")
    if not text or text.lower() == "nan":
        return None
    try:
        value = int(_WHOLE.sub("", text))
    except ValueError:
        raise SourceError(f"{where}: expected a whole number as {column}, got {text!r:.50}") from None
    if value < minimum:
        raise SourceError(f"{where}: expected {column} to be at least {minimum}, got {text:.50}")
    if value > maximum:
        raise SourceError(f"{where}: expected {column} to be at most {maximum}, got {text:.50}")
    return value


def number(fields: Fields, column: str, where: str, highest: float | None = None, unit: str = "") -> float | None:
    """Returns a number; None where the field is missing or the column is not there.

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
        hint = ""
        if _DECIMAL_COMMA.fullmatch(text):
            hint = "; write a decimal point, for 1,234 with a comma could be 1.234 or 1234"
        raise SourceError(f"{where}: expected a number as {column}, got {text!r:.50}{hint}") from None
    if highest == math.inf and not 0 <= value < math.inf:
        hint = "; leave the field empty where nothing was measured" if math.isnan(value) else ""
        raise SourceError(f"{where}: expected {column} to be 0 or more and finite, got {text:.50}{hint}")
    if highest is not None and (value < 0 or value > highest):
        raise SourceError(f"{where}: expected {column} in {unit}, 0 to {highest:g}, got {text:.50}")
    return value


def _decompressed(file: BinaryIO) -> BinaryIO:
    magic = file.read(2)
    file.seek(0)
    return gzip.GzipFile(fileobj=file) if magic == b"\x1f\x8b" else file  # type: ignore[return-value]
