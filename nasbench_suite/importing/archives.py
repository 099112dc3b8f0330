"""Opening packed files that a stranger made, for importers: what would fill the memory or never end is refused."""

import bz2
import gzip
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from nasbench_suite.errors import SourceError

# a torch archive has a few thousand members at most
_DIRECTORY_BYTES = 1 << 24
# where a zip file's end record is: 22 bytes and a comment
_TAIL = (1 << 16) + 22
# JSON and pickles of benchmarks shrink to a tenth or a thirtieth
EXPANSION, FREE_BYTES = 300, 1 << 24


def open_zip(file: BinaryIO, path: Path) -> zipfile.ZipFile:
    """Opens a zip file after a look at its directory.

    Args:
        file: the open file.
        path: its place, for messages.

    Raises:
        SourceError: the directory would fill the memory, a member expands beyond what data does, or members overlap.
        zipfile.BadZipFile: it is damaged.
    """
    size = _check_directory(file, path)
    archive = zipfile.ZipFile(file)
    members = archive.infolist()
    if sum(member.compress_size for member in members) > size:
        raise SourceError(f"{path}: expected a zip file, found one whose members overlap")
    for member in members:
        if member.file_size > EXPANSION * member.compress_size + FREE_BYTES:
            raise SourceError(f"{path}: {member.filename!r:.80} says that it expands to {member.file_size:,} bytes")
    return archive


def _check_directory(file: BinaryIO, path: Path) -> int:
    """Refuses a directory that would fill the memory before anything could be looked at; returns the file's size."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _TAIL))
    tail = file.read()
    end = tail.rfind(b"PK\x05\x06")
    directory = struct.unpack_from("<I", tail, end + 12)[0] if 0 <= end <= len(tail) - 22 else 0
    if directory == 0xFFFFFFFF:
        large = tail.rfind(b"PK\x06\x06", 0, end)
        directory = struct.unpack_from("<Q", tail, large + 40)[0] if 0 <= large <= len(tail) - 56 else directory
    if directory > _DIRECTORY_BYTES:
        raise SourceError(f"{path}: expected a zip file of data, found one with a directory of {directory} bytes")
    file.seek(0)
    return size


def bounded_bz2(data: bz2.BZ2File, file: BinaryIO, path: Path) -> Callable[[int], bytes]:
    """Returns the function that reads on in a bz2 file; it raises SourceError where that expands beyond what data does.

    Args:
        data: the decompressed stream of `file`.
        file: the open file.
        path: its place, for messages.
    """

    def read(size: int) -> bytes:
        block = data.read(size)
        if data.tell() > EXPANSION * file.tell() + FREE_BYTES:
            raise SourceError(f"{path}: expands to more than {EXPANSION} times its size, which no benchmark does")
        return block

    return read


def read_text(path: Path, most: int) -> str:
    """Returns the whole of a text file in UTF-8, plain or gzip.

    Args:
        path: of the file.
        most: how many bytes it may have, unpacked.

    Raises:
        SourceError: it has more, or the gzip file is damaged.
        UnicodeDecodeError: it is no text in UTF-8.
    """
    with path.open("rb") as file:
        magic = file.read(2)
        file.seek(0)
        try:
            content = (gzip.GzipFile(fileobj=file) if magic == b"\x1f\x8b" else file).read(most + 1)
        except (gzip.BadGzipFile, zlib.error, EOFError) as error:
            raise SourceError(f"{path}: the gzip file is damaged ({error})") from None
    if len(content) > most:
        raise SourceError(f"{path}: expected at most {most:,} bytes, there are more")
    return content.decode()
