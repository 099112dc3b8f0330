from collections.abc import Callable
from pathlib import Path

import pytest

from nasbench_suite.errors import TableError
from nasbench_suite.folders import relative_path, table_path, table_paths


def test_the_environment_variable_names_the_home(home: Path) -> None:
    assert table_path("nb201") == home / "tables" / "nb201.mdb"


def test_without_the_variable_the_platforms_folder_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NASBENCH_SUITE_HOME")
    assert table_path("t").parent.parent.name == "nasbench-suite"


@pytest.mark.parametrize("name", ["", ".", "..", ".hidden", "a/b", "../a", "/a", "a b", "a\nb", "a\0b", "é", "a" * 300])
def test_a_name_that_is_no_plain_file_name_is_refused(name: str) -> None:
    with pytest.raises(TableError, match="expected a table name"):
        table_path(name)


@pytest.mark.parametrize("name", ["nb201", "my-table_2", "NATS-tss-v1_0"])
def test_plain_names_are_taken(name: str) -> None:
    assert table_path(name).name == f"{name}.mdb"


def test_tables_are_listed_by_name_and_temporary_files_are_not(write_small: Callable) -> None:
    write_small(table_path("b"))
    write_small(table_path("a"))
    (table_path("a").parent / ".c.mdb.x.tmp").touch()
    (table_path("a").parent / ".d.mdb").touch()
    assert [name for name in table_paths() if name in "abcd"] == ["a", "b"]


def test_a_path_is_written_as_its_reader_needs_it(tmp_path: Path) -> None:
    assert relative_path(tmp_path / "a" / "b.png", tmp_path) == "a/b.png"
    assert relative_path(tmp_path / "b.png", tmp_path / "a") == str(tmp_path / "b.png")
