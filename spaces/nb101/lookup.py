"""From a cell's matrix and operations to its row in a table through precomputed arrays, without hashing.

Every graph that a `Cell` can hold, dead vertices included, has a slot that names its pattern: the full matrix
that pruning leaves, and which vertices. A pattern says where the rows of its labelled cells begin and how the
unpruned labels shrink to the pruned ones. The arrays are 9.5 MB, and a table is opened by mapping them.

The cell `input, conv1x1, maxpool, output` with the edges 0->1, 0->2 and 2->3 (bits 0, 1 and 5: 35) has the labels 1 x 3
+ 2. Slots of four vertices begin at 2 + 8. Vertex 1 is dead; what is left is the chain of three vertices, whose
labelled cells begin at position 1, and of the labels 5 the maxpool's 2 remains. Position 3 is the chain with a maxpool,
the class of number 3.

>>> arrays = _class_index()
>>> pattern = arrays["patterns"][_FIRST_SLOT[4] + 35]
>>> _FIRST_SLOT[4], int(arrays["starts"][pattern]), int(arrays["squeeze"][arrays["squeezes"][pattern] + 5])
(10, 1, 2)
>>> class_locator()(Cell(vertices=4, edges=35, labels=5)), int(arrays["rows"][1 + 2])
(3, 3)
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.errors import ArchitectureError, ConfigError
from nasbench_suite.spaces.nb101.cell import Cell, edge_bit, format_cell
from nasbench_suite.spaces.nb101.definition import MAX_VERTICES
from nasbench_suite.spaces.nb101.enumeration import cells
from nasbench_suite.spaces.nb101.pruning import check

INVALID: Final = 0xFFFF
SIZES: Final = range(2, MAX_VERTICES + 1)
_BITS: Final = [edge_bit(0, max(size, 1)) for size in range(MAX_VERTICES + 1)]
_FIRST_SLOT: Final = [sum(1 << _BITS[smaller] for smaller in range(2, size)) for size in range(MAX_VERTICES + 1)]
_LABELLINGS: Final = [3 ** max(size - 2, 0) for size in range(MAX_VERTICES + 1)]

CLASSES: Final = 423_624  # isomorphism classes of cells

Index = Mapping[str, NDArray[np.generic]]


def build_index(archs: Sequence[Cell]) -> dict[str, NDArray[np.generic]]:
    """Returns the arrays that lead from every cell isomorphic to one of `archs` to its position there.

    Raises:
        ArchitectureError: a value that is not a cell of the space.
        ConfigError: two of `archs` are isomorphic.
    """
    space = cells()
    arrays = _class_index()
    classes = batch_locator(arrays)(archs)
    row_of_class = np.full(len(space.representatives), -1, dtype=np.int32)
    row_of_class[classes] = np.arange(len(archs), dtype=np.int32)
    twice = np.flatnonzero(row_of_class[classes] != np.arange(len(archs)))
    if len(twice):
        arch = archs[int(twice[0])]
        raise ConfigError(
            f"space nb101: cell {format_cell(arch)} is listed twice, maybe in another numbering; merge them first"
        )
    return arrays | {"rows": row_of_class[space.classes]}


def locator(index: Index) -> Callable[[Cell], int]:
    """Returns the function from a cell, pruned or not, to its row; -1 where the table has none.

    The function raises ArchitectureError for anything but a valid cell.
    """
    # indexing a memoryview gives a Python number in a third of the time that an array takes
    patterns, starts, squeezes, squeeze, rows = (
        memoryview(index[name])  # type: ignore[arg-type]
        for name in ("patterns", "starts", "squeezes", "squeeze", "rows")
    )
    first_slot, bits, labellings = _FIRST_SLOT, _BITS, _LABELLINGS

    def locate(arch: Cell) -> int:
        try:
            vertices, edges, labels = arch
            if not edges >> bits[vertices] and 0 <= labels < labellings[vertices] and vertices > 1:
                pattern = patterns[first_slot[vertices] + edges]
                if pattern != INVALID:
                    return rows[starts[pattern] + squeeze[squeezes[pattern] + labels]]
        except (TypeError, ValueError, IndexError):
            pass
        check(arch)
        raise ArchitectureError(f"expected a NAS-Bench-101 Cell, got {arch!r:.100}")

    return locate


def batch_locator(index: Index) -> Callable[[Sequence[Cell] | NDArray[np.int64]], NDArray[np.int32]]:
    """Returns the function from many cells, or a (cells, 3) array of their numbers, to their rows.

    A row is -1 where the table lacks the cell; ArchitectureError is raised for anything but a valid cell.
    """
    arrays: list[NDArray[Any]] = [index[name] for name in ("patterns", "starts", "squeezes", "squeeze", "rows")]
    patterns, starts, squeezes, squeeze, rows = arrays
    first_slot, bits, labellings = np.array(_FIRST_SLOT), np.array(_BITS), np.array(_LABELLINGS)

    def locate_many(archs: Sequence[Cell] | NDArray[np.int64]) -> NDArray[np.int32]:
        try:
            vertices, edges, labels = np.asarray(archs, dtype=np.int64).reshape(-1, 3).T
        except (TypeError, ValueError, OverflowError):
            for arch in archs:
                check(arch)
            raise
        sizes = np.where((vertices < 2) | (vertices > MAX_VERTICES), 0, vertices)
        regular = (sizes > 0) & (edges >> bits[sizes] == 0) & (labels >= 0) & (labels < labellings[sizes])
        pattern = patterns[np.where(regular, first_slot[sizes] + edges, 0)]
        wrong = np.flatnonzero(~regular | (pattern == INVALID))
        if len(wrong):
            at = int(wrong[0])
            check(Cell(int(vertices[at]), int(edges[at]), int(labels[at])))
        found: NDArray[np.int32] = rows[starts[pattern] + squeeze[squeezes[pattern] + labels]]
        return found

    return locate_many


def class_locator() -> Callable[[Cell], int]:
    """Returns the function from a cell to the number of its isomorphism class, below `CLASSES`."""
    return locator(_class_index())


def _class_index() -> dict[str, NDArray[np.generic]]:
    return {**_patterns(), "rows": cells().classes}


@cache
def _patterns() -> dict[str, NDArray[np.generic]]:
    """Prunes every graph.

    Returns:
        patterns: (graphs,) the pattern of each slot, or `INVALID`.
        starts: (patterns,) the position of its first labelled cell in `cells()`.
        squeezes: (patterns,) where its part of the squeeze begins.
        squeeze: from the unpruned labels to the pruned ones.
    """
    space = cells()
    patterns = np.full(_FIRST_SLOT[-1] + (1 << _BITS[-1]), INVALID, dtype=np.uint16)
    starts: list[NDArray[np.int64]] = []
    squeezes: list[NDArray[np.int64]] = []
    squeeze: list[NDArray[np.int64]] = []
    known = squeezed = 0
    for vertices in SIZES:
        kept = _alive(vertices)
        # one sort brings the graphs that keep the same vertices together
        order = np.argsort(kept, kind="stable")
        masks, begins = np.unique(kept[order], return_index=True)
        for mask, graphs in zip(masks.tolist(), np.split(order, begins[1:]), strict=True):
            if not mask:
                continue
            left = [vertex for vertex in range(vertices) if mask >> vertex & 1]
            edges = np.zeros(len(graphs), dtype=np.int64)
            for y in range(1, len(left)):
                for x in range(y):
                    edges |= (graphs >> edge_bit(left[x], left[y]) & 1) << edge_bit(x, y)
            full = space.matrices[len(left)]
            number = np.full(1 << _BITS[len(left)], -1)
            number[full] = np.arange(len(full))
            found = number[edges]
            inside = found >= 0
            patterns[_FIRST_SLOT[vertices] + graphs[inside]] = known + found[inside]
            starts.append(space.starts[len(left)] + np.arange(len(full)) * _LABELLINGS[len(left)])
            squeezes.append(np.full(len(full), squeezed))
            squeeze.append(_squeeze(vertices, left))
            known += len(full)
            squeezed += _LABELLINGS[vertices]
    return {
        "patterns": patterns,
        "starts": np.concatenate(starts).astype(np.uint32),
        "squeezes": np.concatenate(squeezes).astype(np.uint16),
        "squeeze": np.concatenate(squeeze).astype(np.uint8),
    }


def _alive(vertices: int) -> NDArray[np.uint8]:
    """For each graph, the mask of its vertices on a path from input to output; 0 where there is none."""
    graphs = np.arange(1 << _BITS[vertices], dtype=np.int32)
    columns = [(graphs >> edge_bit(0, vertex) & ((1 << vertex) - 1)).astype(np.uint8) for vertex in range(vertices)]
    reached = np.ones(len(graphs), dtype=np.uint8)
    for vertex in range(1, vertices):
        reached |= ((columns[vertex] & reached) != 0).astype(np.uint8) << vertex
    last = vertices - 1
    needed = np.full(len(graphs), 1 << last, dtype=np.uint8)
    for vertex in range(last, 0, -1):
        needed |= columns[vertex] * (needed >> vertex & 1)
    return (reached & needed) * (reached >> last)


def _squeeze(vertices: int, left: list[int]) -> NDArray[np.int64]:
    """The pruned labels for each unpruned ones, when the vertices `left` remain."""
    labels = np.arange(_LABELLINGS[vertices])
    pruned = np.zeros_like(labels)
    for vertex in left[1:-1]:
        pruned = pruned * 3 + labels // 3 ** (vertices - 2 - vertex) % 3
    return pruned
