"""The files of a published data set: in a folder, or in the archive that it is published as."""

import gzip
import hashlib
import tarfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, NamedTuple

from nasbench_suite.errors import DatasetError, SourceError
from nasbench_suite.training.bounded import MOST_BYTES, Bounded
from nasbench_suite.unpickle.arrays import load_arrays

_MOST_MEMBERS = 1_000  # the official archives have a dozen


class Published(NamedTuple):
    """A data set as its authors publish it.

    Attributes:
        folder: that holds the files.
        archive: that holds the folder; None where there is none.
        url: where to get it.
        files: MD5 of each file, in hexadecimal, in the order of reading.
    """

    folder: str
    archive: str | None
    url: str
    files: Mapping[str, str]


def read(published: Published, root: Path, official: bool) -> list[dict[bytes, Any]]:
    """Unpickles every file of a data set.

    Args:
        published: what to expect.
        root: holds the folder or the archive, or is the folder itself.
        official: whether every file must have its published checksum.

    Raises:
        DatasetError: nothing there, a file missing or another one, or no pickle of arrays.
    """
    contents = _contents(published, root)
    for name, md5 in published.files.items():
        found = hashlib.md5(contents[name], usedforsecurity=False).hexdigest()
        if official and found != md5:
            raise DatasetError(
                f"{name} of {published.folder}: expected the published file with MD5 {md5}, got {found}; download it "
                f"again from {published.url}, or say official=False to use it as it is"
            )
    try:
        return [load_arrays(contents[name], f"{name} of {published.folder}") for name in published.files]
    except SourceError as error:
        raise DatasetError(str(error)) from None


def _contents(published: Published, root: Path) -> dict[str, bytes]:
    for folder in (root / published.folder, root):
        if all((folder / name).is_file() for name in published.files):
            return {name: _read(folder / name) for name in published.files}
    archive = None if published.archive is None else root / published.archive
    if archive is not None and archive.is_file():
        return _extract(published, archive)
    wanted = published.folder if archive is None else f"{published.archive} or the folder {published.folder}"
    raise DatasetError(
        f"expected {wanted} with {', '.join(published.files)} in {root}, found none; get it from {published.url} and "
        "put it there"
    )


def _read(path: Path) -> bytes:
    if (size := path.stat().st_size) > MOST_BYTES:
        raise DatasetError(f"{path}: expected a file of at most {MOST_BYTES:,} bytes, got one of {size:,}")
    return path.read_bytes()


def _extract(published: Published, archive: Path) -> dict[str, bytes]:
    wanted = {f"{published.folder}/{name}": name for name in published.files}
    found: dict[str, bytes] = {}
    try:
        with (
            archive.open("rb") as file,
            _decompressed(file) as plain,
            tarfile.open(fileobj=Bounded(plain), mode="r:") as tar,
        ):
            for seen, member in enumerate(tar):
                if seen >= _MOST_MEMBERS:
                    raise tarfile.ReadError(f"more than {_MOST_MEMBERS} members")
                if member.name in wanted:
                    found[wanted[member.name]] = _member(tar, member)
    except (tarfile.TarError, EOFError, OSError, ValueError, OverflowError, zlib.error) as error:
        raise DatasetError(
            f"{archive}: expected an archive of {published.folder}, got {error}; download it again from {published.url}"
        ) from error
    if missing := [name for name in wanted if wanted[name] not in found]:
        raise DatasetError(
            f"{archive}: expected {', '.join(missing)} in it, found no such file; "
            f"download it again from {published.url}"
        )
    return found


def _member(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    """Returns what a plain file holds; a link, which could lead anywhere, is none."""
    if not member.isreg() or member.size > MOST_BYTES:
        raise tarfile.ReadError(f"{member.name}, which is no plain file of at most {MOST_BYTES:,} bytes")
    stream = tar.extractfile(member)
    assert stream is not None  # it is a plain file
    return b"".join(iter(lambda: stream.read(1 << 20), b""))


def _decompressed(file: IO[bytes]) -> IO[bytes]:
    magic = file.read(2)
    file.seek(0)
    return gzip.GzipFile(fileobj=file) if magic == b"\x1f\x8b" else file  # type: ignore[return-value]
