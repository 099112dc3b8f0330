"""One report in every format. A writer takes the model and returns text; none computes a figure."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, get_args

from nasbench_suite.report.model import Report

Format = Literal["markdown", "html", "latex", "json", "csv"]
FORMATS: tuple[Format, ...] = get_args(Format)
ENDINGS: dict[str, Format] = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "markdown",
    ".html": "html",
    ".htm": "html",
    ".tex": "latex",
    ".json": "json",
    ".csv": "csv",
}


def format_of(path: Path) -> Format | None:
    """Returns the format that a file's ending names; None where it names none."""
    return ENDINGS.get(path.suffix.lower())


def write(report: Report, format: Format, pictures: Sequence[tuple[str, str]] = ()) -> str:
    """Returns the report in a format.

    Args:
        report: what it says.
        format: one of `FORMATS`.
        pictures: caption and path of each, as the reader of Markdown sees it; the other formats show none or their own.
    """
    match format:
        case "markdown":
            from nasbench_suite.report.writers.markdown import to_markdown

            return to_markdown(report, pictures)
        case "html":
            from nasbench_suite.report.writers.html import to_html

            return to_html(report)
        case "latex":
            from nasbench_suite.report.writers.latex import to_latex

            return to_latex(report)
        case "json":
            from nasbench_suite.report.writers.json import to_json

            return to_json(report)
        case "csv":
            from nasbench_suite.report.writers.csv import to_csv

            return to_csv(report)
