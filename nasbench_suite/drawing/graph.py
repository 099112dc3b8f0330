"""Directed acyclic graphs as pictures: boxes in layers from the inputs down to the output."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from nasbench_suite.drawing import svg
from nasbench_suite.drawing.layout import Layout, lay_out
from nasbench_suite.drawing.svg import Point
from nasbench_suite.notebook import Svg

SIZE = 12.0  # of type, pixels
LAYER = 54.0  # from layer to layer, pixels
HEIGHT = 24.0  # of a box, pixels
GAP = 22.0  # between boxes beside each other, pixels
MARGIN = 8.0
TITLE = 26.0


class Vertex(NamedTuple):
    """A box.

    Attributes:
        label: in it.
        colour: of it, one on which black type can be read.
    """

    label: str
    colour: str


@dataclass(frozen=True)
class Graph:
    """A graph to be drawn, such as a cell.

    Attributes:
        vertices: the inputs first, the output last, none before what feeds it.
        edges: (source, target) of each, the source before the target.
        inputs: how many of the vertices are inputs.
        title: above it; nothing where it is empty.
    """

    vertices: tuple[Vertex, ...]
    edges: tuple[tuple[int, int], ...]
    inputs: int = 1
    title: str = ""

    @cached_property
    def alive(self) -> frozenset[int]:
        """What lies on a way from an input to the output, and these themselves; the rest has no part in the result."""
        fed, used = set(range(self.inputs)), {len(self.vertices) - 1}
        for source, target in sorted(self.edges, key=lambda edge: edge[1]):
            if source in fed:
                fed.add(target)
        for source, target in sorted(self.edges, reverse=True):
            if target in used:
                used.add(source)
        return frozenset(fed & used | set(range(self.inputs)) | {len(self.vertices) - 1})


def draw_graphs(graphs: Sequence[Graph], name: str, caption: str = "") -> Svg:
    """Returns SVG of graphs beside each other; what has no part in the result is dashed and grey.

    Args:
        graphs: at least one.
        name: of the picture, for screen readers.
        caption: below them.
    """
    parts, across, lowest = [], MARGIN, 0.0
    for graph in graphs:
        drawn, width, height = _draw(graph, across)
        parts += drawn
        across, lowest = across + width + 2 * GAP, max(lowest, height)
    width, height = across - 2 * GAP + MARGIN, lowest + MARGIN
    if caption:
        width = max(width, len(caption) * SIZE * svg.SIGN + 2 * MARGIN)
        parts.append(svg.text((width / 2, height + 8), caption, SIZE))
        height += 22
    return svg.document(width, height, name, parts)


def _draw(graph: Graph, left: float) -> tuple[list[str], float, float]:
    """Returns the elements of a graph, its width and how far down it reaches."""
    widths = [max(HEIGHT, len(vertex.label) * SIZE * svg.SIGN + 16) for vertex in graph.vertices]
    top = MARGIN + HEIGHT / 2 + (TITLE if graph.title else 0.0)
    layout = _in_pixels(lay_out(len(graph.vertices), graph.edges, graph.inputs, widths, GAP), left, top, widths)
    ends = _ends(graph, layout, widths)
    right = max(x for points in ends.values() for x, _ in points) if ends else left
    right = max(right, *(x + width / 2 for (x, _), width in zip(layout.vertices, widths, strict=True)))
    parts = [svg.text(((left + right) / 2, MARGIN + 6), graph.title, SIZE, bold=True)] if graph.title else []
    living = graph.alive
    for edge, points in sorted(ends.items(), key=lambda item: living.issuperset(item[0])):
        parts.append(svg.arrow(points, dashed=not living.issuperset(edge)))
    for at, (vertex, centre, width) in enumerate(zip(graph.vertices, layout.vertices, widths, strict=True)):
        parts.append(svg.box(centre, width, HEIGHT, vertex.colour, dashed=at not in living))
        parts.append(svg.text(centre, vertex.label, SIZE, "#111111" if at in living else svg.QUIET))
    return parts, right - left, max(y for _, y in layout.vertices) + HEIGHT / 2


def _in_pixels(layout: Layout, left: float, top: float, widths: Sequence[float]) -> Layout:
    sides = [x - width / 2 for (x, _), width in zip(layout.vertices, widths, strict=True)]
    bends = [x for points in layout.edges.values() for x, _ in points]
    shift = left - min([*sides, *bends])

    def place(point: Point) -> Point:
        return point[0] + shift, top + LAYER * point[1]

    edges = {edge: [place(point) for point in points] for edge, points in layout.edges.items()}
    return Layout([place(point) for point in layout.vertices], edges)


def _ends(graph: Graph, layout: Layout, widths: Sequence[float]) -> dict[tuple[int, int], list[Point]]:
    """Returns the points of each edge from box to box; edges at the same box keep apart."""
    routes = {
        (source, target): [layout.vertices[source], *bends, layout.vertices[target]]
        for (source, target), bends in layout.edges.items()
    }
    points = {edge: list(route) for edge, route in routes.items()}
    for vertex, (x, y) in enumerate(layout.vertices):
        leaving = sorted((edge for edge in routes if edge[0] == vertex), key=lambda edge: routes[edge][1])
        entering = sorted((edge for edge in routes if edge[1] == vertex), key=lambda edge: routes[edge][-2])
        for edges, end, height in ((leaving, 0, HEIGHT / 2), (entering, -1, -HEIGHT / 2)):
            step = min(16.0, 0.7 * widths[vertex] / max(len(edges), 1))
            for place, edge in enumerate(edges):
                points[edge][end] = (x + (place - (len(edges) - 1) / 2) * step, y + height)
    return points
