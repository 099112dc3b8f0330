"""Says what a file is that was downloaded in place of another: a web page, nothing, a pointer, a workbook."""

import re
from pathlib import Path

from nasbench_suite.errors import SourceError

_BEGINNING = 1 << 10
_UNFINISHED = (".part", ".crdownload", ".download", ".partial", ".aria2")
_PAGE = re.compile(rb"<(!doctype|html|head|body|script|meta|title|!--|\?xml)", re.IGNORECASE)
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_FETCH = "fetch it again"
_OWN = "expected a line of headings, arch among them, and a line for each architecture; write it, or "
_KINDS: tuple[tuple[bytes, str], ...] = (
    (b"version https://git-lfs", "a pointer of Git LFS, not the file itself; `git lfs pull` fetches it"),
    (b"%PDF", "a PDF, not data"),
    (b"PAR1", "a Parquet file; write it as CSV"),
    (b"\x28\xb5\x2f\xfd", "packed by zstd; unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it first"),
    (b"Rar!", "a RAR archive; unpack it first"),
    (b"\xff\xfe", "text in UTF-16; save it in UTF-8"),
    (b"\xfe\xff", "text in UTF-16; save it in UTF-8"),
)


def check_arrived(path: Path) -> None:
    """Refuses a file that is no data of any kind, by its first bytes.

    Args:
        path: of a file or folder; a folder is refused only where it is empty.

    Raises:
        SourceError: says what it is, and what to do.
        OSError: it cannot be read.
    """
    if path.is_dir():
        if not any(path.iterdir()):
            raise SourceError(f"{path}: the folder is empty")
        return
    flaw = _flaw(path)
    if flaw is not None:
        raise SourceError(f"{path}: {flaw}")


def _flaw(path: Path) -> str | None:
    with path.open("rb") as file:
        first = file.read(_BEGINNING)
    if not first:
        return f"the file is empty; {_OWN if path.suffix == '.csv' else ''}{_FETCH}"
    if path.suffix in _UNFINISHED:
        return f"half a download, by its ending {path.suffix}; let it finish, or {_FETCH}"
    if not first.strip(b"\0"):
        return f"begins with nothing but zeros, as a download does that broke off; {_FETCH}"
    if _PAGE.match(_text(first)):
        return (
            "a web page, not the file: a drive asks for a confirmation, a sign-in or patience there; "
            "open its address in a browser, and fetch the file from it"
        )
    return next((what for magic, what in _KINDS if first.startswith(magic)), None)


def _text(first: bytes) -> bytes:
    """The beginning without a byte-order mark, the zeros of UTF-16, and spaces."""
    for mark in _MARKS:
        first = first.removeprefix(mark)
    return first.replace(b"\0", b"").lstrip()
