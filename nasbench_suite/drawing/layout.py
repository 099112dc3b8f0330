"""Where a picture puts a graph's vertices: in layers, edges led between the boxes (Sugiyama et al. 1981)."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

Point = tuple[float, float]


class Layout(NamedTuple):
    """Places in a plane whose y points down, layers being 1 apart.

    Attributes:
        vertices: the centre of each vertex.
        edges: for each edge (source, target) the points that it passes on its way, one per layer in between.
    """

    vertices: list[Point]
    edges: dict[tuple[int, int], list[Point]]


def lay_out(count: int, edges: Sequence[tuple[int, int]], inputs: int, widths: Sequence[float], gap: float) -> Layout:
    """Lays out a directed acyclic graph.

    Two vertices in a row beside a shortcut: the shortcut skips two layers, with a bend in each.

    >>> layout = lay_out(4, [(0, 1), (0, 3), (1, 2), (2, 3)], 1, widths=[1.0] * 4, gap=0.5)
    >>> layout.vertices
    [(0.0, 0.0), (-0.5, 1.0), (-0.5, 2.0), (0.0, 3.0)]
    >>> layout.edges[0, 3]
    [(0.5, 1.0), (0.5, 2.0)]

    Args:
        count: of vertices, the inputs first, the output last.
        edges: (source, target) of each, the source before the target.
        inputs: how many of the vertices are inputs, which lie in the first layer.
        widths: (count,) of the vertices' boxes.
        gap: between boxes, and between boxes and edges, beside each other.
    """
    depths = _depths(count, edges, inputs)
    layers: list[list[int]] = [[] for _ in range(max(depths) + 1)]
    for vertex, depth in enumerate(depths):
        layers[depth].append(vertex)
    # an edge that skips layers gets a bend in each, numbered on from the vertices
    above: dict[int, list[int]] = {vertex: [] for vertex in range(count)}
    routes: dict[tuple[int, int], list[int]] = {}
    for source, target in sorted(edges):
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
    room = [widths[node] if node < count else 0.0 for node in range(len(above))]
    across = _spread(layers, above, below, room, gap)
    place = {node: (across[node], float(depth)) for depth, layer in enumerate(layers) for node in layer}
    return Layout(
        [place[vertex] for vertex in range(count)],
        {edge: [place[bend] for bend in route] for edge, route in routes.items()},
    )


def _depths(count: int, edges: Sequence[tuple[int, int]], inputs: int) -> list[int]:
    """The longest way from an input; the output below all, what no input feeds below the inputs."""
    depths = [0] * count
    for vertex in range(inputs, count):
        depths[vertex] = 1 + max((depths[source] for source, target in edges if target == vertex), default=0)
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
