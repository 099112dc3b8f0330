"""Cells: validity and the canonical form."""

import numpy as np
import pytest

from nasbench_suite.errors import ArchitectureError
from nasbench_suite.spaces.nds.cells import CellArchitecture, Genotype, NDSCell, canonical, check

OPERATIONS = ("a", "b", "c")
CELL = NDSCell(((("a", 0), ("b", 1)), (("c", 2), ("a", 0))), (2, 3))


def network(cell: NDSCell) -> CellArchitecture:
    return CellArchitecture(Genotype(cell, CELL), 8, 16, False, 0.0, 0.1, 0.0)


def test_canonical_ignores_the_order_of_a_nodes_edges_and_of_the_concatenation() -> None:
    flipped = NDSCell(((("b", 1), ("a", 0)), (("a", 0), ("c", 2))), (3, 2))
    assert canonical(flipped) == canonical(CELL)


def test_canonical_ignores_the_numbering_of_nodes() -> None:
    first, second = (("a", 0), ("a", 0)), (("b", 1), ("b", 1))
    last = (("c", 2), ("c", 3))
    one = NDSCell((first, second, last), (4,))
    two = NDSCell((second, first, last), (4,))
    assert canonical(one) == canonical(two)
    # but not which node feeds which
    assert canonical(NDSCell((first, second, (("c", 2), ("c", 2))), (4,))) != canonical(one)


def test_canonical_keeps_the_graph_for_random_renumberings() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        nodes = tuple(
            tuple((str(rng.choice(OPERATIONS)), int(rng.integers(at + 2))) for _ in range(2)) for at in range(4)
        )
        cell = NDSCell(nodes, (2, 5))  # type: ignore[arg-type]
        assert canonical(canonical(cell)) == canonical(cell)
        assert sorted(op for node in canonical(cell).nodes for op, _ in node) == sorted(
            op for node in cell.nodes for op, _ in node
        )


def test_inputs_are_not_interchangeable() -> None:
    swapped = NDSCell(((("a", 1), ("b", 0)), (("c", 2), ("a", 1))), (2, 3))
    assert canonical(swapped) != canonical(CELL)


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (NDSCell(CELL.nodes[:1], (2,)), "expected 2 nodes"),
        (NDSCell(((("a", 0), ("b", 2)), CELL.nodes[1]), (2,)), "does not come before"),
        (NDSCell(((("z", 0), ("b", 1)), CELL.nodes[1]), (2,)), "'z'"),
        (CELL._replace(concat=()), "concatenate"),
        (CELL._replace(concat=(1, 2)), "concatenate"),
        (CELL._replace(concat=(2, 2)), "each once"),
        (CELL._replace(concat=(4,)), "concatenate"),
    ],
)
def test_a_cell_that_cannot_be_built_is_refused(cell: NDSCell, message: str) -> None:
    assert check(network(CELL), OPERATIONS, 2)
    with pytest.raises(ArchitectureError, match=message):
        check(network(cell), OPERATIONS, 2)
