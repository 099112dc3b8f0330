"""A picture of a cell: layers from input to output, one colour an operation, dead vertices in grey."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from nasbench_suite.spaces.nb101.cell import Cell
from nasbench_suite.spaces.nb101.layout import Layout, Point, lay_out
from nasbench_suite.spaces.nb101.pruning import alive

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.path import Path

_NAMES: Final = {
    "input": "input",
    "output": "output",
    "conv3x3-bn-relu": "conv 3x3",
    "conv1x1-bn-relu": "conv 1x1",
    "maxpool3x3": "max-pool 3x3",
}
# three of Okabe and Ito's colours, which colour-blind readers tell apart
_COLOURS: Final = {
    "input": "#eeeeee",
    "output": "#eeeeee",
    "conv3x3-bn-relu": "#f2b84b",
    "conv1x1-bn-relu": "#8ecbf0",
    "maxpool3x3": "#6cc5a6",
}
_WIDTH, _HEIGHT, _GAP = 1.3, 0.44, 0.3
_TEXT: Final = 0.17


def draw_cell(cell: Cell, axes: "Axes | None" = None, *, title: str | None = None) -> "Axes":
    """Draws a cell from top to bottom.

    Args:
        cell: valid or not; what pruning would drop is grey and dashed.
        axes: where to draw; None for a new figure, to be saved with `axes.figure.savefig`.
        title: above the picture; None for none.

    Returns:
        The axes.
    """
    from matplotlib.figure import Figure
    from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, PathPatch

    layout = lay_out(cell, _WIDTH, _GAP)
    points = [*layout.vertices, *(bend for bends in layout.edges.values() for bend in bends)]
    side = max(1.5, max(abs(x) for x, _ in points) + _WIDTH / 2 + 0.1)
    bottom = max(y for _, y in points)
    if axes is None:
        axes = Figure(figsize=(1.1 * 2 * side, 1.1 * (bottom + 0.8)), layout="constrained").subplots()
    kept = alive(cell.vertices, cell.edges)
    for vertex, (name, (x, y)) in enumerate(zip(cell.operations, layout.vertices, strict=True)):
        living = kept >> vertex & 1
        axes.add_patch(
            FancyBboxPatch(
                (x - _WIDTH / 2, y - _HEIGHT / 2),
                _WIDTH,
                _HEIGHT,
                boxstyle="round,pad=0,rounding_size=0.12",
                facecolor=_COLOURS[name] if living else "white",
                edgecolor="#333333" if living else "#aaaaaa",
                linestyle="-" if living else "--",
                zorder=3,
            )
        )
        colour = "#111111" if living else "#999999"
        axes.add_patch(PathPatch(_label(_NAMES[name], x, y), color=colour, linewidth=0, zorder=4))
    for (source, target), points in _ports(layout).items():
        living = kept >> source & kept >> target & 1
        axes.add_patch(
            FancyArrowPatch(
                path=_curve(points),
                arrowstyle="-|>",
                mutation_scale=10,
                linewidth=1.2,
                color="#333333" if living else "#bbbbbb",
                linestyle="-" if living else "--",
                zorder=2 if living else 1,
            )
        )
    axes.set(xlim=(-side, side), ylim=(bottom + 0.4, -0.4), aspect="equal")
    axes.set_axis_off()
    if title is not None:
        axes.set_title(title)
    return axes


def _ports(layout: Layout) -> dict[tuple[int, int], list[Point]]:
    """The points of each edge from box to box; edges at the same box keep apart."""
    routes = {
        (source, target): [layout.vertices[source], *bends, layout.vertices[target]]
        for (source, target), bends in layout.edges.items()
    }
    points = {edge: list(route) for edge, route in routes.items()}
    for vertex, (x, y) in enumerate(layout.vertices):
        leaving = sorted((edge for edge in routes if edge[0] == vertex), key=lambda edge: routes[edge][1])
        entering = sorted((edge for edge in routes if edge[1] == vertex), key=lambda edge: routes[edge][-2])
        for edges, end, height in ((leaving, 0, _HEIGHT / 2), (entering, -1, -_HEIGHT / 2)):
            step = min(0.22, 0.7 * _WIDTH / max(len(edges), 1))
            for place, edge in enumerate(edges):
                points[edge][end] = (x + (place - (len(edges) - 1) / 2) * step, y + height)
    return points


def _label(text: str, x: float, y: float) -> "Path":
    """A text as a shape, so that it shrinks and grows with its box."""
    from matplotlib.textpath import TextPath
    from matplotlib.transforms import Affine2D

    shape = TextPath((0, 0), text, size=_TEXT)
    extent = shape.get_extents()
    # all texts sit on one line within their boxes: centred by the height of an x, not by their own
    return (
        Affine2D()
        .translate(-(extent.x0 + extent.x1) / 2, -0.27 * _TEXT)
        .scale(1, -1)
        .translate(x, y)
        .transform_path(shape)
    )


def _curve(points: Sequence[Point]) -> "Path":
    """A smooth line that runs straight down through each point."""
    from matplotlib.path import Path

    vertices, codes = [points[0]], [Path.MOVETO]
    for (x, y), (next_x, next_y) in pairwise(points):
        middle = (y + next_y) / 2
        vertices += [(x, middle), (next_x, middle), (next_x, next_y)]
        codes += [Path.CURVE4] * 3
    return Path(vertices, codes)
