from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nasbench_suite.errors import SourceError, TableError, UnknownDatasetError
from nasbench_suite.folders import table_path
from nasbench_suite.importing.annotate import annotate
from nasbench_suite.importing.tidy_columns import TidyColumnReader
from nasbench_suite.registry.column_readers import find_column_readers
from nasbench_suite.registry.tables import open_table

READERS = [TidyColumnReader()]


@pytest.fixture
def mine(write_small: Callable[..., Any]) -> Any:
    return write_small(table_path("mine"))


@pytest.fixture
def texts(mine: Any) -> list[str]:
    return [open_table("mine").architecture(row) for row in range(12)]


@pytest.fixture
def source(tmp_path: Path) -> Callable[..., Path]:
    def write(*lines: str, name: str = "costs.csv") -> Path:
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n")
        return path

    return write


Write = Callable[..., Path]
ABSENT = "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|"


def test_the_tables_own_file_stays_as_it_is(mine: Any, texts: list[str], source: Write) -> None:
    before = mine.path.read_bytes()
    path, annotation = annotate(open_table("mine"), READERS, source("arch,size [MB]", f"{texts[3]},7.25"))
    assert mine.path.read_bytes() == before
    assert path.parent == mine.path.parent and path.name.startswith("mine.tidy.")
    assert annotation.counts == {
        "architectures": 1,
        "architectures_that_the_table_lacks": 0,
        "rows_of_other_data_sets": 0,
    }
    column = open_table("mine").columns.find("size", "cifar10")
    assert (column.unit, column.device, column.dataset) == ("MB", None, None)
    assert column.value(3) == 7.25 and column.value(4) is None


def test_the_columns_of_a_table_that_ships_with_the_package_go_into_the_users_folder(
    home: Path, tmp_path: Path, write_small: Callable[..., Any], source: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    monkeypatch.setattr("nasbench_suite.folders.SHIPPED_TABLES", shipped)
    write_small(shipped / "digits.mdb")
    text = open_table("digits").architecture(2)
    path = annotate(open_table("digits"), READERS, source("arch,size [MB]", f"{text},7.25")).path
    assert path.parent == home / "tables"
    assert [file.name for file in shipped.iterdir()] == ["digits.mdb"]
    assert open_table("digits").columns.find("size", "cifar10").value(2) == 7.25


def test_the_same_file_twice_changes_nothing(mine: Any, texts: list[str], source: Write) -> None:
    file = source("arch,size [MB]", f"{texts[3]},7.25")
    first = annotate(open_table("mine"), READERS, file).path.read_bytes()
    second = annotate(open_table("mine"), READERS, file)
    assert second.path.read_bytes() == first
    assert len(open_table("mine").columns.files) == 1


def test_what_a_killed_writer_left_is_cleared_away(mine: Any, texts: list[str], source: Write) -> None:
    file = source("arch,size [MB]", f"{texts[3]},7.25")
    path = annotate(open_table("mine"), READERS, file).path
    left = path.with_name(f".{path.name}.abcd1234.tmp")
    left.write_bytes(b"half")
    assert len(open_table("mine").columns.files) == 1
    annotate(open_table("mine"), READERS, file)
    assert not left.exists() and [one.path for one in open_table("mine").columns.files] == [path]


def test_a_column_from_another_source_is_refused(mine: Any, texts: list[str], source: Write) -> None:
    annotate(open_table("mine"), READERS, source("arch,size [MB]", f"{texts[3]},7.25"))
    with pytest.raises(TableError, match="mine has size for every data set from another source"):
        annotate(open_table("mine"), READERS, source("arch,size [MB]", f"{texts[3]},8", name="other.csv"))
    assert open_table("mine").columns.find("size", "cifar10").value(3) == 7.25


@pytest.mark.parametrize(("first", "second"), [(None, "cifar10"), ("cifar10", None)])
def test_a_column_for_every_data_set_leaves_no_room_for_one_of_a_data_set(
    mine: Any, texts: list[str], source: Write, first: str | None, second: str | None
) -> None:
    annotate(open_table("mine"), READERS, source("arch,size [MB]", f"{texts[3]},7"), dataset=first)
    there = f"size on {first}" if first else "size for every data set"
    with pytest.raises(TableError, match=f"mine has {there} from another source"):
        annotate(open_table("mine"), READERS, source("arch,size [MB]", f"{texts[3]},8", name="b.csv"), dataset=second)


def test_what_the_table_lacks_is_counted(mine: Any, texts: list[str], source: Write) -> None:
    file = source("arch,dataset,t [ms@gpu]", f"{texts[0]},cifar10,1", f"{texts[0]},svhn,2", f"{ABSENT},cifar10,3")
    counts = annotate(open_table("mine"), READERS, file).annotation.counts
    assert counts == {"architectures": 1, "architectures_that_the_table_lacks": 1, "rows_of_other_data_sets": 1}


def test_the_data_set_is_the_files_or_the_one_that_was_named(mine: Any, texts: list[str], source: Write) -> None:
    both = source("arch,dataset,t [ms@gpu]", f"{texts[0]},cifar10,1", f"{texts[0]},mixed,2")
    annotate(open_table("mine"), READERS, both, dataset="mixed")
    without = source("arch,u [ms]", f"{texts[0]},5", name="without.csv")
    annotate(open_table("mine"), READERS, without, dataset="cifar10")
    columns = open_table("mine").columns
    assert list(columns.of("mixed")) == ["t"] and columns.find("t", "mixed").value(0) == 2.0
    assert list(columns.of("cifar10")) == ["u"]


def test_one_source_may_be_taken_for_two_data_sets(mine: Any, texts: list[str], source: Write) -> None:
    file = source("arch,u [ms]", f"{texts[0]},5")
    for dataset in ("cifar10", "mixed"):
        annotate(open_table("mine"), READERS, file, dataset=dataset)
    assert len(open_table("mine").columns) == 2


def test_an_unknown_data_set_is_refused(mine: Any, texts: list[str], source: Write) -> None:
    with pytest.raises(UnknownDatasetError, match="expected one of the data sets cifar10, mixed"):
        annotate(open_table("mine"), READERS, source("arch,u [ms]", f"{texts[0]},5"), dataset="svhn")


def test_an_architecture_twice_is_named_with_its_line(mine: Any, texts: list[str], source: Write) -> None:
    file = source("arch,u [ms]", f"{texts[0]},5", f"{texts[0]},5")
    with pytest.raises(SourceError, match=r"line 3.*for the second time"):
        annotate(open_table("mine"), READERS, file)
    assert len(open_table("mine").columns) == 0


@pytest.mark.parametrize("value", ["inf", "-inf", "Infinity", "1e999"])
def test_an_infinity_is_refused_with_its_line(mine: Any, texts: list[str], source: Write, value: str) -> None:
    with pytest.raises(SourceError, match=r"line 3: expected u to be finite, got -?inf; leave it out"):
        annotate(open_table("mine"), READERS, source("arch,u [ms]", f"{texts[0]},5", f"{texts[1]},{value}"))
    assert len(open_table("mine").columns) == 0


def test_a_source_without_anything_for_the_table_is_refused(mine: Any, source: Write) -> None:
    for lines in ([f"{ABSENT},1"], [], [f"{ABSENT},"]):
        with pytest.raises(SourceError, match="has no value for an architecture"):
            annotate(open_table("mine"), READERS, source("arch,u [ms]", *lines))


def test_other_files_are_refused(mine: Any, source: Write, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="not a format of columns"):
        annotate(open_table("mine"), READERS, source("a,b", "1,2"))
    with pytest.raises(SourceError, match="there is no such file"):
        annotate(open_table("mine"), READERS, tmp_path / "none.csv")
    with pytest.raises(SourceError, match="expected a format of tidy; got 'xml'"):
        annotate(open_table("mine"), READERS, source("a,b"), format="xml")


@pytest.mark.parametrize("name", ["test_accuracy", "Test_Accuracy", "valid_loss", "seconds", "test_error", "epoch"])
def test_a_column_with_the_name_of_a_figure_that_tables_measure_is_refused(
    mine: Any, texts: list[str], source: Write, name: str
) -> None:
    with pytest.raises(TableError, match=f"got {name}; call it measured_{name}, say"):
        annotate(open_table("mine"), READERS, source(f"arch,{name} [%]", f"{texts[3]},7"))
    assert len(open_table("mine").columns) == 0


def test_a_cost_is_refused_where_the_table_has_it_itself(
    mine: Any, texts: list[str], source: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    annotate(open_table("mine"), READERS, source("arch,latency [ms@gpu]", f"{texts[3]},7"))
    table = open_table("mine")
    monkeypatch.setitem(table.metadata.units, "parameters", "millions")
    with pytest.raises(TableError, match="got parameters; call it"):
        annotate(table, READERS, source("arch,parameters [millions]", f"{texts[3]},7"))


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("arch,lat", "expected a heading with a unit, such as 'latency [ms@pixel3]' or 'size [MB]', got 'lat'"),
        ("arch,lat []", "expected a heading with a unit, such as 'latency [ms@pixel3]' or 'size [MB]', got 'lat []'"),
        ("arch,l3 [ms", "expected a heading with a unit, such as 'latency [ms@pixel3]' or 'size [MB]', got 'l3 [ms'"),
        ("arch,dataset", "expected a heading with a unit, such as 'latency [ms@pixel3]' or 'size [MB]', got none"),
        ("Arch,size [MB]", "there is no column arch, but 'Arch'; did you mean arch?"),
    ],
)
def test_a_heading_that_is_wrong_is_named_first(mine: Any, source: Write, header: str, said: str) -> None:
    file = source(header, "x,1")
    with pytest.raises(SourceError) as caught:
        annotate(open_table("mine"), find_column_readers(open_table("mine").space), file)
    assert str(caught.value) == f"{file}: {said}"
