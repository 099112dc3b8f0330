"""The files of a published data set: in a folder, or in the archive that it is published as."""

import hashlib
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from nasbench_suite.errors import DatasetError
from nasbench_suite.training.unpickling import unpickle


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
    return [unpickle(contents[name], f"{name} of {published.folder}") for name in published.files]


def _contents(published: Published, root: Path) -> dict[str, bytes]:
    for folder in (root / published.folder, root):
        if all((folder / name).is_file() for name in published.files):
            return {name: (folder / name).read_bytes() for name in published.files}
    archive = None if published.archive is None else root / published.archive
    if archive is not None and archive.is_file():
        return _extract(published, archive)
    wanted = published.folder if archive is None else f"{published.archive} or the folder {published.folder}"
    raise DatasetError(
        f"expected {wanted} with {', '.join(published.files)} in {root}, found none; get it from {published.url} and "
        "put it there"
    )


def _extract(published: Published, archive: Path) -> dict[str, bytes]:
    try:
        with tarfile.open(archive) as tar:
            members = {name: tar.extractfile(f"{published.folder}/{name}") for name in published.files}
            return {name: member.read() for name, member in members.items() if member is not None}
    except (tarfile.TarError, KeyError, EOFError, OSError) as error:
        raise DatasetError(
            f"{archive}: expected an archive of {published.folder}, got {error}; download it again from {published.url}"
        ) from error
