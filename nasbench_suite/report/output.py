"""Writes a report's file."""

from pathlib import Path

from nasbench_suite.errors import ResultsError


def write_text(path: Path, text: str) -> None:
    """Writes a text in UTF-8.

    Raises:
        ResultsError: it cannot be written.
    """
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ResultsError(f"{path}: cannot be written ({error.strerror})") from error
