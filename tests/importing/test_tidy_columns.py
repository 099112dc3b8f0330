import gzip
import re
from pathlib import Path

import pytest

from nasbench_suite.errors import SourceError
from nasbench_suite.importing.tidy_columns import TidyColumnReader
from nasbench_suite.progress import Progress
from nasbench_suite.spaces.nb201 import NB201

CELL = NB201().format((3,) * 6)
READER = TidyColumnReader()


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "costs.csv"
    path.write_text(text)
    return path


def records(path: Path) -> list[tuple[object, ...]]:
    with Progress("read", path.stat().st_size) as progress:
        return [record[1:] for record in READER.read(path, NB201(), progress)]


def test_headings_say_name_unit_and_device(tmp_path: Path) -> None:
    path = written(tmp_path, f"arch,dataset,t [ms@pixel3],size[MB]\n{CELL},cifar10,2.5,\n{CELL},,nan,-1\n")
    assert READER.recognises(path)
    assert READER.columns(path) == {"t": ("ms", "pixel3"), "size": ("MB", None)}
    first, second = records(path)
    assert first == ((3,) * 6, "cifar10", {"t": 2.5})
    assert second[1] is None and second[2]["size"] == -1.0 and second[2]["t"] != second[2]["t"]  # type: ignore[index]


def test_gzip_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "costs.csv.gz"
    path.write_bytes(gzip.compress(f"arch,t [ms]\n{CELL},2.5\n".encode()))
    assert records(path) == [((3,) * 6, None, {"t": 2.5})]


@pytest.mark.parametrize("heading", ["t", "t []", "t [ms@]", "t [@gpu]", "[ms]", "t [ms] more"])
def test_a_heading_without_a_unit_is_refused(tmp_path: Path, heading: str) -> None:
    with pytest.raises(SourceError, match="expected a heading with a unit, such as"):
        READER.columns(written(tmp_path, f"arch,good [ms],{heading}\n"))


@pytest.mark.parametrize(
    ("heading", "like"),
    [("my size [MB]", "my_size [MB]"), ("a b [ms@gpu]", "a_b [ms@gpu]"), ("-t [ms]", "size [ms]")],
)
def test_a_name_with_a_space_is_refused_and_one_without_is_said(tmp_path: Path, heading: str, like: str) -> None:
    path = written(tmp_path, f"arch,{heading}\n")
    message = re.escape(
        f"expected a name without spaces, of letters, digits, _ . and -, such as '{like}'; got '{heading}'"
    )
    with pytest.raises(SourceError, match=message):
        READER.columns(path)


def test_a_column_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="t is there twice"):
        READER.columns(written(tmp_path, "arch,t [ms],t [s]\n"))


@pytest.mark.parametrize(
    ("line", "message"), [("nonsense,1", "line 2.*expected a cell"), (f"{CELL},fast", "line 2: expected a number")]
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    message = message.replace("expected a cell", "unknown operation")
    with pytest.raises(SourceError, match=message):
        records(written(tmp_path, f"arch,t [ms]\n{line}\n"))
