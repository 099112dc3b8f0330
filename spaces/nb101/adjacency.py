"""Adjacency matrices of any size and kind, read into what a cell can hold, or refused with a reason."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.errors import ArchitectureError
from nasbench_suite.spaces.nb101.definition import INPUT, MAX_VERTICES, OPERATIONS, OUTPUT

Matrix = Sequence[Sequence[int]] | NDArray[Any]


def read_any(matrix: Matrix, operations: Sequence[str]) -> tuple[list[list[int]], list[str]]:
    """Returns a matrix and operations that a `Cell` can hold; pruned where they are too large or foreign as they stand.

    Args:
        matrix: square, 0/1, strictly upper-triangular; entry [x, y] is the edge from x to y.
        operations: one per vertex, `input` first and `output` last.

    Raises:
        ArchitectureError: what is wrong with them.
    """
    square = _square(matrix)
    names = [str(name) for name in operations]
    if len(names) != len(square):
        raise ArchitectureError(
            f"expected one operation per vertex, got {len(names)} operations for {len(square)} vertices"
        )
    if names[0] != INPUT or names[-1] != OUTPUT:
        raise ArchitectureError(
            f"expected operations from {INPUT!r} to {OUTPUT!r}, got {names[0]!r} first and {names[-1]!r} last"
        )
    if len(square) <= MAX_VERTICES and set(names[1:-1]) <= set(OPERATIONS):
        return square.tolist(), names
    kept = alive_vertices(square)
    if not kept:
        raise ArchitectureError("no path leads from input to output, so nothing is left of the cell after pruning")
    if len(kept) > MAX_VERTICES:
        raise ArchitectureError(f"{len(kept)} vertices are left after pruning, and a cell has at most {MAX_VERTICES}")
    names = [names[vertex] for vertex in kept]
    foreign = sorted(set(names[1:-1]) - set(OPERATIONS))
    if foreign:
        raise ArchitectureError(f"unknown operation {foreign[0]!r}; the operations are {', '.join(OPERATIONS)}")
    return square[np.ix_(kept, kept)].tolist(), names


def _square(matrix: Matrix) -> NDArray[np.int64]:
    try:
        array = np.asarray(matrix)
    except ValueError:
        array = np.empty(0)
    if array.ndim != 2 or array.shape[0] != array.shape[1] or array.shape[0] < 2:
        shape = array.shape if array.ndim == 2 else "rows of different lengths or no rows"
        raise ArchitectureError(f"expected a square adjacency matrix of at least 2 vertices, got {shape}")
    if not np.isin(array, (0, 1)).all():
        raise ArchitectureError(f"expected a matrix of 0 and 1, got {_other(array)!r} in it")
    square = array.astype(np.int64)
    if np.tril(square).any():
        x, y = (int(at[0]) for at in np.nonzero(np.tril(square)))
        raise ArchitectureError(
            f"expected an upper-triangular matrix, got an edge from vertex {x} to vertex {y}; "
            "number the vertices so that every edge leads to a higher one"
        )
    return square


def _other(array: NDArray[Any]) -> object:
    return array[~np.isin(array, (0, 1))].tolist()[0]


def alive_vertices(square: NDArray[np.int64]) -> list[int]:
    """Returns the vertices on a path from input to output of an upper-triangular matrix of any size, in order."""
    last = len(square) - 1
    reached, needed = {0}, {last}
    for vertex in range(1, last + 1):
        if any(square[source, vertex] for source in reached):
            reached.add(vertex)
    for vertex in range(last - 1, -1, -1):
        if any(square[vertex, target] for target in needed):
            needed.add(vertex)
    return sorted(reached & needed) if last in reached else []
