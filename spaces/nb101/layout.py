"""Where a picture puts a cell's vertices: in layers, edges led between the boxes (Sugiyama et al. 1981)."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from nasbench_suite.spaces.nb101.cell import Cell

Point = tuple[float, float]


class Layout(NamedTuple):
    """Places in a plane whose y points down, layers being 1 apart.

    Attributes:
        vertices: the centre of each vertex.
        edges: for each edge (source, target) the points that it passes on its way, one per layer in between.
    """

    vertices: list[Point]
    edges: dict[tuple[int, int], list[Point]]


def lay_out(cell: Cell, width: float, gap: float) -> Layout:
    """Lays out a cell.

    Two vertices in a row beside a shortcut: the shortcut skips two layers, with a bend in each.

    >>> from nasbench_suite.spaces.nb101.cell import parse_cell
    >>> cell = parse_cell("0101001000010000|input,conv3x3-bn-relu,conv3x3-bn-relu,output")
    >>> layout = lay_out(cell, width=1.0, gap=0.5)
    >>> layout.vertices
    [(0.0, 0.0), (-0.5, 1.0), (-0.5, 2.0), (0.0, 3.0)]
    >>> layout.edges[0, 3]
    [(0.5, 1.0), (0.5, 2.0)]

    Args:
        cell: valid or not.
        width: of a vertex's box.
        gap: between boxes, and between boxes and edges, beside each other.
    """
    depths = _depths(cell)
    layers: list[list[int]] = [[] for _ in range(max(depths) + 1)]
    for vertex, depth in enumerate(depths):
        layers[depth].append(vertex)
    # an edge that skips layers gets a bend in each, numbered on from the vertices
    above: dict[int, list[int]] = {vertex: [] for vertex in range(cell.vertices)}
    routes: dict[tuple[int, int], list[int]] = {}
    for source, entries in enumerate(cell.matrix):
        for target in (target for target, entry in enumerate(entries) if entry):
            at, route = source, []
            for depth in range(depths[source] + 1, depths[target]):
                bend = len(above)
                layers[depth].append(bend)
                above[bend] = [at]
                route.append(bend)
                at = bend
            above[target].append(at)
            routes[source, target] = route
    below: dict[int, list[int]] = {node: [] for node in above}
    for node, sources in above.items():
        for source in sources:
            below[source].append(node)
    for _ in range(4):
        _order(layers, above)
        _order(layers[::-1], below)
    room = [width if node < cell.vertices else 0.0 for node in range(len(above))]
    across = _spread(layers, above, below, room, gap)
    place = {node: (across[node], float(depth)) for depth, layer in enumerate(layers) for node in layer}
    return Layout(
        [place[vertex] for vertex in range(cell.vertices)],
        {edge: [place[bend] for bend in route] for edge, route in routes.items()},
    )


def _depths(cell: Cell) -> list[int]:
    """The longest way from the input; the output below all, dead vertices below the input."""
    matrix, depths = cell.matrix, [0] * cell.vertices
    for vertex in range(1, cell.vertices):
        fed_by = [depths[source] for source in range(vertex) if matrix[source][vertex]]
        depths[vertex] = 1 + max(fed_by, default=0)
    depths[-1] = 1 + max(depths[:-1])
    return depths


def _order(layers: Sequence[list[int]], towards: dict[int, list[int]]) -> None:
    """Sorts each layer by where the neighbours in the layer before are on average, which untangles edges."""
    for before, layer in pairwise(layers):
        rank = {node: (place + 0.5) / len(before) for place, node in enumerate(before)}
        own = {node: (place + 0.5) / len(layer) for place, node in enumerate(layer)}
        layer.sort(key=lambda node: _mean([rank[other] for other in towards[node]], own[node]))


def _spread(
    layers: list[list[int]],
    above: dict[int, list[int]],
    below: dict[int, list[int]],
    room: list[float],
    gap: float,
) -> list[float]:
    """Moves nodes towards their neighbours, apart from each other, and the whole to the middle."""
    across = [0.0] * len(above)
    for layer in layers:
        _place(layer, [0.0] * len(layer), across, room, gap)
    for _ in range(30):
        for layer in layers:
            wanted = [_mean([across[other] for other in above[node] + below[node]], across[node]) for node in layer]
            _place(layer, wanted, across, room, gap)
    middle = (min(across) + max(across)) / 2
    return [x - middle for x in across]


def _place(layer: list[int], wanted: list[float], across: list[float], room: list[float], gap: float) -> None:
    """Puts a layer's nodes where they are wanted, as near as their order and widths allow."""
    offsets, at = [], 0.0
    for node in layer:
        at += room[node] / 2
        offsets.append(at)
        at += room[node] / 2 + gap
    # with its own offset taken off, each node wants a place that must not be left of the one before: runs of
    # nodes that want the opposite are averaged
    runs: list[tuple[float, int]] = []
    for want, offset in zip(wanted, offsets, strict=True):
        runs.append((want - offset, 1))
        while len(runs) > 1 and runs[-2][0] > runs[-1][0]:
            (left, many), (right, more) = runs[-2:]
            runs[-2:] = [((left * many + right * more) / (many + more), many + more)]
    shifts = [shift for shift, count in runs for _ in range(count)]
    for node, shift, offset in zip(layer, shifts, offsets, strict=True):
        across[node] = shift + offset


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
