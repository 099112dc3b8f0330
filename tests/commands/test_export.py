import csv
import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nasbench_suite.folders import table_path
from nasbench_suite.registry.importers import import_file
from nasbench_suite.registry.tables import open_table
from nasbench_suite.spaces.nb201 import NB201
from nasbench_suite.table import measurements

Cli = Callable[..., Any]


@pytest.fixture
def mine(write_small: Callable[..., Any]) -> Any:
    return write_small(table_path("mine"))


@pytest.fixture
def annotated(mine: Any, cli: Cli, tmp_path: Path) -> str:
    """The architecture in row 1, with a latency on cifar10 and a size."""
    text = open_table("mine").architecture(1)
    path = tmp_path / "costs.csv"
    path.write_text(f"arch,dataset,t [ms@pixel3]\n{text},cifar10,2.5\n")
    cli("annotate", "mine", path)
    path.write_text(f"arch,size [MB]\n{text},7\n")
    cli("annotate", "mine", path)
    return text


def lines(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_what_is_exported_is_imported_again(mine: Any, cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    answer = cli("export", "mine", path)
    assert answer.code == 0 and f"{len(lines(path)):,} rows of 12 architectures" in answer.out
    import_file(NB201(), path, table_path("again"), accuracy="percent")
    one, other = open_table("mine"), open_table("again")
    for cell in mine.cells:
        # as text, in which a NaN equals a NaN
        assert sorted(map(str, measurements(one, cell))) == sorted(map(str, measurements(other, cell)))


def test_every_format_has_the_same_rows(mine: Any, annotated: str, cli: Cli, tmp_path: Path) -> None:
    from pyarrow import parquet

    for name in ("x.csv", "x.csv.gz", "x.parquet"):
        assert cli("export", "mine", tmp_path / name).code == 0
    plain = (tmp_path / "x.csv").read_bytes()
    assert gzip.decompress((tmp_path / "x.csv.gz").read_bytes()) == plain
    rows = parquet.read_table(tmp_path / "x.parquet").to_pylist()
    written = [{name: "" if value is None else str(value) for name, value in row.items()} for row in rows]
    assert written == lines(tmp_path / "x.csv")


def test_further_columns_are_on_the_rows_of_their_data_set(mine: Any, annotated: str, cli: Cli, tmp_path: Path) -> None:
    cli("export", "mine", tmp_path / "x.csv")
    for line in lines(tmp_path / "x.csv"):
        here = line["arch"] == annotated
        assert line["size [MB]"] == ("7.0" if here else "")
        assert line["t [ms@pixel3]"] == ("2.5" if here and line["dataset"] != "mixed" else "")
    # cifar10 is searched on one trial set and scored on another
    assert {line["dataset"] for line in lines(tmp_path / "x.csv")} == {"cifar10-valid", "cifar10", "mixed"}


def test_a_file_that_is_there_stays_unless_forced(mine: Any, cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("mine")
    answer = cli("export", "mine", path)
    assert answer.code == 2 and "--force" in answer.err and path.read_text() == "mine"
    assert cli("export", "mine", path, "--force").code == 0
    assert path.read_text().startswith("arch,dataset,epochs,epoch,seed,")


def test_bad_input_is_told_in_one_line_and_leaves_nothing(mine: Any, cli: Cli, tmp_path: Path) -> None:
    for words in (["mine", "x.xlsx"], ["nosuch", "x.csv"], ["mine", "none/x.csv"]):
        answer = cli("export", *words)
        assert answer.code == 2 and len(answer.err.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


def test_the_file_is_as_readable_as_any_new_one(mine: Any, cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    cli("export", "mine", tmp_path / "x.csv")
    assert (tmp_path / "x.csv").stat().st_mode == (tmp_path / "plain").stat().st_mode
