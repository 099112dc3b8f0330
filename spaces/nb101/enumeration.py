"""The 423,624 cells of NAS-Bench-101 from scratch, as nasbench's enumerator lists them, without hashing.

The canonical form of a cell is the least of its isomorphic upper-triangular numberings, which is also the
first that nasbench's enumerator meets: vertices, then edges, then operations ascending. All renumberings of
the inner vertices, at most 120, are tried, so that the classes are exact.

Up to three vertices there are seven cells, each a network of its own: input to output, and on three vertices the chain
(edges 0b101: 0->1, 1->2) and the chain with a shortcut (0b111), with each of three operations.

>>> small = cells(3)
>>> {vertices: edges.tolist() for vertices, edges in small.matrices.items()}, small.starts
({2: [1], 3: [5, 7]}, {2: 0, 3: 1})
>>> small.representatives.tolist()  # vertices, edges, labels
[[2, 1, 0], [3, 5, 0], [3, 5, 1], [3, 5, 2], [3, 7, 0], [3, 7, 1], [3, 7, 2]]
"""

from functools import cache
from itertools import permutations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.spaces.nb101.cell import Cell, edge_bit
from nasbench_suite.spaces.nb101.definition import MAX_EDGES, MAX_VERTICES
from nasbench_suite.spaces.nb101.pruning import prune

# a renumbering that turns an edge backwards gets a key above that of every cell
_BACKWARDS = 1 << 40


class Cells(NamedTuple):
    """All cells without dead vertices up to some size, and which of them are one network.

    A cell's position is `starts[vertices] + number * 3 ** (vertices - 2) + labels`, its matrix being the
    number-th in `matrices[vertices]`; positions ascend in nasbench's order.

    Attributes:
        matrices: for each number of vertices, the `edges` of every graph without dead vertices, ascending.
        starts: for each number of vertices, the position of its first cell.
        classes: (labelled cells,) int32, each cell's isomorphism class, numbered in order of appearance.
        representatives: (classes, 3) int64, the first cell of each class as vertices, edges, labels.
    """

    matrices: dict[int, NDArray[np.int64]]
    starts: dict[int, int]
    classes: NDArray[np.int32]
    representatives: NDArray[np.int64]


@cache
def cells(max_vertices: int = MAX_VERTICES) -> Cells:
    """Lists the space up to `max_vertices`; at seven in about a second, and kept in 15 MB."""
    matrices: dict[int, NDArray[np.int64]] = {}
    starts: dict[int, int] = {}
    classes: list[NDArray[np.int32]] = []
    representatives: list[NDArray[np.int64]] = []
    position = known = 0
    for vertices in range(2, max_vertices + 1):
        edges = full_matrices(vertices)
        firsts = _first_isomorphic(vertices, edges)
        new = np.flatnonzero(firsts == np.arange(len(firsts)))
        numbers = np.empty(len(firsts), dtype=np.int32)
        numbers[new] = np.arange(known, known + len(new))
        matrices[vertices], starts[vertices] = edges, position
        classes.append(numbers[firsts])
        at, labels = np.divmod(new, 3 ** (vertices - 2))
        representatives.append(np.stack([np.full(len(new), vertices), edges[at], labels], axis=1))
        position += len(firsts)
        known += len(new)
    return Cells(matrices, starts, np.concatenate(classes), np.concatenate(representatives))


def canonical(cell: Cell) -> Cell:
    """Returns the least isomorphic cell, pruned.

    Two branches, conv3x3 and conv1x1, beside each other: labels are 1 in this order and 3 (digits 1, 0) in the other.

    >>> canonical(Cell(4, 51, 3))
    Cell(vertices=4, edges=51, labels=1)

    Raises:
        ArchitectureError: no path leads from input to output.
    """
    vertices, edges, labels = pruned = prune(cell)
    by_edge, by_vertex = _renumberings(vertices)
    present = [bit for bit in range(edge_bit(0, vertices)) if edges >> bit & 1]
    keys = by_edge[:, present].sum(axis=1) + by_vertex @ np.array(pruned.digits, dtype=np.int64)
    edges, labels = divmod(int(keys.min()), 3 ** (vertices - 2))
    return Cell(vertices, edges, labels)


def full_matrices(vertices: int) -> NDArray[np.int64]:
    """Returns the `edges` of every graph with at most nine edges and no dead vertex, ascending."""
    edges = np.arange(1 << edge_bit(0, vertices), dtype=np.int64)
    for vertex in range(vertices):
        into = sum(1 << edge_bit(source, vertex) for source in range(vertex))
        out_of = sum(1 << edge_bit(vertex, target) for target in range(vertex + 1, vertices))
        # edges lead upwards, so a vertex is alive when it has both (the ends: one) kinds of edges
        for mask in (into, out_of):
            if mask:
                edges = edges[edges & mask != 0]
    count = np.zeros_like(edges)
    for bit in range(edge_bit(0, vertices)):
        count += edges >> bit & 1
    return edges[count <= MAX_EDGES]


def _first_isomorphic(vertices: int, edges: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each cell of a size, in order, the number of the first one isomorphic to it."""
    by_edge, by_vertex = _renumberings(vertices)
    labellings = 3 ** (vertices - 2)
    bits = edges[:, None] >> np.arange(edge_bit(0, vertices)) & 1
    digits = np.arange(labellings)[:, None] // 3 ** np.arange(vertices - 3, -1, -1) % 3
    least = edges[:, None] * labellings + np.arange(labellings)
    for per_edge, per_vertex in zip(by_edge, by_vertex, strict=True):
        keys = bits @ per_edge
        forwards = np.flatnonzero(keys < _BACKWARDS)
        renumbered = keys[forwards, None] + digits @ per_vertex
        least[forwards] = np.minimum(least[forwards], renumbered)
    first_edges, first_labels = np.divmod(least.ravel(), labellings)
    firsts: NDArray[np.int64] = np.searchsorted(edges, first_edges) * labellings + first_labels
    return firsts


@cache
def _renumberings(vertices: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The key `edges * 3 ** (vertices - 2) + labels` after each renumbering, as a linear form.

    On four vertices the two inner ones stay or change places. Edge 0->1 is bit 0, worth 9 in a key; changed, it is
    0->2, bit 1, worth 18. Edge 1->2 would lead backwards. The first inner vertex's digit is worth 3, the second's 1.

    >>> by_edge, by_vertex = _renumberings(4)
    >>> by_edge[0].tolist(), by_vertex.tolist()
    ([9, 18, 36, 72, 144, 288], [[3, 1], [1, 3]])
    >>> by_edge[1].tolist() == [18, 9, _BACKWARDS, 72, 288, 144]
    True

    Returns:
        What each edge (renumberings, edges) and each unit of an inner vertex's digit (renumberings,
        vertices - 2) adds to the key.
    """
    inner = vertices - 2
    by_edge, by_vertex = [], []
    for order in permutations(range(1, vertices - 1)):
        new = (0, *order, vertices - 1)
        by_edge.append(
            [
                3**inner << edge_bit(new[x], new[y]) if new[x] < new[y] else _BACKWARDS
                for y in range(1, vertices)
                for x in range(y)
            ]
        )
        by_vertex.append([3 ** (inner - place) for place in order])
    return (
        np.array(by_edge, dtype=np.int64),
        np.array(by_vertex, dtype=np.int64).reshape(len(by_vertex), inner),
    )
