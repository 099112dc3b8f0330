"""nasbench's functions on graphs, held against their definitions."""

from itertools import permutations

import numpy as np
import pytest

from nasbench_suite.compat.nasbench.lib import graph_util

DIAMOND = np.array([[0, 1, 1, 0], [0, 0, 0, 1], [0, 0, 0, 1], [0, 0, 0, 0]])
LABELS = [-1, 0, 1, -2]


def test_bits_fill_the_matrix_column_by_column() -> None:
    for size in (4, 5):
        matrix = np.fromfunction(graph_util.gen_is_edge_fn(0b110100), (size, size), dtype=np.int8)
        assert {(int(x), int(y)) for x, y in zip(*np.nonzero(matrix), strict=True)} == {(1, 2), (1, 3), (2, 3)}


def test_a_full_dag_has_no_dead_end() -> None:
    assert graph_util.is_full_dag(DIAMOND)
    assert not graph_util.is_full_dag(np.where(np.arange(4)[:, None] == 1, 0, DIAMOND))
    assert not graph_util.is_full_dag(np.where(np.arange(4)[None] == 2, 0, DIAMOND))
    assert graph_util.num_edges(DIAMOND) == 4


def test_renumbering_keeps_hash_and_isomorphism() -> None:
    for order in permutations(range(4)):
        matrix, labels = graph_util.permute_graph(DIAMOND, LABELS, order)
        for x, y in np.ndindex(4, 4):
            assert matrix[order[x], order[y]] == DIAMOND[x, y]
        assert [labels[order[v]] for v in range(4)] == LABELS
        assert graph_util.hash_module(matrix, labels) == graph_util.hash_module(DIAMOND, LABELS)
        assert graph_util.is_isomorphic((matrix, labels), (DIAMOND, LABELS))
    assert not graph_util.is_isomorphic((DIAMOND, LABELS), (DIAMOND, [-1, 0, 0, -2]))


def test_sizes_that_differ_are_refused() -> None:
    with pytest.raises(AssertionError, match="expected one label per vertex, got 3"):
        graph_util.hash_module(DIAMOND, LABELS[:3])
    with pytest.raises(AssertionError, match="expected graphs of one size"):
        graph_util.is_isomorphic((DIAMOND, LABELS), (DIAMOND[:3, :3], LABELS[:3]))
