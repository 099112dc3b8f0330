"""nasbench's `ModelSpec`: a graph as it was given, and what pruning leaves of it."""

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nasbench_suite.compat.nasbench.lib import graph_util
from nasbench_suite.errors import ArchitectureError
from nasbench_suite.spaces.nb101.adjacency import alive_vertices
from nasbench_suite.spaces.nb101.cell import Cell
from nasbench_suite.spaces.nb101.drawing import draw_cell


class Drawing(str):
    """SVG that shows itself in a notebook, as graphviz's graphs do."""

    __slots__ = ()

    def _repr_svg_(self) -> str:
        return str(self)


class ModelSpec:
    """A graph with an operation on each vertex, of any size and with any operations.

    Attributes:
        original_matrix: as it was given, as an array; later changes of what was given do not reach it.
        original_ops: as they were given.
        matrix: without the vertices that are on no path from input to output; None where there is no such path.
        ops: of the vertices that are left; None where there is no path.
        valid_spec: whether there is a path.
        data_format: as it was given.
    """

    matrix: NDArray[Any] | None
    ops: list[str] | None

    def __init__(self, matrix: ArrayLike, ops: Sequence[str], data_format: str = "channels_last") -> None:
        """
        Args:
            matrix: (vertices, vertices), upper-triangular, 0 and 1.
            ops: one per vertex; those of the first and last are the input and the output.
            data_format: `channels_last` or `channels_first`; kept, but of no effect on a table.

        Raises:
            ValueError: the matrix is not square or not upper-triangular, or there are more or fewer ops.
        """
        array = np.array(matrix)
        if array.ndim != 2 or array.shape[0] != array.shape[1]:
            raise ArchitectureError(f"matrix must be square, got one of {array.shape}")
        if len(array) != len(ops):
            raise ArchitectureError(
                f"length of ops must match matrix dimensions, got {len(ops)} ops for {len(array)} vertices"
            )
        if not is_upper_triangular(array):
            raise ArchitectureError("matrix must be upper triangular, got an edge that leads to no higher vertex")
        self.original_matrix, self.original_ops = array, copy.deepcopy(ops)
        self.data_format = data_format
        kept = alive_vertices(array) if len(array) > 1 else []
        self.valid_spec = bool(kept)
        self.matrix = array[np.ix_(kept, kept)] if kept else None
        self.ops = [ops[vertex] for vertex in kept] if kept else None

    def hash_spec(self, canonical_ops: Sequence[str]) -> str:
        """Returns the fingerprint of the pruned graph, nasbench's key.

        Args:
            canonical_ops: the operations by their number; nasbench's are `config["available_ops"]`.

        Raises:
            ArchitectureError: the spec is not valid, or has an operation that is not among them.
        """
        if self.matrix is None or self.ops is None:
            raise ArchitectureError("expected a valid spec, no path leads from input to output")
        unknown = [op for op in self.ops[1:-1] if op not in canonical_ops]
        if unknown:
            raise ArchitectureError(f"expected operations among {', '.join(canonical_ops)}, got {unknown[0]!r}")
        labels = [-1, *(list(canonical_ops).index(op) for op in self.ops[1:-1]), -2]
        return graph_util.hash_module(self.matrix, labels)

    def visualize(self) -> Drawing:
        """Draws the pruned cell; nasbench returns a graph of the package graphviz, this SVG.

        Raises:
            ArchitectureError: the spec is not valid, or no cell of NAS-Bench-101.
        """
        if self.matrix is None or self.ops is None:
            raise ArchitectureError("expected a valid spec, no path leads from input to output")
        return Drawing(draw_cell(Cell.of(self.matrix, self.ops)))


def is_upper_triangular(matrix: ArrayLike) -> bool:
    """Whether a matrix is 0 on the diagonal and below."""
    return not np.tril(np.asarray(matrix)).any()
