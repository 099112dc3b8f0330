"""An architecture as its text in a box, for spaces without a picture of their own."""

import textwrap

from nasbench_suite.drawing import svg
from nasbench_suite.notebook import Svg

COLUMNS = 48  # signs in a line
LINES = 12  # at most
SIZE = 12.0


def draw_text(text: str, title: str) -> Svg:
    """Returns SVG: the text, broken into lines of at most 48 signs and cut after twelve of them.

    Args:
        text: of the architecture.
        title: above it, such as the space's name.
    """
    lines = textwrap.wrap(text, COLUMNS) or [""]
    if len(lines) > LINES:
        lines = [*lines[: LINES - 1], "..."]
    widest = max(map(len, [*lines, title]))
    width, height = widest * SIZE * 0.64 + 36, (len(lines) + 1) * 18 + 30
    parts = [svg.box((width / 2, height / 2 + 9), width - 12, height - 30, "#eef2f6")]
    parts.append(svg.text((width / 2, 12), title, SIZE, bold=True))
    for at, line in enumerate(lines):
        parts.append(svg.text((width / 2, 45 + 18 * at), line, SIZE, "#111111"))
    return svg.document(width, height, f"{title}: {text}", parts)
