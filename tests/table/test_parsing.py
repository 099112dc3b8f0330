"""Metadata that a stranger wrote, in a file that is sealed as it should be."""

import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nasbench_suite.errors import TableError
from nasbench_suite.spaces.nb201 import NB201
from nasbench_suite.table import Table, read_metadata
from nasbench_suite.table.parsing import parse

TEXT, ENDS = "architectures/text", "architectures/ends"
COLUMN = "column/cifar10/200/200/test_accuracy"


def put(*path: Any, value: Any) -> Callable[[dict[str, Any]], None]:
    """Returns the change that puts a value at a path into the record."""

    def change(raw: Any) -> None:
        for step in path[:-1]:
            raw = raw[step]
        raw[path[-1]] = value

    return change


def remove(name: str) -> Callable[[dict[str, Any]], None]:
    def change(raw: dict[str, Any]) -> None:
        del raw[name]

    return change


CHANGES: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "an extra field": (put("evil", value=1), "expected architectures, arrays"),
    "no space": (remove("space"), "expected architectures, arrays"),
    "a null space": (put("space", value=None), "space: expected printable text"),
    "a space that writes to the terminal": (put("space", value="nb201\x1b[2J"), "expected printable text"),
    "an endless name": (put("package_version", value="9" * 5000), "package_version: expected printable text"),
    "null series": (put("series", value=None), "series: expected a list"),
    "a series of null": (put("series", 0, value=None), "series 0: expected"),
    "a field more in a series": (put("series", 0, "more", value=1), "series 0: expected"),
    "a field more in the source": (put("source", "more", value="x"), "source: expected"),
    "another format": (put("format", value=1), "expected format 2, got 1"),
    "10**12 architectures": (put("architectures", value=10**12), "architectures: expected a whole number"),
    "more architectures than the arrays have": (put("architectures", value=13), "of shape"),
    "architectures as text": (put("architectures", value="12"), "architectures: expected a whole number"),
    "a fraction of an architecture": (put("architectures", value=11.5), "architectures: expected a whole number"),
    "true architectures": (put("architectures", value=True), "architectures: expected a whole number"),
    "objects": (put("arrays", COLUMN, 0, value="|O"), "expected a plain number as dtype, got '|O'"),
    "objects of eight bytes": (put("arrays", COLUMN, 0, value="O8"), "expected a plain number as dtype"),
    "a structure": (put("arrays", COLUMN, 0, value=[["a", "O"]]), "expected a plain number as dtype"),
    "another dtype": (put("arrays", COLUMN, 0, value="<i8"), "expected <f4 or <f8"),
    "another shape": (put("arrays", COLUMN, 1, value=[1, 12]), "expected <f4 or <f8 of shape"),
    "a negative shape": (put("arrays", COLUMN, 1, value=[-12, -1]), "expected a whole number from 0"),
    "more than the file has": (put("arrays", "index/row_of_code", 1, value=[10**9]), r"arrays of 4,000,0\d\d,\d+"),
    "a product beyond 64 bits": (put("arrays", "index/row_of_code", 1, value=[2**39] * 8), "arrays of"),
    "a column without its array": (put("series", 2, "columns", "200", value=["nothing"]), "array column/cifar10/200"),
    "an epoch that is none": (put("series", 2, "columns", "0x7", value=[]), "expected an epoch, got '0x7'"),
    "2e9 epochs": (put("series", 0, "curves", "valid_accuracy", value=[1, 2_000_000_000]), "from 1 to 65536"),
    "2e9 epochs as a float": (put("series", 0, "curves", "valid_accuracy", value=[1, 2e9]), "from 1 to 65536"),
    "a schedule of 2e9": (put("series", 0, "schedule", value=2_000_000_000), "schedule: expected a whole number"),
    "a trial twice": (put("series", 0, "trials", value=[111, 111]), "has a trial twice"),
    "a trial that is text": (put("series", 0, "trials", value=[111, "777"]), "trial: expected a whole number"),
    "a negative count": (put("counts", value={"trainings": -1}), "trainings: expected a whole number"),
    "a count of nothing": (put("counts", value={"trainings": None}), "trainings: expected a whole number"),
    "a data set of nothing": (put("datasets", "cifar10", value=["a", "b"]), "data set cifar10 is made of a"),
    "a data set of one": (put("datasets", "cifar10", value=["cifar10"]), "expected two values"),
    "a unit of its own": (put("units", "valid_accuracy", value="points"), "expected a unit of percent, fraction"),
    "a hash of something": (put("content_sha256", value="../../etc"), "64 hexadecimal digits"),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_what_no_table_says_is_refused_in_one_line_that_names_the_file(name: str, with_change: Callable) -> None:
    change, message = CHANGES[name]
    path = with_change(change)
    for read in (read_metadata, lambda path: Table(path, NB201())):
        with pytest.raises(TableError, match=message.replace("|", r"\|").replace("**", r"\*\*")) as caught:
            read(path)
        assert str(path) in str(caught.value) and "\n" not in str(caught.value) and len(str(caught.value)) < 600


@pytest.mark.parametrize(
    "record",
    [b"", b"null", b"[]", b"{", b"\xff\xfe", b"[" * 200_000, b'{"a":' * 200_000, b"9" * 100_000, b'{"format":NaN}'],
)
def test_a_record_that_is_no_object_is_refused(record: bytes, with_record: Callable[[bytes], Path]) -> None:
    with pytest.raises(TableError, match="its metadata"):
        read_metadata(with_record(record))


def test_a_record_of_brackets_takes_fifty_times_its_size_at_most() -> None:
    record = b"[" + b"[]," * 270_000 + b"[]]"
    tracemalloc.start()
    try:
        with pytest.raises(TableError):
            parse(record, 1 << 30)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 50 * len(record)


def test_the_record_reads_back_as_it_was(small: Any) -> None:
    metadata = small.open().metadata
    assert parse(metadata.to_json(), small.path.stat().st_size) == metadata


def test_any_value_put_anywhere_is_read_or_refused_in_one_line(small: Any) -> None:
    """Every leaf and branch of the record, replaced by each of these in turn."""
    record, size = small.open().metadata.to_json(), small.path.stat().st_size

    def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        return [path, *(deeper for step, one in inner for deeper in places(one, (*path, step)))]

    for path in places(json.loads(record))[1:]:
        for value in (None, True, -1, 1.5, 10**30, "", "\n", [], {}, [[]], {"": 0}):
            raw = json.loads(record)
            put(*path, value=value)(raw)
            try:
                parse(json.dumps(raw).encode(), size)
            except TableError as error:
                assert "\n" not in str(error)
