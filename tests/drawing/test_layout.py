import doctest
from itertools import combinations, pairwise

import numpy as np

from nasbench_suite.drawing import layout
from nasbench_suite.drawing.layout import Layout, lay_out

Edges = list[tuple[int, int]]
WIDTH, GAP = 1.0, 0.3


def graphs() -> list[tuple[int, Edges, int]]:
    """Random graphs of one and of two inputs, some of whose vertices lead nowhere."""
    rng = np.random.default_rng(0)
    found = []
    for _ in range(100):
        count, inputs = int(rng.integers(3, 12)), int(rng.integers(1, 3))
        edges = [
            (source, target)
            for source, target in combinations(range(count), 2)
            if target >= inputs and rng.random() < 0.4
        ]
        found.append((count, edges, inputs))
    return found


def drawn() -> list[tuple[int, Edges, int, Layout]]:
    return [
        (count, edges, inputs, lay_out(count, edges, inputs, [WIDTH] * count, GAP)) for count, edges, inputs in graphs()
    ]


def test_the_example_holds() -> None:
    assert doctest.testmod(layout).failed == 0


def test_every_edge_goes_down_layer_by_layer() -> None:
    for _, edges, _, found in drawn():
        assert found.edges.keys() == set(edges)
        for (source, target), bends in found.edges.items():
            heights = [y for _, y in [found.vertices[source], *bends, found.vertices[target]]]
            assert all(below - above == 1 for above, below in pairwise(heights))


def test_boxes_and_bends_of_a_layer_keep_apart() -> None:
    for _, _, _, found in drawn():
        for (x, y), (other_x, other_y) in combinations(found.vertices, 2):
            assert y != other_y or abs(x - other_x) > WIDTH + GAP - 1e-9
        for x, y in (bend for bends in found.edges.values() for bend in bends):
            assert all(y != box_y or abs(x - box_x) > WIDTH / 2 + GAP - 1e-9 for box_x, box_y in found.vertices)


def test_inputs_are_at_the_top_and_the_output_is_alone_at_the_bottom() -> None:
    for _, _, inputs, found in drawn():
        heights = [y for _, y in found.vertices]
        assert [y == 0.0 for y in heights] == [at < inputs for at in range(len(heights))]
        assert heights.count(max(heights)) == 1 and heights[-1] == max(heights)
