"""The critical-difference diagram as SVG, in the colours of the page that it is in."""

from html import escape

from nasbench_suite.report.critical_difference import CriticalDifference
from nasbench_suite.report.words import one_line

WIDTH, MARGIN, SIDE = 760, 12, 230  # of the picture; of its edge; of the names on each side
TOP, STEP, BAR = 66, 20, 7  # heights: above the axis, of a name, of a bar
LONGEST = 28  # signs of a name


def rank_diagram(found: CriticalDifference) -> str:
    """Returns the classical diagram: an axis of mean ranks, a name at each, and bars over those that do not differ."""
    count = len(found.ranks)
    rows = _rows(found)
    depth = BAR * (max(rows, default=-1) + 1) + 14  # of the bars below the axis
    height = TOP + depth + STEP * ((count + 1) // 2) + MARGIN
    parts = [_axis(count), _critical(found)]
    parts += [_bar(found, run, row) for run, row in zip(found.alike, rows, strict=True)]
    parts += [_name(found, place, TOP + depth) for place in range(count)]
    said = "; ".join(f"{label} {rank:.2f}" for label, rank in found.ranks)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="'
        f'{escape(one_line(f"Mean ranks, critical difference {found.difference:.2f}: {said}"))}" class="ranks" '
        f'font-size="13" fill="currentColor" stroke="none">{"".join(parts)}</svg>'
    )


def _x(rank: float, count: int) -> float:
    return SIDE + (WIDTH - 2 * SIDE) * (rank - 1) / (count - 1)


def _axis(count: int) -> str:
    step = max(1, round(count / 10))
    ticks = [*range(1, count + 1, step)]
    marks = [
        f"{_line(_x(tick, count), TOP - 6, _x(tick, count), TOP)}{_text(_x(tick, count), TOP - 10, f'{tick}')}"
        for tick in ticks
    ]
    return _line(_x(1, count), TOP, _x(count, count), TOP) + "".join(marks)


def _critical(found: CriticalDifference) -> str:
    count = len(found.ranks)
    start, end = _x(1, count), _x(1 + min(found.difference, count - 1), count)
    middle, ends = TOP - 44, 4
    lines = [(start, middle, end, middle), *((x, middle - ends, x, middle + ends) for x in (start, end))]
    name = _text(start, middle - 8, f"critical difference {found.difference:.2f}", "start")
    return "".join(_line(*line) for line in lines) + name


def _rows(found: CriticalDifference) -> list[int]:
    """Returns the row of each bar, so that none touches another."""
    ends: list[int] = []
    rows = []
    for first, last in found.alike:
        row = next((row for row, end in enumerate(ends) if end < first), len(ends))
        ends[row : row + 1] = [last]
        rows.append(row)
    return rows


def _bar(found: CriticalDifference, run: tuple[int, int], row: int) -> str:
    count, y = len(found.ranks), TOP + 9 + BAR * row
    start, end = (_x(found.ranks[place][1], count) for place in run)
    return f'<path d="M{start - 3:.1f} {y}H{end + 3:.1f}" stroke="currentColor" stroke-width="4"/>'


def _name(found: CriticalDifference, place: int, below: int) -> str:
    """Returns a name at its side, the better half on the left, and the line that leads to its rank."""
    count = len(found.ranks)
    label, rank = found.ranks[place]
    left = place < (count + 1) // 2
    y = below + STEP * (place if left else count - 1 - place) + 8
    x, edge = _x(rank, count), SIDE - 8 if left else WIDTH - SIDE + 8
    shown = label if len(label) <= LONGEST else f"{label[: LONGEST - 3]}..."
    line = f'<path d="M{x:.1f} {TOP}V{y}H{edge}" fill="none" stroke="currentColor" stroke-width="1" opacity="0.6"/>'
    return line + _text(
        edge + (-5 if left else 5),
        y + 4,
        f"{shown}  {rank:.2f}" if left else f"{rank:.2f}  {shown}",
        "end" if left else "start",
    )


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<path d="M{x1:.1f} {y1}L{x2:.1f} {y2}" stroke="currentColor" stroke-width="1"/>'


def _text(x: float, y: float, words: str, anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y}" text-anchor="{anchor}">{escape(one_line(words))}</text>'
