from collections.abc import Callable
from pathlib import Path

import pytest

from nasbench_suite.errors import ConfigError, TableNotFoundError
from nasbench_suite.folders import table_path
from nasbench_suite.registry.tables import find_table, open_table
from nasbench_suite.spaces.nb201 import NB201


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


def test_a_table_opens_by_a_path_from_the_users_home(
    write_small: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    write_small(tmp_path / "x.mdb")
    assert open_table("~/x.mdb").name == "x"


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


def test_a_table_that_cannot_be_read_is_named_where_no_other_has_the_data_set(space: NB201) -> None:
    table_path("mine").parent.mkdir(parents=True)
    table_path("mine").write_bytes(b"no table")
    with pytest.raises(TableNotFoundError, match=r"makes one from the benchmark's file; .*mine\.mdb: expected a table"):
        find_table(space, "mixed")


def test_a_space_is_taken_by_name(write_small: Callable) -> None:
    write_small(table_path("mine"))
    assert open_table("mine", "nb201").space.name == "nb201"
    assert find_table("nb201", "mixed").name == "mine"
    with pytest.raises(ConfigError, match=r"expected one of the spaces .*; got 'nb299'"):
        open_table("mine", "nb299")
