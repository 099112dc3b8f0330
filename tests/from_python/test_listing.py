import subprocess
import sys
from collections.abc import Callable

import pytest

import nasbench_suite as nbs
import nasbench_suite.algorithms
import nasbench_suite.spaces.nb101 as nb101
from nasbench_suite.algorithms import RegularizedEvolution
from nasbench_suite.errors import ConfigError, TableNotFoundError
from nasbench_suite.folders import table_path


def test_spaces_and_algorithms_are_packages_that_list_themselves() -> None:
    assert {"nb101", "nb201", "nds_darts"} <= set(nbs.spaces())
    assert {"random", "rea", "darts1"} <= set(nbs.algorithms())
    assert nasbench_suite.algorithms.RegularizedEvolution is RegularizedEvolution
    assert nb101.Cell.of([[0, 1], [0, 0]], ["input", "output"])


def test_every_space_that_is_listed_is_found() -> None:
    assert [nbs.find_space(name).name for name in nbs.spaces()] == nbs.spaces()


def test_tables_are_those_that_open(write_small: Callable) -> None:
    assert nbs.tables() == []
    write_small(table_path("mine"))
    assert [nbs.open_table(name).name for name in nbs.tables()] == ["mine"]


def test_every_public_name_is_there() -> None:
    assert set(nbs.__all__) <= set(dir(nbs))
    for name in nbs.__all__:
        assert getattr(nbs, name) is not None
    assert callable(nbs.search) and callable(nbs.run)
    with pytest.raises(AttributeError, match="no attribute 'tabels'"):
        nbs.tabels  # noqa: B018


@pytest.mark.parametrize("wrong", [None, 5, [], {}, object(), b"nb201"])
def test_what_is_no_name_is_refused(wrong: object) -> None:
    for ask in (nbs.find_space, nbs.open_table, lambda name: nbs.find_table(name, "cifar10")):
        with pytest.raises(ConfigError):
            ask(wrong)


def test_the_closest_name_is_said(write_small: Callable) -> None:
    write_small(table_path("mine"))
    with pytest.raises(ConfigError, match="did you mean nb201"):
        nbs.find_space("NB2O1")
    with pytest.raises(TableNotFoundError, match="did you mean mine"):
        nbs.open_table("Mines")


def test_the_lists_of_spaces_and_tables_load_no_hydra() -> None:
    program = "import sys, nasbench_suite as nbs; nbs.tables(), nbs.spaces(), dir(nbs); print('hydra' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "False\n"
