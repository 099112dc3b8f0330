"""`nasbench-suite report`: tables and figures of finished runs."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from nasbench_suite.errors import ConfigError, ResultsError
from nasbench_suite.report.summary import Summary, summarise
from nasbench_suite.report.text import relative, to_json, to_markdown

FORMATS = ("markdown", "html", "latex", "json")


def write(
    folders: Sequence[Path],
    format: str,
    output: Path | None,
    figure: Path | None,
    curves: Literal["accuracy", "regret", "both"] = "both",
    axis: Literal["log", "linear", "both"] = "log",
    at: Sequence[float] = (),
) -> None:
    """Prints or writes a report.

    Args:
        folders: results folders; whatever is below them is taken.
        format: one of `FORMATS`.
        output: file to write; None for standard output.
        figure: file of the curves, beside which those of one-shot searches go; None for a place beside the report in
            Markdown, and none in the other formats.
        curves: what the figure shows.
        axis: of the figure.
        at: budgets at which to test the differences; for Markdown.

    Raises:
        ConfigError: budgets do not go with the format, or are none.
        ResultsError: there is nothing to report, or a file cannot be written.
    """
    if at and format != "markdown":
        raise ConfigError(f"--at: expected --format markdown, which has the tests; got {format}")
    if not all(0 < budget < math.inf for budget in at):
        raise ConfigError(f"--at: expected budgets above 0, got {', '.join(map(str, at))}")
    summary = summarise(folders)
    if figure is None and format == "markdown":
        figure = output.with_suffix(".png") if output else folders[0] / "curves.png"
    one_shot = None
    if figure is not None:
        from nasbench_suite.report import figure as pictures
        from nasbench_suite.report import one_shot_figure

        quantities = pictures.QUANTITIES if curves == "both" else (curves,)
        pictures.save(summary, figure, quantities, pictures.AXES if axis == "both" else (axis,))
        if one_shot_figure.has_any(summary):
            one_shot = figure.with_stem("one_shot" if figure.stem == "curves" else f"{figure.stem}-one_shot")
            one_shot_figure.save(summary, one_shot)
    text = _text(summary, format, figure, one_shot, output.parent if output else Path.cwd(), at)
    if output is None:
        print(text)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ResultsError(f"{output}: cannot be written ({error.strerror})") from error


def _text(
    summary: Summary, format: str, figure: Path | None, one_shot: Path | None, folder: Path, at: Sequence[float]
) -> str:
    if format == "json":
        return to_json(summary)
    if format == "latex":
        from nasbench_suite.report.latex import to_latex

        return to_latex(summary)
    if format == "html":
        from nasbench_suite.report.html import to_html

        return to_html(summary)
    assert figure is not None
    return to_markdown(summary, relative(figure, folder), at, relative(one_shot, folder) if one_shot else None)
