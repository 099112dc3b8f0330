"""Unpacks archives that a stranger made: what would fill the disk or the memory, or land elsewhere, is refused."""

import bz2
import gzip
import lzma
import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, Literal, cast

from nasbench_suite.errors import SourceError
from nasbench_suite.importing.archives import EXPANSION, FREE_BYTES, open_zip
from nasbench_suite.progress import Progress

Kind = Literal["zip", "tar", "gzip", "bz2", "xz"]

_MAGIC: tuple[tuple[bytes, Kind], ...] = (
    (b"PK\x03\x04", "zip"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bz2"),
    (b"\xfd7zXZ\x00", "xz"),
)
_SUFFIXES = {"gzip": (".gz",), "bz2": (".bz2",), "xz": (".xz",)}
_BLOCK = 1 << 20
_TAR_BLOCK = tarfile.BLOCKSIZE
# NATS-Bench's folders have up to 32,769 files
_MOST_MEMBERS = 1 << 17
_MOST_HEADER_BYTES = 1 << 24
# xz asks for 65 MiB at its highest preset
_XZ_MEMORY = 1 << 28
# what is left on the disk for the table
_RESERVE = 1 << 28
_DAMAGED = (tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, gzip.BadGzipFile, NotImplementedError)


def kind_of(path: Path) -> Kind | None:
    """Returns how a file is packed, judged by its first bytes; None where it is not, and for a folder."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        first = file.read(_TAR_BLOCK)
    for magic, kind in _MAGIC:
        if first.startswith(magic):
            return kind
    return "tar" if _begins_tar(first) else None


def unpack(path: Path, folder: Path) -> None:
    """Unpacks a zip or tar file, or a file that is compressed alone.

    Only files are taken. Links, devices and names that lead out of the folder are refused, and so is what expands
    beyond what data does or what the disk holds.

    Args:
        path: of a file that has a kind.
        folder: empty.

    Raises:
        SourceError: says what is wrong with it.
    """
    kind = kind_of(path)
    if kind is None:
        raise SourceError(f"{path}: expected a zip, tar, gzip, bz2 or xz file")
    size = path.stat().st_size
    room = min(EXPANSION * size + FREE_BYTES, shutil.disk_usage(folder).free - _RESERVE)
    try:
        with path.open("rb") as file, Progress(f"unpack {path.name}", size, unit="B") as progress:
            target = _Target(path, folder, room, file, progress)
            if kind == "zip":
                _unpack_zip(file, target)
            else:
                _unpack_stream(_Forward(_decompressor(kind, file), target), kind, target)
    except EOFError:
        raise SourceError(f"{path}: is cut off, as half a download is; fetch it again") from None
    except _DAMAGED as error:
        raise SourceError(f"{path}: the {kind} file is damaged or cut off ({error}); fetch it again") from None
    except RuntimeError as error:  # zipfile's word for a password
        raise SourceError(f"{path}: cannot be unpacked ({error})") from None


class _Target:
    """The folder that members go to, and how much of them it takes."""

    def __init__(self, path: Path, folder: Path, room: int, file: BinaryIO, progress: Progress) -> None:
        self.path, self._folder, self._room = path, folder, room
        self._file, self._progress, self._done = file, progress, 0
        self._members = self._written = 0

    def check_room(self, size: int) -> None:
        """Refuses more bytes than data and the disk allow."""
        if size > self._room:
            raise SourceError(
                f"{self.path}: expands to {size:,} bytes or more, of which {max(self._room, 0):,} would be taken: "
                f"{EXPANSION} times its size, or what the disk has free"
            )

    def add(self, name: str, content: IO[bytes], size: int | None = None) -> None:
        """Copies a member."""
        self._members += 1
        if self._members > _MOST_MEMBERS:
            raise SourceError(f"{self.path}: has more than {_MOST_MEMBERS:,} members, which no benchmark has")
        place = self._place(name)
        if place is None:
            return
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("xb") as file:
                written = self._copy(content, file)
        except (FileExistsError, NotADirectoryError):
            raise SourceError(f"{self.path}: {name!r:.80} is in it twice") from None
        if size is not None and written != size:
            raise EOFError

    def _copy(self, content: IO[bytes], file: IO[bytes]) -> int:
        written = 0
        while block := content.read(_BLOCK):
            written += len(block)
            self._written += len(block)
            self.check_room(self._written)
            file.write(block)
            now = self._file.tell()
            self._progress.advance(max(0, now - self._done))
            self._done = max(now, self._done)
        return written

    def _place(self, name: str) -> Path | None:
        """Returns where a member goes; None for what macOS adds."""
        parts = PurePosixPath(name).parts
        if not parts or ".." in parts or name.startswith("/") or set("\\:") & set(name) or not name.isprintable():
            raise SourceError(f"{self.path}: member {name!r:.80} has a name that leads elsewhere")
        if "__MACOSX" in parts or parts[-1].startswith("._") or parts[-1] == ".DS_Store":
            return None
        return self._folder.joinpath(*parts)


class _Forward:
    """A stream of unknown length that is read forwards; what tarfile needs of a file."""

    def __init__(self, read: Callable[[int], bytes], target: _Target) -> None:
        self._read, self._target, self._at = read, target, 0

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= _MOST_HEADER_BYTES:
            raise SourceError(f"{self._target.path}: has a header of {size:,} bytes, which no benchmark has")
        blocks = []
        while size and (block := self._read(size)):
            blocks.append(block)
            size -= len(block)
        content = b"".join(blocks)
        self._at += len(content)
        return content

    def seek(self, position: int) -> int:
        while self._at < position and self.read(min(position - self._at, _BLOCK)):
            pass
        return self._at

    def tell(self) -> int:
        return self._at


class _After:
    """What was read ahead of a stream, and the stream."""

    def __init__(self, first: bytes, read: Callable[[int], bytes]) -> None:
        self._first, self._read = first, read

    def read(self, size: int) -> bytes:
        block, self._first = self._first[:size], self._first[size:]
        return block or self._read(size)


def _unpack_zip(file: BinaryIO, target: _Target) -> None:
    with open_zip(file, target.path) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        target.check_room(sum(member.file_size for member in members))
        for member in members:
            mode = member.external_attr >> 16
            if mode and mode >> 12 not in (0, 0o10):  # a file's, where the zip says
                raise SourceError(f"{target.path}: member {member.filename!r:.80} is a link or no file")
            with archive.open(member) as content:
                target.add(member.filename, content, member.file_size)


def _unpack_stream(stream: _Forward, kind: Kind, target: _Target) -> None:
    """Unpacks a tar file, or a file that is compressed alone."""
    first = stream.read(_TAR_BLOCK)
    whole = _Forward(_After(first, stream.read).read, target)
    if _begins_tar(first):
        _unpack_tar(whole, target)
    else:
        target.add(_unpacked_name(target.path.name, kind), cast("IO[bytes]", whole))


def _unpack_tar(stream: _Forward, target: _Target) -> None:
    with tarfile.open(fileobj=cast("IO[bytes]", stream), mode="r:") as archive:
        # one at a time, for a list of them would grow with the file
        while (member := archive.next()) is not None:
            archive.members.clear()  # type: ignore[attr-defined]
            if member.isdir():
                continue
            if not member.isreg() or member.issparse():
                raise SourceError(f"{target.path}: member {member.name!r:.80} is a link or no plain file")
            content = archive.extractfile(member)
            assert content is not None
            target.add(member.name, content, member.size)
        if stream.tell() < archive.offset + _TAR_BLOCK:  # an archive ends with an empty block
            raise EOFError


def _begins_tar(first: bytes) -> bool:
    try:
        tarfile.TarInfo.frombuf(first, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True


def _unpacked_name(name: str, kind: Kind) -> str:
    for suffix in _SUFFIXES[kind]:
        name = name.removesuffix(suffix)
    return name


def _decompressor(kind: Kind, file: BinaryIO) -> Callable[[int], bytes]:
    if kind == "gzip":
        return gzip.GzipFile(fileobj=file).read
    if kind == "bz2":
        return bz2.BZ2File(file).read
    return _Xz(file).read if kind == "xz" else file.read


class _Xz:
    """An xz file, of one stream or several, in bounded memory."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._next = file, b""
        self._decompressor = lzma.LZMADecompressor(memlimit=_XZ_MEMORY)

    def read(self, size: int) -> bytes:
        while True:
            if self._decompressor.eof:
                left = self._decompressor.unused_data.lstrip(b"\0") or self._file.read(_BLOCK).lstrip(b"\0")
                if not left:
                    return b""
                self._decompressor, self._next = lzma.LZMADecompressor(memlimit=_XZ_MEMORY), left
            if self._decompressor.needs_input and not self._next:
                self._next = self._file.read(_BLOCK)
                if not self._next:
                    raise EOFError
            content = self._decompressor.decompress(self._next, size)
            self._next = b""
            if content:
                return content
