"""A picture of a cell: its four nodes, and on the way between two of them the operation of their edge."""

from typing import Final

from nasbench_suite.drawing import Graph, Vertex, draw_graphs
from nasbench_suite.spaces.nb201.architecture import EDGES, EDGES_INTO, NONE, OPERATIONS, OUTPUT, Architecture, format

_NODES: Final = {0: Vertex("input", "#eeeeee"), OUTPUT: Vertex("output", "#eeeeee")}
_OPERATIONS: Final = {
    "skip_connect": Vertex("skip", "#e3d3ea"),
    "nor_conv_1x1": Vertex("conv 1x1", "#8ecbf0"),
    "nor_conv_3x3": Vertex("conv 3x3", "#f2b84b"),
    "avg_pool_3x3": Vertex("avg-pool 3x3", "#6cc5a6"),
}


def draw_cell(arch: Architecture) -> str:
    """Returns SVG of an architecture's cell; the operation `none` is an edge that is not there."""
    vertices, edges, at = [_NODES[0]], [], {0: 0}
    for node, into in enumerate(EDGES_INTO, start=1):
        found = [edge for edge in into if arch[edge] != NONE]
        for edge in found:
            edges.append((at[EDGES[edge][0]], len(vertices)))
            vertices.append(_OPERATIONS[OPERATIONS[arch[edge]]])
        at[node] = len(vertices)
        edges += [(at[node] - place, at[node]) for place in range(len(found), 0, -1)]
        vertices.append(_NODES.get(node, Vertex(f"{node}", "#eeeeee")))
    return draw_graphs([Graph(tuple(vertices), tuple(edges))], f"NAS-Bench-201 cell {format(arch)}")
