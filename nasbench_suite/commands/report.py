"""`nasbench-suite report`: tables and figures of finished runs."""

from collections.abc import Sequence
from pathlib import Path

from nasbench_suite.errors import ResultsError
from nasbench_suite.report.summary import summarise
from nasbench_suite.report.text import relative, to_json, to_markdown


def write(folders: Sequence[Path], format: str, output: Path | None, figure: Path | None) -> None:
    """Prints or writes a report.

    Args:
        folders: results folders; whatever is below them is taken.
        format: `markdown` or `json`.
        output: file to write; None for standard output.
        figure: file of the curves; None for a place beside the report, and none for JSON.

    Raises:
        ResultsError: there is nothing to report, or a file cannot be written.
    """
    summary = summarise(folders)
    if figure is None and format == "markdown":
        figure = output.with_suffix(".png") if output else folders[0] / "curves.png"
    if figure is not None:
        from nasbench_suite.report.figure import save

        save(summary, figure)
    if format == "json":
        text = to_json(summary)
    else:
        assert figure is not None
        text = to_markdown(summary, relative(figure, output.parent if output else Path.cwd()))
    if output is None:
        print(text)
        return
    try:
        output.write_text(text)
    except OSError as error:
        raise ResultsError(f"{output}: cannot be written ({error.strerror})") from error
