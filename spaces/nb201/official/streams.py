"""Opening what the official files are wrapped in, as streams that count the bytes read."""

import bz2
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from nasbench_suite.errors import SourceError
from nasbench_suite.importing.archives import bounded_bz2, open_zip
from nasbench_suite.unpickle import Unpickler
from nasbench_suite.unpickle.tensors import TORCH_LEGACY

ZIP = b"PK\x03\x04"
BZ2 = b"BZh"

_TORCH_PROTOCOL = 1001
# how pickles begin, of protocols 2 and later, and of 0 and 1 with a dictionary
_PICKLE = (b"\x80", b"(d", b"}", b"ccollections\n")

Position = Callable[[], int]
"""Bytes of the file on the disk that have been read."""


def magic(path: Path) -> bytes:
    """Returns the first bytes of a file."""
    with path.open("rb") as file:
        return file.read(len(TORCH_LEGACY))


def holds_pickle(path: Path) -> bool:
    """Whether a zip file is torch's, a bz2 file a pickle, and neither an archive of something else.

    Files of other kinds, and damaged ones, of which that cannot be said, are left to the reader.
    """
    start = magic(path)
    try:
        with path.open("rb") as file:
            if start.startswith(ZIP):
                with open_zip(file, path) as archive:
                    return any(name.endswith("/data.pkl") for name in archive.namelist())
            return not start.startswith(BZ2) or bz2.BZ2File(file).read(len(_PICKLE[-1])).startswith(_PICKLE)
    except (OSError, EOFError, zipfile.BadZipFile, SourceError):
        return True


@contextmanager
def open_pickle(path: Path) -> Iterator[tuple[Unpickler, Position]]:
    """Opens the pickle in a torch file of either kind, or in a bz2 file, at its first value of interest.

    Raises:
        SourceError: the file is of another kind, damaged, or cannot be read.
    """
    start = magic(path)
    try:
        with path.open("rb") as file:
            if start == TORCH_LEGACY:
                yield _after_torch_header(file, path), file.tell
            elif start.startswith(ZIP):
                with (
                    open_zip(file, path) as archive,
                    archive.open(pickle_member(archive, path)) as data,
                ):
                    yield Unpickler(data.read, str(path)), file.tell
            elif start.startswith(BZ2):
                with bz2.BZ2File(file) as data:
                    yield Unpickler(bounded_bz2(data, file, path), str(path)), file.tell
            else:
                raise SourceError(f"{path}: expected a torch file (.pth) or a bz2 pickle (.pickle.pbz2), found neither")
    except (OSError, EOFError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise SourceError(f"{path}: cannot be read ({error}); download the file again") from None


def check_end(pickle: Unpickler, path: Path) -> None:
    """Reads a compressed file to its end, so that its checksums are verified.

    Raises:
        SourceError: something follows the pickle.
    """
    # the parameters and their index follow in torch's older files
    if magic(path) != TORCH_LEGACY and not pickle.at_end():
        raise SourceError(f"{path}: expected the end of the file after its pickle, found more")


def _after_torch_header(file: BinaryIO, path: Path) -> Unpickler:
    file.seek(len(TORCH_LEGACY))
    pickle = Unpickler(file.read, str(path))
    if (version := pickle.load()) != _TORCH_PROTOCOL:
        raise SourceError(f"{path}: expected torch's file format {_TORCH_PROTOCOL}, found {version!r}")
    pickle.load()  # sizes of C types, which only the parameters need
    return pickle


def pickle_member(archive: zipfile.ZipFile, path: Path) -> zipfile.ZipInfo:
    """Returns the pickle in a torch file.

    Raises:
        SourceError: there is none, or it is compressed, which torch never does.
    """
    members = [info for info in archive.infolist() if info.filename.endswith("/data.pkl")]
    if len(members) != 1:
        raise SourceError(f"{path}: expected one data.pkl in a torch file, found {len(members)}")
    if members[0].compress_type != zipfile.ZIP_STORED:
        raise SourceError(f"{path}: expected an uncompressed data.pkl, as torch writes it, found a compressed one")
    return members[0]
