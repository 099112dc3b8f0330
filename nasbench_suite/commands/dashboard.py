"""`nasbench-suite dashboard`: one page to explore, of finished runs."""

from collections.abc import Sequence
from pathlib import Path

from nasbench_suite.folders import relative_path
from nasbench_suite.report.model import make_report
from nasbench_suite.report.output import write_text
from nasbench_suite.report.writers import write

PAGE = "dashboard.html"


def write_page(folders: Sequence[Path], output: Path | None = None) -> None:
    """Writes the page that `report --format html` writes, and prints where it is.

    Args:
        folders: results folders; whatever is below them is taken.
        output: file to write; None for `dashboard.html` in the first folder.

    Raises:
        ResultsError: there is nothing to report, or the file cannot be written.
    """
    folders = [folder.expanduser() for folder in folders]
    text = write(make_report(folders), "html")
    path = (output or folders[0] / PAGE).expanduser()
    write_text(path, text)
    print(relative_path(path, Path.cwd()))
