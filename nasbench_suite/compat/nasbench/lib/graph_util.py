"""nasbench's functions on adjacency matrices of labelled graphs."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nasbench_suite.spaces.nb101 import graphs
from nasbench_suite.spaces.nb101.cell import edge_bit

Graph = tuple[ArrayLike, Sequence[Any]]


def gen_is_edge_fn(bits: int) -> Callable[..., Any]:
    """Returns the function of arrays of sources and targets that says where the graph of a bit mask has an edge.

    Args:
        bits: bit `x + y (y - 1) / 2` is the edge from x to y; edges lead upwards.
    """
    return np.vectorize(lambda x, y: bool(bits >> edge_bit(int(x), int(y)) & 1) if x < y else False, otypes=[bool])


def is_full_dag(matrix: ArrayLike) -> bool:
    """Whether every vertex of an upper-triangular matrix has an edge out, but the last, and one in, but the first."""
    edges = np.asarray(matrix) != 0
    return bool(edges[:-1].any(axis=1).all() and edges[:, 1:].any(axis=0).all())


def num_edges(matrix: ArrayLike) -> np.integer[Any]:
    """Returns how many edges a matrix of 0 and 1 has."""
    count: np.integer[Any] = np.sum(np.asarray(matrix))
    return count


def hash_module(matrix: ArrayLike, labeling: Sequence[int]) -> str:
    """Returns the 32-digit fingerprint of a graph, which isomorphic graphs share.

    Args:
        matrix: (vertices, vertices), not 0 where an edge goes from the row's vertex to the column's.
        labeling: one number per vertex.

    Raises:
        AssertionError: there are more or fewer labels than vertices.
    """
    array = np.asarray(matrix)
    if array.shape != (len(labeling),) * 2:
        raise AssertionError(f"expected one label per vertex, got {len(labeling)} for a matrix of {array.shape}")
    return graphs.graph_hash(array, labeling)


def permute_graph(
    graph: ArrayLike, label: Sequence[Any], permutation: Sequence[int]
) -> tuple[NDArray[np.bool_], list[Any]]:
    """Renumbers a graph: vertex v becomes `permutation[v]`.

    Returns:
        The matrix (vertices, vertices), and the labels.
    """
    old = np.argsort(permutation)
    return np.asarray(graph)[np.ix_(old, old)] == 1, [label[vertex] for vertex in old]


def is_isomorphic(graph1: Graph, graph2: Graph) -> bool:
    """Whether one labelled graph is a renumbering of the other.

    Args:
        graph1: a matrix and one label per vertex.
        graph2: another with as many vertices.

    Raises:
        AssertionError: the graphs have different numbers of vertices.
    """
    (matrix1, label1), (matrix2, label2) = graph1, graph2
    first, second = np.asarray(matrix1), np.asarray(matrix2)
    if first.shape != second.shape or len(label1) != len(label2):
        raise AssertionError(f"expected graphs of one size, got {first.shape} and {second.shape}")
    return graphs.is_isomorphic(first, label1, second, label2)
