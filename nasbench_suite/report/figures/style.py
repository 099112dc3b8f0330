"""What all pictures of a report share: type, colours, legends, and being the same to the byte each time."""

import io
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from matplotlib import rc_context
from matplotlib.figure import Figure, SubFigure
from matplotlib.transforms import Bbox

from nasbench_suite.atomic_write import reason
from nasbench_suite.errors import ResultsError
from nasbench_suite.report.figures.colours import looks
from nasbench_suite.report.model import ComparedGroup, ReportedConfiguration
from nasbench_suite.report.output import write_file
from nasbench_suite.report.words import number_of_searches, one_line

WIDTH = 7.0  # inches: the text width of a two-column paper
LEGEND = 0.18  # of a row of the legend
GREY = "#999999"
STYLE: Any = {
    "text.parse_math": False,  # a label with a dollar sign is no formula
    "font.size": 8,
    "axes.titlesize": 9,
    "axes.labelsize": 8,
    "legend.fontsize": 8,
    "legend.title_fontsize": 8,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.alpha": 0.3,
    "grid.linewidth": 0.5,
    "pdf.fonttype": 42,  # TrueType, as publishers ask
    "svg.hashsalt": "nasbench-suite",  # the same picture is the same file
}
LONGEST = 100  # signs of a name in a legend


class LineStyle(NamedTuple):
    """How a configuration looks.

    Attributes:
        name: in legends; says over how many searches its lines are.
        dash: of its lines.
        colour: of its lines and bands.
    """

    name: str
    dash: str
    colour: str


def styles(group: ComparedGroup) -> list[LineStyle]:
    """Returns the look of each configuration; no two are alike, and all pictures of a report agree on them."""
    found = looks([each.row.algorithm for each in group.configurations])
    return [LineStyle(_name(each), *look) for each, look in zip(group.configurations, found, strict=True)]


def _name(configuration: ReportedConfiguration) -> str:
    row = configuration.row
    label = one_line(configuration.label)
    shown = f"{label[:LONGEST]}..." if len(label) > LONGEST else label
    over = f"{row.seeds - row.without_incumbent} of " if row.without_incumbent else ""
    # Matplotlib leaves names that begin with an underscore out of legends
    return f"{' ' * shown.startswith('_')}{shown} ({over}{number_of_searches(row.seeds)})"


def legend_columns(names: Sequence[str]) -> int:
    """Returns how many names stand side by side."""
    widest = max(map(len, names), default=0)
    return max(1, min(len(names), 110 // (widest + 8)))


def legend_height(names: Sequence[str]) -> float:
    """Returns inches."""
    return LEGEND * math.ceil(len(names) / legend_columns(names))


@contextmanager
def stacked(heights: Sequence[float]) -> Iterator[tuple[Figure, list[SubFigure]]]:
    """Makes a picture of parts below each other, and lays it out when they are drawn.

    Args:
        heights: of the parts, in inches.
    """
    with rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, sum(heights)), layout="constrained")
        yield figure, list(figure.subfigures(len(heights), 1, squeeze=False, height_ratios=heights)[:, 0])
        _settle(figure)


def _settle(figure: Figure) -> None:
    """Lays a figure out for good, in rounded numbers, for the last digits of the layout's solver differ each time."""
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
    figure.set_layout_engine("none")
    for part in figure.subfigs:
        part.bbox_relative.set_points(part.bbox_relative.get_points().round(6))
    for panel in figure.axes:
        panel.set_position(Bbox(panel.get_position().get_points().round(6)))


def write(figure: Figure, path: Path) -> None:
    """Writes a picture, the same one always to the same bytes.

    Raises:
        ResultsError: it cannot be written.
    """
    metadata = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}.get(path.suffix)
    picture = io.BytesIO()
    try:
        with rc_context(STYLE):
            figure.savefig(picture, format=path.suffix.removeprefix(".") or None, dpi=200, metadata=metadata)
        write_file(path, picture.getvalue())
    except (OSError, ValueError) as error:
        raise ResultsError(f"{path}: the figure cannot be written ({reason(error)})") from error
