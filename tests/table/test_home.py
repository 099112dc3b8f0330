from collections.abc import Callable
from pathlib import Path

import pytest

from nasbench_suite.errors import ConfigError, TableError, TableNotFoundError
from nasbench_suite.folders import table_path, table_paths
from nasbench_suite.registry.spaces import find_space
from nasbench_suite.registry.tables import find_table, open_table
from nasbench_suite.spaces.nb201 import NB201


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


def test_tables_are_listed_by_name_and_temporary_files_are_not(small, write_small: Callable) -> None:
    write_small(table_path("b"))
    write_small(table_path("a"))
    (table_path("a").parent / ".c.mdb.x.tmp").touch()
    (table_path("a").parent / ".d.mdb").touch()
    assert [name for name in table_paths() if name in "abcd"] == ["a", "b"]


def test_a_space_is_found_by_name_and_an_unknown_one_answered_with_the_list() -> None:
    assert isinstance(find_space("nb201"), NB201)
    with pytest.raises(ConfigError, match=r"nb201.*got 'nb202'"):
        find_space("nb202")


def test_a_missing_table_says_which_command_makes_one(space: NB201) -> None:
    with pytest.raises(TableNotFoundError, match="`nasbench-suite import SPACE PATH --name mine`"):
        open_table("mine")
    with pytest.raises(TableNotFoundError, match="`nasbench-suite import nb201 PATH`"):
        find_table(space, "svhn")
    with pytest.raises(TableNotFoundError, match="no such file"):
        open_table(Path("nowhere.mdb"))


def test_a_table_opens_by_name_and_by_path(write_small: Callable) -> None:
    write_small(table_path("mine"))
    assert open_table("mine").name == "mine"
    assert open_table(table_path("mine")).space.name == "nb201"


def test_the_one_table_that_has_the_data_set_is_found(space: NB201, write_small: Callable) -> None:
    write_small(table_path("mine"))
    assert find_table(space, "mixed").name == "mine"
    assert find_table(space, "cifar10-valid").name == "mine"


def test_several_tables_that_have_the_data_set_are_listed(space: NB201, write_small: Callable) -> None:
    write_small(table_path("mine"))
    write_small(table_path("yours"))
    with pytest.raises(TableNotFoundError, match="mine, yours; name one with table=NAME"):
        find_table(space, "mixed")


def test_a_damaged_table_does_not_hide_a_sound_one(space: NB201, write_small: Callable) -> None:
    write_small(table_path("sound"))
    table_path("broken").write_bytes(b"no table")
    assert find_table(space, "mixed").name == "sound"


def test_a_data_set_that_no_table_has_is_answered_with_those_that_there_are(
    space: NB201, write_small: Callable
) -> None:
    write_small(table_path("mine"))
    with pytest.raises(TableNotFoundError, match="have: cifar10, mixed"):
        find_table(space, "svhn")
