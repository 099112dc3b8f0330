import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nasbench_suite.errors import MissingArchitectureError, UnknownDatasetError, UnknownMetricError
from nasbench_suite.folders import table_path
from nasbench_suite.registry.tables import open_table
from nasbench_suite.table import Column, Source, Table
from nasbench_suite.table.annotation import Annotation


@pytest.fixture
def mine(write_small: Callable[..., Any]) -> Any:
    return write_small(table_path("mine"))


def put(table: Table, file: str, *columns: tuple[str, str | None], sha256: str | None = None, rows: int = 12) -> Path:
    """Writes an annotation of columns (name, data set) with the values 0, 1, 2 ..."""
    values, known = np.arange(float(rows)), np.arange(rows) > 0
    made = tuple(Column(name, "ms", "pixel3", dataset, values, known) for name, dataset in columns)
    source = Source("tidy", "x.csv", "0" * 64)
    path = table.path.with_name(f"{table.name}.{file}.columns")
    path.write_bytes(Annotation(sha256 or table.metadata.content_sha256, source, {}, made).to_bytes())
    return path


def test_a_table_without_annotations_has_no_columns(mine: Any) -> None:
    columns = open_table("mine").columns
    assert len(columns) == 0 and list(columns) == [] and columns.of("cifar10") == {}
    with pytest.raises(UnknownMetricError, match="annotate mine PATH"):
        columns.find("latency", "cifar10")


def test_several_annotations_add_up(mine: Any) -> None:
    put(open_table("mine"), "one", ("latency", "cifar10"), ("latency", "mixed"))
    put(open_table("mine"), "two", ("size", None))
    columns = open_table("mine").columns
    assert [(one.dataset, one.name) for one in columns] == [
        (None, "size"),
        ("cifar10", "latency"),
        ("mixed", "latency"),
    ]
    assert list(columns.of("cifar10")) == ["size", "latency"]
    assert list(columns.of("another")) == ["size"]
    assert columns.find("latency", "mixed").value(3) == 3.0
    assert columns.find("latency", "mixed").value(0) is None
    assert ("mixed", "latency") in columns and ("mixed", "size") not in columns
    assert repr(columns) == "<3 further columns of table mine: size, latency>"


def test_an_unknown_column_is_answered_with_the_closest(mine: Any) -> None:
    put(open_table("mine"), "one", ("latency", "cifar10"))
    with pytest.raises(UnknownMetricError, match="did you mean latency"):
        open_table("mine").columns.find("latencies", "cifar10")
    with pytest.raises(UnknownMetricError, match="for mixed; it has none"):
        open_table("mine").columns.find("latency", "mixed")


def test_an_unknown_data_set_is_named_and_not_the_column(mine: Any) -> None:
    put(open_table("mine"), "one", ("latency", "cifar10"), ("size", None))
    for name in ("latency", "size", "nope"):
        with pytest.raises(
            UnknownDatasetError, match="expected one of the data sets cifar10, mixed; got 'cifar1'; did"
        ):
            open_table("mine").columns.find(name, "cifar1")


@pytest.mark.parametrize("row", [12, 10**6, -1, "x", 1.0])
def test_a_row_that_the_table_lacks_is_refused(mine: Any, row: Any) -> None:
    put(open_table("mine"), "one", ("latency", "cifar10"))
    column = open_table("mine").columns.find("latency", "cifar10")
    assert column.value(11) == 11.0 and column.value(np.int64(11)) == 11.0
    with pytest.raises(MissingArchitectureError, match="column latency: expected a row from 0 to 11"):
        column.value(row)


def test_what_belongs_to_a_table_with_other_content_is_passed_over(mine: Any, write_small: Callable[..., Any]) -> None:
    path = put(open_table("mine"), "one", ("latency", "cifar10"))
    write_small(table_path("mine"), change=True, force=True)
    columns = open_table("mine").columns
    assert len(columns) == 0
    (line,) = columns.passed_over
    assert str(path) in line and "belongs to a table with content" in line
    with pytest.raises(UnknownMetricError, match="passed over"):
        columns.find("latency", "cifar10")


def test_damage_costs_what_was_damaged(mine: Any) -> None:
    path = put(open_table("mine"), "one", ("latency", "cifar10"))
    put(open_table("mine"), "two", ("size", None))
    path.write_bytes(path.read_bytes()[:-1])
    columns = open_table("mine").columns
    assert [one.name for one in columns] == ["size"]
    assert str(path) in columns.passed_over[0]


def test_a_file_with_other_rows_or_a_column_twice_is_passed_over(mine: Any) -> None:
    put(open_table("mine"), "one", ("latency", "cifar10"))
    put(open_table("mine"), "three", ("latency", "cifar10"), ("size", None))
    put(open_table("mine"), "two", ("energy", None), rows=11)
    columns = open_table("mine").columns
    assert [one.name for one in columns] == ["latency"]
    assert len(columns.passed_over) == 2


def test_a_table_elsewhere_finds_those_beside_it_and_those_at_home(
    mine: Any, tmp_path: Path, write_small: Callable[..., Any]
) -> None:
    put(open_table("mine"), "home", ("size", None))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    write_small(elsewhere / "mine.mdb")
    table = open_table(elsewhere / "mine.mdb")
    put(table, "beside", ("latency", "cifar10"))
    assert [one.name for one in table.columns] == ["size", "latency"]


def test_the_columns_of_another_table_are_not_this_ones(mine: Any, write_small: Callable[..., Any]) -> None:
    write_small(table_path("mine2"))
    put(open_table("mine2"), "one", ("latency", "cifar10"))
    assert len(open_table("mine").columns) == 0


def test_a_pickled_table_finds_its_columns_again(mine: Any) -> None:
    put(open_table("mine"), "one", ("latency", "cifar10"))
    table = open_table("mine")
    assert len(table.columns) == 1
    assert len(pickle.loads(pickle.dumps(table)).columns) == 1


@pytest.mark.parametrize("name", ["test_accuracy", "seconds", "train_loss"])
def test_a_file_with_a_column_that_is_named_as_a_tables_own_figure_is_passed_over(mine: Any, name: str) -> None:
    put(open_table("mine"), "one", ("size", None), (name, "cifar10"))
    columns = open_table("mine").columns
    assert len(columns) == 0
    assert f"got {name}; call it measured_{name}" in columns.passed_over[0]
