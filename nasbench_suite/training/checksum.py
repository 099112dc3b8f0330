"""Checksums of files, against the published ones, and of what was read from them."""

import hashlib
from pathlib import Path

from nasbench_suite.errors import DatasetError
from nasbench_suite.training.images import Images


def check_file(path: Path, md5: str) -> None:
    """Compares a file with its published MD5.

    Raises:
        DatasetError: it is another file.
    """
    with path.open("rb") as file:
        found = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    if found != md5:
        raise DatasetError(
            f"{path}: expected the official file with MD5 {md5}, got {found}; download it again, or say "
            "official=false to use it as it is"
        )


def data_checksum(*parts: Images | None) -> str:
    """SHA-256 over pixels and labels of the parts, in order."""
    digest = hashlib.sha256()
    for part in parts:
        if part is None:
            digest.update(b"none")
        else:
            digest.update(repr(tuple(part.pixels.shape)).encode())
            digest.update(part.pixels.contiguous().numpy())
            digest.update(part.labels.contiguous().numpy())
    return digest.hexdigest()
