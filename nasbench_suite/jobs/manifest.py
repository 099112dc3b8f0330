"""`manifest.json`: which seeds are finished, and the SHA-256 of every file that holds them; it is written last.

Where it is missing, nothing is finished. It carries a checksum of itself.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from nasbench_suite.atomic_write import atomic_write
from nasbench_suite.errors import ResultsError
from nasbench_suite.whole_number import is_whole

MANIFEST = "manifest.json"


class Manifest(NamedTuple):
    """What a job's folder holds.

    Attributes:
        seeds: of the finished searches, those that evaluated nothing included; rising.
        files: SHA-256 by name, in hexadecimal.
    """

    seeds: tuple[int, ...]
    files: Mapping[str, str]


def write(folder: Path, files: Mapping[str, str], seeds: Iterable[int]) -> None:
    """Writes the manifest of a folder.

    Args:
        folder: of the job.
        files: SHA-256 by name, in hexadecimal.
        seeds: of the finished searches.

    Raises:
        OSError: it cannot be written.
    """
    content: dict[str, Any] = {"seeds": sorted(seeds), "files": dict(files)}
    content["manifest_sha256"] = _own_checksum(content)
    atomic_write(folder / MANIFEST, (json.dumps(content, indent=2) + "\n").encode())


def read(folder: Path) -> Manifest | None:
    """Reads the manifest of a folder; None where there is none.

    Raises:
        ResultsError: it is damaged, or another program's.
        OSError: it cannot be read.
    """
    path = folder / MANIFEST
    if not path.exists():
        return None
    try:
        content = json.loads(path.read_bytes())
        checksum = content.pop("manifest_sha256")
        seeds, files = content["seeds"], content["files"]
        sound = checksum == _own_checksum(content) and all(map(is_whole, seeds))
        sound = sound and all(isinstance(value, str) for value in files.values())
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        sound = False
    if not sound:
        raise ResultsError(
            f"{path}: is damaged, so that what is finished there is not known; bring it back, or choose another "
            "results="
        )
    return Manifest(tuple(seeds), files)


def check(folder: Path) -> list[str]:
    """Lists the files of a finished job that are damaged or missing, the manifest among them.

    Raises:
        OSError: a file cannot be read.
    """
    try:
        manifest = read(folder)
    except ResultsError:
        return [MANIFEST]
    if manifest is None:
        return [MANIFEST]
    return [name for name, wanted in manifest.files.items() if not _is_sound(folder, name, wanted)]


def checksum(content: bytes) -> str:
    """Returns the SHA-256 of a file's content, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def _is_sound(folder: Path, name: str, wanted: str) -> bool:
    path = folder / name
    # a manifest may be a stranger's, and reach for what is not in its folder
    if Path(name).name != name or path.is_symlink() or not path.is_file():
        return False
    return checksum(path.read_bytes()) == wanted


def _own_checksum(content: Mapping[str, Any]) -> str:
    return checksum(json.dumps(content, sort_keys=True).encode())
