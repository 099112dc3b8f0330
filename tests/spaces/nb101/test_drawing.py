from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, PathPatch

from nasbench_suite.spaces.nb101 import NB101, Cell
from nasbench_suite.spaces.nb101.cell import parse_cell
from nasbench_suite.spaces.nb101.drawing import draw_cell
from nasbench_suite.spaces.nb101.layout import lay_out
from nasbench_suite.spaces.nb101.reference import REFERENCE_CELLS


def cells(space: NB101) -> list[Cell]:
    rng = np.random.default_rng(0)
    return [space.sample(rng) for _ in range(100)] + [*REFERENCE_CELLS.values(), Cell(7, 0, 0), Cell(2, 0, 0)]


def test_every_edge_goes_down_layer_by_layer(space: NB101) -> None:
    for cell in cells(space):
        layout = lay_out(cell, 1.0, 0.3)
        assert len(layout.edges) == cell.edges.bit_count()
        for (source, target), bends in layout.edges.items():
            heights = [y for _, y in [layout.vertices[source], *bends, layout.vertices[target]]]
            assert all(below - above == 1 for above, below in pairwise(heights))


def test_boxes_and_bends_of_a_layer_keep_apart(space: NB101) -> None:
    for cell in cells(space):
        layout = lay_out(cell, 1.0, 0.3)
        for (x, y), (other_x, other_y) in combinations(layout.vertices, 2):
            assert y != other_y or abs(x - other_x) > 1.3 - 1e-9
        for x, y in (bend for bends in layout.edges.values() for bend in bends):
            assert all(y != box_y or abs(x - box_x) > 0.8 - 1e-9 for box_x, box_y in layout.vertices)


def test_input_is_alone_at_the_top_and_output_at_the_bottom(space: NB101) -> None:
    for cell in cells(space):
        heights = [y for _, y in lay_out(cell, 1.0, 0.3).vertices]
        assert heights.count(min(heights)) == heights.count(max(heights)) == 1
        assert heights[0] == 0.0
        assert heights[-1] == max(heights)


def test_a_picture_has_a_box_a_vertex_and_an_arrow_an_edge(tmp_path: Path) -> None:
    axes = draw_cell(REFERENCE_CELLS["best"], title="best")
    kinds = [type(patch) for patch in axes.patches]
    assert [kinds.count(kind) for kind in (FancyBboxPatch, PathPatch, FancyArrowPatch)] == [7, 7, 9]
    assert axes.get_title() == "best"
    axes.figure.savefig(tmp_path / "best.png")
    assert (tmp_path / "best.png").stat().st_size > 5_000


def test_dead_vertices_are_dashed() -> None:
    cell = parse_cell("0001001000000000|input,maxpool3x3,conv3x3-bn-relu,output")
    axes = draw_cell(cell, Figure().subplots())
    boxes = [patch for patch in axes.patches if isinstance(patch, FancyBboxPatch)]
    assert [box.get_linestyle() for box in boxes] == ["-", "--", "--", "-"]


@pytest.mark.parametrize("cell", [Cell(2, 0, 0), Cell(7, (1 << 21) - 1, 242)])
def test_invalid_cells_can_be_looked_at(cell: Cell, tmp_path: Path) -> None:
    draw_cell(cell).figure.savefig(tmp_path / "cell.svg")
    assert (tmp_path / "cell.svg").read_text().startswith("<?xml")
