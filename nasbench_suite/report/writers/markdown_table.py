"""Tables and text in Markdown (GitHub's): what comes from a results folder is shown as it is, and does nothing."""

import re
from collections.abc import Sequence

from nasbench_suite.report.words import one_line

# an underscore within a word, as in `nds_resnet`, means nothing in Markdown
_SIGNS = re.compile(r"[\\`*\[\]|~$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
# what begins a heading, a list or a line under a heading, where it begins a line
_START = re.compile(r"^(\s*)([#+-](?=[#\s-]|$)|=(?==*\s*$)|\d+(?=[.)](\s|$)))")


def escape(text: str) -> str:
    """Returns the text in one line, with what Markdown or a table of it would take as markup written out."""
    plain = one_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _SIGNS.sub(r"\\\g<0>", plain)


def escape_line(text: str) -> str:
    """Returns the text of a paragraph or a list's item, so that its beginning is no heading or list either."""
    return _START.sub(_written_out, escape(text))


def markdown_table(
    header: Sequence[str], rows: Sequence[Sequence[str]], bold: Sequence[Sequence[bool]] | None = None
) -> str:
    """Returns a table whose columns are aligned for a terminal too.

    Args:
        header: of the columns, as plain text.
        rows: each as long as the header, as plain text.
        bold: which cells of the rows are; None for none.
    """
    texts = [[escape(cell) for cell in row] for row in (header, *rows)]
    for row, strong in zip(texts[1:], bold or (), strict=bool(bold)):
        row[:] = [f"**{cell}**" if wanted else cell for cell, wanted in zip(row, strong, strict=True)]
    widths = [max(3, *map(len, column)) for column in zip(*texts, strict=True)]
    texts.insert(1, ["-" * width for width in widths])
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in texts
    )


def _written_out(found: re.Match[str]) -> str:
    space, sign = found[1], found[2]
    # a number is no sign that a backslash can write out
    return f"{space}&#{ord(sign[0])};{sign[1:]}" if sign.isdigit() else f"{space}\\{sign}"
