import numpy as np
import pytest
from hypothesis import given

from nasbench_suite.errors import ArchitectureError
from nasbench_suite.spaces.nb101.cell import Cell, format_cell, parse_cell
from nasbench_suite.spaces.nb101.definition import OPERATIONS
from tests.spaces.nb101.strategies import drawn_cells

CONV3, CONV1, POOL = OPERATIONS


def test_a_cell_reads_back_the_matrix_and_operations_it_was_made_of() -> None:
    matrix = ((0, 1, 1, 0), (0, 0, 0, 1), (0, 0, 0, 1), (0, 0, 0, 0))
    operations = ("input", CONV1, POOL, "output")
    cell = Cell.of(matrix, operations)
    assert (cell.matrix, cell.operations) == (matrix, operations)
    assert cell.digits == (1, 2)
    assert cell.labels == 1 * 3 + 2


@given(drawn_cells())
def test_matrix_and_operations_round_trip(cell: Cell) -> None:
    assert Cell.of(cell.matrix, cell.operations) == cell
    assert Cell.of(np.array(cell.matrix), list(cell.operations)) == cell
    assert Cell.of(np.array(cell.matrix, dtype=float), cell.operations) == cell
    assert Cell.of(np.array(cell.matrix, dtype=bool), cell.operations) == cell


@given(drawn_cells())
def test_text_round_trips(cell: Cell) -> None:
    assert parse_cell(format_cell(cell)) == cell
    assert parse_cell(f" {cell}\n") == cell


def test_text_form_is_the_official_files_two_strings() -> None:
    assert format_cell(Cell.of([[0, 1, 0], [0, 0, 1], [0, 0, 0]], ["input", CONV3, "output"])) == (
        "010001000|input,conv3x3-bn-relu,output"
    )


CHAIN = [[0, 1, 0], [0, 0, 1], [0, 0, 0]]
NAMES = ["input", CONV3, "output"]


@pytest.mark.parametrize("text", ["", "|", "010|input,output", "0100", "0a00|input,output"])
def test_text_that_is_no_cell_is_refused(text: str) -> None:
    with pytest.raises(ArchitectureError):
        parse_cell(text)
