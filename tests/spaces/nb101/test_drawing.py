from xml.etree import ElementTree

import numpy as np
import pytest

from nasbench_suite.spaces.nb101 import NB101, Cell
from nasbench_suite.spaces.nb101.cell import parse_cell
from nasbench_suite.spaces.nb101.pruning import alive
from nasbench_suite.spaces.nb101.reference import REFERENCE_CELLS

SVG = "{http://www.w3.org/2000/svg}"


def boxes(picture: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(picture).iter(f"{SVG}rect"))


def test_a_picture_has_a_box_a_vertex_and_an_arrow_an_edge(space: NB101) -> None:
    picture = ElementTree.fromstring(space.draw(REFERENCE_CELLS["best"]))
    counts = [len(list(picture.iter(f"{SVG}{tag}"))) for tag in ("rect", "text", "path")]
    assert counts == [7, 7, 2 * 9]


def test_what_pruning_drops_is_dashed(space: NB101) -> None:
    rng = np.random.default_rng(0)
    cells = [parse_cell("0001001000000000|input,maxpool3x3,conv3x3-bn-relu,output")]
    for cell in [*cells, *(space.sample(rng) for _ in range(50))]:
        kept = alive(cell.vertices, cell.edges)
        dashed = ["stroke-dasharray" in box.attrib for box in boxes(space.draw(cell))]
        assert dashed == [not kept >> vertex & 1 for vertex in range(cell.vertices)]


@pytest.mark.parametrize("cell", [Cell(2, 0, 0), Cell(7, (1 << 21) - 1, 242), Cell(7, 0, 0)])
def test_invalid_cells_can_be_looked_at(space: NB101, cell: Cell) -> None:
    assert len(boxes(space.draw(cell))) == cell.vertices
