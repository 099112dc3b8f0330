"""Pictures of architectures: the two cells of a cell family, or the stages of a stage family."""

from typing import Final

from nasbench_suite.drawing import Graph, Vertex, draw_graphs
from nasbench_suite.spaces.nds.cells import INPUTS, CellArchitecture, NDSCell
from nasbench_suite.spaces.nds.stages import StageArchitecture

_GREY: Final = "#eeeeee"
# by how the name of an operation begins, the first that fits
_COLOURS: Final = {
    "skip": "#e3d3ea",
    "sep": "#f2b84b",
    "dil": "#f4a582",
    "conv": "#8ecbf0",
    "max": "#6cc5a6",
    "avg": "#b5dfcf",
    "none": _GREY,
}
_TITLES: Final = {"normal": "normal cell", "reduce": "reduction cell"}


def draw_cells(arch: CellArchitecture) -> str:
    """Returns SVG of the normal and the reduction cell, and how often they are stacked how wide."""
    pairs = zip(arch.genotype._fields, arch.genotype, strict=True)
    size = f"{arch.depth} cells, {arch.width} channels{', auxiliary head' if arch.auxiliary else ''}"
    graphs = [_graph(cell, _TITLES[name]) for name, cell in pairs]
    return draw_graphs(graphs, f"normal and reduction cell, {size}", size)


def draw_stages(arch: StageArchitecture) -> str:
    """Returns SVG of the stem and the stages: blocks, channels, and what shrinks the resolution."""
    stages = [
        f"{depth} x {width} channels{f', stride {stride}' if stride > 1 else ''}"
        for depth, width, stride in zip(arch.depths, arch.widths, arch.strides, strict=True)
    ]
    boxes = [Vertex(f"stem: {stages[0]}", _GREY), *(Vertex(stage, "#8ecbf0") for stage in stages[1:])]
    edges = tuple((at, at + 1) for at in range(len(boxes) - 1))
    block = arch.block.replace("_", " ")
    return draw_graphs([Graph(tuple(boxes), edges, title=block)], f"{block}: {'; '.join(stages)}")


def _graph(cell: NDSCell, title: str) -> Graph:
    vertices = [Vertex("cell k-2", _GREY), Vertex("cell k-1", _GREY)]
    edges, at = [], dict(enumerate(range(INPUTS)))
    for node, operations in enumerate(cell.nodes, start=INPUTS):
        first = len(vertices)
        for name, source in operations:
            edges.append((at[source], len(vertices)))
            vertices.append(Vertex(name.replace("_connect", "").replace("_", " "), _colour(name)))
        at[node] = len(vertices)
        edges += [(operation, at[node]) for operation in range(first, at[node])]
        vertices.append(Vertex("+", _GREY))
    edges += [(at[node], len(vertices)) for node in cell.concat]
    return Graph((*vertices, Vertex("concat", _GREY)), tuple(edges), INPUTS, title)


def _colour(operation: str) -> str:
    return next((colour for start, colour in _COLOURS.items() if operation.startswith(start)), _GREY)
