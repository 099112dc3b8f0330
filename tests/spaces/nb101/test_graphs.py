from hashlib import md5

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nasbench_suite.spaces.nb101 import Cell
from nasbench_suite.spaces.nb101.graphs import cell_hash, graph_hash, is_isomorphic
from nasbench_suite.spaces.nb101.pruning import prune


@st.composite
def labelled_graphs(draw: st.DrawFn) -> tuple[np.ndarray, list[int]]:  # type: ignore[type-arg]
    size = draw(st.integers(1, 6))
    bits = draw(st.lists(st.booleans(), min_size=size * size, max_size=size * size))
    labels = draw(st.lists(st.integers(-2, 2), min_size=size, max_size=size))
    return np.array(bits, dtype=int).reshape(size, size), labels


def digest(text: str) -> str:
    return md5(text.encode()).hexdigest()


def test_hash_of_the_smallest_cell_follows_the_definition_step_by_step() -> None:
    source, target = digest("(1, 0, -1)"), digest("(0, 1, -2)")
    for _ in range(2):
        source, target = digest(f"|{target}|{source}"), digest(f"{source}||{target}")
    expected = digest(str(sorted([source, target])))
    assert graph_hash([[0, 1], [0, 0]], [-1, -2]) == expected
    assert cell_hash(Cell.of([[0, 1], [0, 0]], ["input", "output"])) == expected


@given(labelled_graphs(), st.randoms(use_true_random=False))
def test_hash_and_isomorphism_do_not_see_the_numbering(graph, random) -> None:  # type: ignore[no-untyped-def]
    matrix, labels = graph
    order = list(range(len(labels)))
    random.shuffle(order)
    shuffled, moved = matrix[np.ix_(order, order)], [labels[v] for v in order]
    assert graph_hash(matrix, labels) == graph_hash(shuffled, moved)
    assert is_isomorphic(matrix, labels, shuffled, moved)


@settings(max_examples=300)
@given(labelled_graphs(), labelled_graphs(), st.integers(0, 35))
def test_isomorphism_agrees_with_networkx(graph, other, flip) -> None:  # type: ignore[no-untyped-def]
    matrix, labels = graph
    near = matrix.copy()
    near.flat[flip % near.size] ^= 1
    for second, second_labels in (other, (near, labels), (near[::-1, ::-1], labels[::-1])):
        graphs = []
        for adjacency, names in ((matrix, labels), (second, second_labels)):
            drawn = nx.from_numpy_array(adjacency, create_using=nx.DiGraph)
            nx.set_node_attributes(drawn, dict(enumerate(names)), "label")
            graphs.append(drawn)
        expected = nx.is_isomorphic(*graphs, node_match=lambda a, b: a["label"] == b["label"])
        assert is_isomorphic(matrix, labels, second, second_labels) == expected


def test_hash_is_known_not_to_separate_two_triangles_from_a_hexagon() -> None:
    hexagon = np.roll(np.eye(6, dtype=int), 1, axis=1)
    triangles = np.kron(np.eye(2, dtype=int), np.roll(np.eye(3, dtype=int), 1, axis=1))
    assert graph_hash(hexagon, [0] * 6) == graph_hash(triangles, [0] * 6)
    assert not is_isomorphic(hexagon, [0] * 6, triangles, [0] * 6)


def test_graphs_of_different_size_are_not_isomorphic() -> None:
    assert not is_isomorphic([[0]], [0], [[0, 0], [0, 0]], [0, 0])


def test_hash_is_nasbenchs_for_every_real_cell(real_cells: list[tuple[str, Cell, int]]) -> None:
    assert len(real_cells) == 30001
    assert all(cell_hash(cell) == key for key, cell, _ in real_cells)


@pytest.mark.parametrize("seed", range(3))
def test_hash_of_an_unpruned_cell_is_that_of_what_is_left(seed: int, space) -> None:  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(seed)
    for _ in range(200):
        pruned = prune(cell := space.sample(rng))
        assert cell_hash(cell) == graph_hash(pruned.matrix, [-1, *pruned.digits, -2])
