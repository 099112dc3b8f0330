"""A file of tensors and plain values, with a checksum: the state of what is not finished.

Reading one runs no code that is in it, and takes no more memory than the file is long.
"""

import hashlib
import io
import zipfile
from pathlib import Path
from typing import Any

import torch

from nasbench_suite.atomic_write import atomic_write, cannot_write
from nasbench_suite.errors import ResultsError

_MAGIC = b"nasbench-suite checkpoint 1\n"
_CHECKSUM = 64  # hexadecimal digits of a SHA-256, after which the content of `torch.save` begins


def write(path: Path, content: dict[str, Any]) -> None:
    """Writes a file, in a folder that is made where there is none; one that is there is replaced at once or not at all.

    Raises:
        ResultsError: the disk is full or fails; the earlier file stays.
    """
    buffer = io.BytesIO()
    torch.save(content, buffer)
    saved = buffer.getvalue()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic_write(path, _MAGIC + hashlib.sha256(saved).hexdigest().encode() + saved)
    except OSError as error:
        raise cannot_write(path, error, "start again to go on") from error


def read(path: Path) -> dict[str, Any]:
    """Reads a file back, its tensors onto the CPU.

    Raises:
        ResultsError: it is another file, or damaged, or cannot be read.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ResultsError(f"{path}: cannot be read ({error.strerror})") from error
    if not content.startswith(_MAGIC):
        raise ResultsError(
            f"{path}: expected a checkpoint of this version, got another file; move it away to start anew"
        )
    body = content[len(_MAGIC) :]
    checksum, saved = body[:_CHECKSUM], body[_CHECKSUM:]
    if hashlib.sha256(saved).hexdigest().encode() != checksum:
        raise ResultsError(f"{path}: is damaged; delete it to start anew")
    try:
        _check_size(saved)
        found = torch.load(io.BytesIO(saved), map_location="cpu", weights_only=True)
    except Exception as error:  # torch lists nowhere what it raises for a file that is not its own
        raise ResultsError(f"{path}: expected a checkpoint, got {type(error).__name__}; move it away") from error
    if not isinstance(found, dict):
        raise ResultsError(f"{path}: expected a checkpoint, got {type(found).__name__}; move it away")
    return found


def _check_size(saved: bytes) -> None:
    """Raises BadZipFile where the content is longer when it is unpacked; `torch.save` compresses nothing."""
    with zipfile.ZipFile(io.BytesIO(saved)) as archive:
        if sum(member.file_size for member in archive.infolist()) > len(saved):
            raise zipfile.BadZipFile
