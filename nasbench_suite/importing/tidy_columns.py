"""Reads further columns from a CSV that says their units: `arch,dataset,latency [ms@pixel3],size [MB]`."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from nasbench_suite.errors import ArchitectureError, SourceError
from nasbench_suite.importing import csv_file
from nasbench_suite.importing.column_reader import ColumnReader, ColumnRecord, ColumnUnit
from nasbench_suite.progress import Progress
from nasbench_suite.space import Space
from nasbench_suite.table.annotation import COLUMN_NAME

_HEADING = re.compile(r"(?P<name>[^ \[\]]+) ?\[(?P<unit>[^\[\]@]+)(?:@(?P<device>[^\[\]@]+))?\]")
_WITH_UNIT = re.compile(r"(?P<name>[^\[\]]*[^\[\] ]) ?(?P<unit>\[[^\[\]@]+(?:@[^\[\]@]+)?\])")
_OWN = ("arch", "dataset")


class TidyColumnReader(ColumnReader):
    """Reads `arch[,dataset],NAME [UNIT],NAME [UNIT@DEVICE],...`, for any space."""

    format = "tidy"
    describes = "a CSV, plain or gzip, with the columns arch and NAME [UNIT] or NAME [UNIT@DEVICE] (format tidy)"

    def __init__(self, form: str | None = None) -> None:
        """
        Args:
            form: of the architectures; None to recognise it.
        """
        self._form = form

    def recognises(self, path: Path) -> bool:
        """Whether the first line names an architecture and a column with its unit."""
        header = csv_file.header(path)
        return "arch" in header and any(_HEADING.fullmatch(heading) for heading in header)

    def flaw(self, path: Path) -> str | None:
        """Returns which heading of a file with architectures keeps it from being read."""
        header = csv_file.header(path)
        misspelt = csv_file.misspelt(header, ("arch",))
        if misspelt is not None or "arch" not in header:
            return misspelt
        return _expected(next((heading for heading in header if heading not in _OWN), ""))

    def columns(self, path: Path) -> Mapping[str, ColumnUnit]:
        """Lists the columns by the headings."""
        found = {}
        for heading in csv_file.header(path):
            if heading not in _OWN:
                name, unit = _read_heading(heading, path)
                if name in found:
                    raise SourceError(f"{path}: column {name} is there twice")
                found[name] = unit
        return found

    def read(self, path: Path, space: Space[Any], progress: Progress) -> Iterator[ColumnRecord]:
        """Yields a record per line; an empty field is missing."""
        headings = {
            heading: _read_heading(heading, path)[0] for heading in csv_file.header(path) if heading not in _OWN
        }
        for where, fields in csv_file.rows(path, progress, ("arch",), ("dataset", *headings)):
            try:
                text = fields["arch"]
                arch = space.parse(text) if self._form is None else space.parse_as(text, self._form).arch
            except ArchitectureError as error:
                raise SourceError(f"{where}: {error}") from None
            yield ColumnRecord(where, arch, fields.get("dataset") or None, numbers(fields, headings, where))


def numbers(fields: csv_file.Fields, headings: Mapping[str, str], where: str) -> dict[str, float]:
    """Returns a line's numbers by column; an empty field is missing.

    Args:
        fields: of the line.
        headings: the column of each heading.
        where: the file and line, for messages.

    Raises:
        SourceError: a field is no number.
    """
    found = {name: csv_file.number(fields, heading, where) for heading, name in headings.items()}
    return {name: value for name, value in found.items() if value is not None}


def _read_heading(heading: str, path: Path) -> tuple[str, ColumnUnit]:
    match = _HEADING.fullmatch(heading)
    if match is None or not COLUMN_NAME.fullmatch(match["name"]):
        raise SourceError(f"{path}: {_expected(heading)}")
    return match["name"], ColumnUnit(match["unit"], match["device"])


def _expected(heading: str) -> str:
    got = repr(heading)[:80] if heading else "none"
    named = _WITH_UNIT.fullmatch(heading)
    if named is not None and not COLUMN_NAME.fullmatch(named["name"]):
        name = re.sub(r"[^A-Za-z0-9_.-]+", "_", named["name"])
        like = f"{name if COLUMN_NAME.fullmatch(name) else 'size'} {named['unit']}"
        return f"expected a name without spaces, of letters, digits, _ . and -, such as {like!r:.80}; got {got}"
    return f"expected a heading with a unit, such as 'latency [ms@pixel3]' or 'size [MB]', got {got}"
