"""The few elements of SVG that pictures of architectures are made of; every text is escaped."""

from collections.abc import Sequence
from html import escape
from itertools import pairwise

from nasbench_suite.notebook import Svg

Point = tuple[float, float]
LINE = "currentColor"
QUIET = "#9a9a9a"  # what has no part in the result
SIGN = 0.58  # width of a sign of the type in its heights, on average
TYPE = "system-ui,'Segoe UI',Helvetica,Arial,sans-serif"

# a text may come from a results folder: what XML does not allow would break the picture
_FORBIDDEN = dict.fromkeys((*range(32), *range(127, 160), 65534, 65535, *range(55296, 57344)), " ")


def document(width: float, height: float, name: str, parts: Sequence[str]) -> Svg:
    """Returns a whole picture.

    Args:
        width, height: of the picture, pixels.
        name: what a screen reader says of it.
        parts: elements, the lowest first.
    """
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
    head += f'height="{height:.0f}" role="img" aria-label="{plain(name)}" font-family="{TYPE}" color="#333333">'
    return Svg("".join([head, *parts, "</svg>"]))


def plain(text: str) -> str:
    """Returns a text that is text wherever it stands in a picture."""
    return escape(text.translate(_FORBIDDEN))


def text(at: Point, words: str, size: float, colour: str = LINE, anchor: str = "middle", bold: bool = False) -> str:
    """Returns a text whose baseline is a third of its size below a point."""
    weight = ' font-weight="600"' if bold else ""
    place = f'x="{at[0]:.1f}" y="{at[1] + size / 3:.1f}" font-size="{size:g}"'
    return f'<text {place} text-anchor="{anchor}" fill="{colour}"{weight}>{plain(words)}</text>'


def box(centre: Point, width: float, height: float, fill: str, dashed: bool = False) -> str:
    """Returns a rounded box."""
    x, y = centre[0] - width / 2, centre[1] - height / 2
    edge = f'stroke="{QUIET}" stroke-dasharray="4 3"' if dashed else 'stroke="#444444"'
    size = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="7"'
    return f'<rect {size} fill="{"none" if dashed else fill}" {edge}/>'


def arrow(points: Sequence[Point], dashed: bool = False) -> str:
    """Returns a smooth line that runs straight down through each point, a head at its end."""
    colour, (x, y) = QUIET if dashed else LINE, points[-1]
    path = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    stops = [*points[:-1], (x, y - 5)]
    for (x0, y0), (x1, y1) in pairwise(stops):
        middle = (y0 + y1) / 2
        path.append(f"C{x0:.1f} {middle:.1f} {x1:.1f} {middle:.1f} {x1:.1f} {y1:.1f}")
    style = ' stroke-dasharray="4 3"' if dashed else ""
    line = f'<path d="{"".join(path)}" fill="none" stroke="{colour}" stroke-width="1.3"{style}/>'
    return f'{line}<path d="M{x:.1f} {y:.1f}l-3.5 -7h7z" fill="{colour}"/>'
