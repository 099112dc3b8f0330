"""How a table finds a row in a space that brings no index of its own."""

import pytest

from nasbench_suite.errors import ArchitectureError, ConfigError
from nasbench_suite.space import Space
from nasbench_suite.spaces.nb201 import NB201


class Plain(NB201):
    """The same cells with the index that every space inherits."""

    index, locator = Space.index, Space.locator


def test_every_listed_architecture_is_found_at_its_row_and_no_other() -> None:
    space, cells = Plain(), list(NB201().enumerate())
    locate = space.locator(space.index(cells[:5000]))
    assert [locate(cell) for cell in cells] == [*range(5000), *[-1] * (len(cells) - 5000)]


def test_an_architecture_listed_twice_is_refused() -> None:
    with pytest.raises(ConfigError, match="listed twice"):
        Plain().index([(0,) * 6, (1,) * 6, (0,) * 6])


def test_what_is_no_architecture_is_refused() -> None:
    space = Plain()
    with pytest.raises(ArchitectureError):
        space.locator(space.index([(0,) * 6]))((0,) * 5)


def test_a_space_that_cannot_be_listed_or_built_says_so() -> None:
    with pytest.raises(ConfigError, match="cannot be enumerated"):
        Space.enumerate(NB201())
    with pytest.raises(ConfigError, match="no network to train"):
        Space.network(NB201(), (0,) * 6)
