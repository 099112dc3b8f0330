"""What a notebook shows of a value: small tables in HTML, drawings, and data frames; every text is escaped."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from nasbench_suite.errors import ConfigError


class Svg(str):
    """SVG, as text; a notebook shows the picture."""

    __slots__ = ()

    def _repr_svg_(self) -> str:
        return str(self)


def facts(title: str, rows: Iterable[tuple[str, object]]) -> str:
    """Returns HTML of a title and a table of names and what they are.

    Args:
        title: above the table.
        rows: name and value of each.
    """
    return _table(title, "".join(f"<tr><th>{_text(name)}</th><td>{_text(value)}</td></tr>" for name, value in rows))


def grid(title: str, heading: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Returns HTML of a title and a table with a line of headings.

    Args:
        title: above the table.
        heading: of each column.
        rows: the values; None is an empty cell.
    """
    head = "".join(f"<th>{_text(name)}</th>" for name in heading)
    body = "".join(f"<tr>{''.join(f'<td>{_text(value)}</td>' for value in row)}</tr>" for row in rows)
    return _table(title, f"<tr>{head}</tr>{body}")


def as_pandas(table: Any) -> Any:
    """Returns an Arrow table as a `pandas.DataFrame`.

    Raises:
        ConfigError: pandas is not installed.
    """
    try:
        return table.to_pandas()
    except ModuleNotFoundError as error:
        raise ConfigError(f"to_pandas needs pandas ({error}); `pip install pandas`, or use to_arrow()") from error


def _table(title: str, rows: str) -> str:
    return f"<div><b>{_text(title)}</b><table>{rows}</table></div>"


def _text(value: object) -> str:
    if isinstance(value, Svg):
        return str(value)  # whoever draws has escaped every text in it
    return "" if value is None else escape(f"{value:.4g}" if isinstance(value, float) else str(value))
