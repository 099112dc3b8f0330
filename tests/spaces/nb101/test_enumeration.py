"""Enumeration and the look-up by arrays; the whole space is hashed only with `-m slow`."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from nasbench_suite.errors import ArchitectureError
from nasbench_suite.spaces.nb101 import NB101, Cell
from nasbench_suite.spaces.nb101.cell import parse_cell
from nasbench_suite.spaces.nb101.enumeration import canonical, cells
from nasbench_suite.spaces.nb101.graphs import cell_hash, is_isomorphic
from nasbench_suite.spaces.nb101.pruning import flaw

UNIQUE = {2: 1, 3: 6, 4: 84, 5: 2_441, 6: 62_010, 7: 359_082}
LABELLED = {2: 1, 3: 6, 4: 90, 5: 3_267, 6: 125_145, 7: 1_164_699}


def labelled_cells(sizes: Sequence[int]) -> list[Cell]:
    return [
        Cell(size, int(edges), labels)
        for size in sizes
        for edges in cells().matrices[size]
        for labels in range(3 ** (size - 2))
    ]


def classes_agree_with_hashes(sizes: Sequence[int], locate: Callable[[Cell], int]) -> bool:
    row_of_hash: dict[str, int] = {}
    hash_of_row: dict[int, str] = {}
    for cell in labelled_cells(sizes):
        row, key = locate(cell), cell_hash(cell)
        if row_of_hash.setdefault(key, row) != row or hash_of_row.setdefault(row, key) != key:
            return False
    return len(row_of_hash) == sum(UNIQUE[size] for size in sizes)


def test_the_space_has_the_published_counts(every_cell: list[Cell]) -> None:
    assert Counter(cell.vertices for cell in every_cell) == UNIQUE
    assert {size: len(edges) * 3 ** (size - 2) for size, edges in cells().matrices.items()} == LABELLED
    assert len(cells().classes) == 1_293_208


def test_enumeration_can_stop_at_fewer_vertices(every_cell: list[Cell]) -> None:
    up_to_five = [Cell._make(row) for row in cells(5).representatives.tolist()]
    assert up_to_five == every_cell[: sum(UNIQUE[size] for size in range(2, 6))]


def test_every_listed_cell_is_valid_and_ascending(every_cell: list[Cell]) -> None:
    assert all(flaw(cell) is None for cell in every_cell[::50])
    assert every_cell == sorted(every_cell)


@pytest.mark.slow  # hashes 64,542 cells
def test_classes_are_those_of_the_hash_up_to_six_vertices(locate: Callable[[Cell], int]) -> None:
    assert classes_agree_with_hashes(range(2, 7), locate)


@pytest.mark.slow
def test_classes_are_those_of_the_hash_on_all_labelled_cells(locate: Callable[[Cell], int]) -> None:
    assert classes_agree_with_hashes(range(2, 8), locate)


def test_classes_are_those_of_exact_isomorphism_on_four_vertices(locate: Callable[[Cell], int]) -> None:
    classes = defaultdict(list)
    for cell in labelled_cells([4]):
        classes[locate(cell)].append(cell)

    def isomorphic(one: Cell, other: Cell) -> bool:
        return is_isomorphic(one.matrix, one.operations, other.matrix, other.operations)

    firsts = [members[0] for members in classes.values()]
    assert all(isomorphic(members[0], cell) for members in classes.values() for cell in members)
    assert not any(isomorphic(one, other) for at, one in enumerate(firsts) for other in firsts[:at])


def test_canonical_form_is_the_listed_cell(every_cell: list[Cell], locate: Callable[[Cell], int], space: NB101) -> None:
    rng = np.random.default_rng(0)
    for _ in range(2_000):
        cell = space.sample(rng)
        least = canonical(cell)
        assert every_cell[locate(cell)] == least
        assert canonical(least) == least
        assert cell_hash(least) == cell_hash(cell)


def test_a_cell_listed_is_found_at_its_place(every_cell: list[Cell], locate: Callable[[Cell], int]) -> None:
    assert all(locate(cell) == row for row, cell in enumerate(every_cell))


def test_the_official_files_number_their_cells_canonically(real_cells: list[tuple[str, Cell, int]]) -> None:
    assert all(canonical(cell) == cell for _, cell, _ in real_cells)


def test_canonical_form_of_a_cell_without_a_path_is_an_error() -> None:
    with pytest.raises(ArchitectureError, match="no path"):
        canonical(parse_cell("0000|input,output"))
