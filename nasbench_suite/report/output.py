"""Writes a report's file."""

from pathlib import Path

from nasbench_suite.atomic_write import atomic_write, reason
from nasbench_suite.errors import ResultsError


def write_file(path: Path, content: bytes) -> None:
    """Writes a file, whole or not at all; a pipe or device, such as `/dev/stdout`, as it is.

    Raises:
        OSError: it cannot be written.
    """
    if path.exists() and not path.is_file():
        path.write_bytes(content)
    else:
        atomic_write(path.resolve(), content)  # a link that a user names is followed


def write_text(path: Path, text: str) -> None:
    """Writes a text in UTF-8.

    Raises:
        ResultsError: it cannot be written.
    """
    try:
        write_file(path, text.encode())
    except OSError as error:
        raise ResultsError(f"{path}: cannot be written ({reason(error)})") from error
