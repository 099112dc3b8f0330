"""A picture of a cell: layers from input to output, one colour an operation, dead vertices in grey."""

from typing import Final

from nasbench_suite.drawing import Graph, Vertex, draw_graphs
from nasbench_suite.spaces.nb101.cell import Cell, format_cell

# three of Okabe and Ito's colours, lightened, which colour-blind readers tell apart
_VERTICES: Final = {
    "input": Vertex("input", "#eeeeee"),
    "output": Vertex("output", "#eeeeee"),
    "conv3x3-bn-relu": Vertex("conv 3x3", "#f2b84b"),
    "conv1x1-bn-relu": Vertex("conv 1x1", "#8ecbf0"),
    "maxpool3x3": Vertex("max-pool 3x3", "#6cc5a6"),
}


def draw_cell(cell: Cell) -> str:
    """Returns SVG of a cell, valid or not; what pruning would drop is grey and dashed."""
    edges = [(x, y) for x, row in enumerate(cell.matrix) for y, entry in enumerate(row) if entry]
    graph = Graph(tuple(_VERTICES[name] for name in cell.operations), tuple(edges))
    return draw_graphs([graph], f"NAS-Bench-101 cell {format_cell(cell)}")
