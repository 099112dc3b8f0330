from collections.abc import Callable

import numpy as np
import pytest

from nasbench_suite.errors import ArchitectureError, ConfigError
from nasbench_suite.spaces.nb101 import NB101, Cell
from nasbench_suite.spaces.nb101.cell import parse_cell
from nasbench_suite.spaces.nb101.pruning import prune

NO_CELLS = [
    Cell(7, 0, 0),
    Cell(5, (1 << 10) - 1, 0),
    Cell(6, 1 << 15, 0),
    Cell(8, 1, 0),
    Cell(1, 0, 0),
    Cell(2, 1, 1),
    Cell(2, 1, -1),
    Cell(7, -1, 0),
]


def test_an_unpruned_cell_has_the_row_of_the_pruned_one(space: NB101, locate: Callable[[Cell], int]) -> None:
    rng = np.random.default_rng(1)
    for _ in range(5_000):
        cell = space.sample(rng)
        assert locate(cell) == locate(prune(cell)) == locate(space.canonical(cell)) >= 0


def test_a_small_table_knows_its_cells_in_any_numbering_and_no_others(space: NB101) -> None:
    rng = np.random.default_rng(2)
    known = list({space.canonical(space.sample(rng)): None for _ in range(100)})
    locate = space.locator(space.index(known))
    assert [locate(cell) for cell in known] == list(range(len(known)))
    others = [cell for cell in (space.sample(rng) for _ in range(500)) if space.canonical(cell) not in known]
    assert others
    assert {locate(cell) for cell in others} == {-1}


def test_an_empty_table_knows_nothing(space: NB101) -> None:
    assert space.locator(space.index([]))(parse_cell("0100|input,output")) == -1


def test_many_cells_at_once_get_the_rows_they_get_one_by_one(space: NB101, every_cell: list[Cell]) -> None:
    index = space.index(every_cell[::7])
    rng = np.random.default_rng(3)
    drawn = [space.sample(rng) for _ in range(1_000)] + every_cell[:500]
    rows = space.batch_locator(index)(drawn)
    assert rows.tolist() == [space.locator(index)(cell) for cell in drawn]
    assert -1 in rows
    assert space.batch_locator(index)([]).tolist() == []


def test_a_class_listed_twice_is_an_error(space: NB101) -> None:
    one = parse_cell("0110000100010000|input,maxpool3x3,conv3x3-bn-relu,output")
    other = parse_cell("0110000100010000|input,conv3x3-bn-relu,maxpool3x3,output")
    with pytest.raises(ConfigError, match="listed twice"):
        space.index([one, other])


@pytest.mark.parametrize("cell", NO_CELLS)
def test_what_is_no_valid_cell_is_an_error_not_a_missing_row(space: NB101, cell: Cell) -> None:
    index = space.index([])
    with pytest.raises(ArchitectureError):
        space.locator(index)(cell)
    with pytest.raises(ArchitectureError):
        space.batch_locator(index)([parse_cell("0100|input,output"), cell])
    with pytest.raises(ArchitectureError):
        space.index([cell])


@pytest.mark.parametrize("value", ["0100|input,output", None, 7, (0, 1, 2, 3), ("a", "b", "c"), (2.0, 1.0, 0.0)])
def test_a_value_of_another_kind_is_an_architecture_error(space: NB101, value: object) -> None:
    with pytest.raises(ArchitectureError, match="expected a NAS-Bench-101 Cell"):
        space.locator(space.index([]))(value)  # type: ignore[arg-type]


def test_many_values_of_another_kind_are_an_architecture_error(space: NB101) -> None:
    for values in (
        ["0100|input,output"],
        [None],
        [(1 << 70, 0, 0)],
        [Cell(2, 1, 0), (1, 2)],
        np.zeros((2, 4)),
    ):
        with pytest.raises(ArchitectureError):
            space.batch_locator(space.index([]))(values)  # type: ignore[arg-type]


def test_index_arrays_serve_read_only(space: NB101) -> None:
    frozen = {name: np.frombuffer(array.tobytes(), array.dtype) for name, array in space.index([]).items()}
    assert space.locator(frozen)(parse_cell("0100|input,output")) == -1
    assert sum(array.nbytes for array in frozen.values()) < 12.6e6
