"""From what a user has, a file, a folder or an archive of either, to the source in it that a reader knows."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, TypeVar

from nasbench_suite.errors import SourceError
from nasbench_suite.importing.foreign_files import check_arrived
from nasbench_suite.importing.temporary_folder import temporary_folder
from nasbench_suite.importing.unpacking import kind_of, unpack


class Reader(Protocol):
    """What importers and readers of columns have in common."""

    format: str
    describes: str

    def recognises(self, path: Path) -> bool:
        """Whether the file or folder looks like this format."""

    def flaw(self, path: Path) -> str | None:
        """Returns why a file that is not recognised is nearly of this format; None where it is far from it."""


ReaderT = TypeVar("ReaderT", bound=Reader)

# the known folder may be within another, and an archive may hold both
_DEPTH = 2
_MOST_ENTRIES = 1000
# a zip of a tar.gz of a folder
_MOST_LAYERS = 3


@contextmanager
def arrived(
    path: Path, readers: Sequence[ReaderT], format: str | None, known_to: str, what: str = "format"
) -> Iterator[tuple[Path, ReaderT]]:
    """Finds the source and its reader: the path itself, what one folder holds, or what an archive of them holds.

    An archive is unpacked beside the tables until the end. What is found is read as if it had come by itself, under its
    own name and checksum.

    Args:
        path: of the file or folder.
        readers: of the formats that there are, the most specific first.
        format: which of them to use; None to recognise it.
        known_to: whose formats they are, for messages.
        what: they are formats of, for messages.

    Yields:
        The source and its reader.

    Raises:
        SourceError: nothing is recognised, or several are; messages name what the user has, not what was unpacked.
        OSError: something cannot be read or written.
    """
    check_arrived(path)
    forced = format is not None
    readers = _named(readers, format, known_to) if format is not None else readers
    found = _find(path, readers)
    if found is not None or (forced and kind_of(path) is None):
        yield found or (path, readers[0])
        return
    if kind_of(path) is None:
        raise SourceError(_unknown(path, readers, known_to, what))
    with temporary_folder() as folder:
        try:
            content = _unpack_all(path, folder, readers)
            found = _find(content, readers) or ((path, readers[0]) if forced else None)
            if found is None:
                for file in _files(content)[:_MOST_ENTRIES]:
                    check_arrived(file)
                raise SourceError(_unknown(path, readers, known_to, what, _files(content)))
            yield found
        except SourceError as error:
            raise SourceError(_renamed(str(error), folder, path)) from error.__cause__


def _named(readers: Sequence[ReaderT], format: str, known_to: str) -> list[ReaderT]:
    chosen = [reader for reader in readers if reader.format == format]
    if not chosen:
        known = ", ".join(reader.format for reader in readers)
        raise SourceError(f"{known_to}: expected a format of {known}; got {format!r}")
    return chosen[:1]


def _find(path: Path, readers: Sequence[ReaderT]) -> tuple[Path, ReaderT] | None:
    """Returns the one source at the least depth; None where there is none."""
    level, seen = [path], 0
    for _ in range(_DEPTH + 1):
        seen += len(level)
        if seen > _MOST_ENTRIES:
            return None
        found = [(place, reader) for place in level if (reader := _reader(place, readers)) is not None]
        if len(found) > 1:
            names = ", ".join(place.relative_to(path).as_posix() for place, _ in found[:5])
            raise SourceError(f"{path}: has {len(found)} files or folders to import, {names}; name one of them")
        if found:
            return found[0]
        level = [entry for place in level if place.is_dir() for entry in sorted(place.iterdir()) if _shown(entry)]
    return None


def _reader(place: Path, readers: Sequence[ReaderT]) -> ReaderT | None:
    return next((reader for reader in readers if reader.recognises(place)), None)


def _shown(entry: Path) -> bool:
    return not entry.name.startswith(".") and entry.name != "__MACOSX" and not entry.is_symlink()


def _unpack_all(path: Path, folder: Path, readers: Sequence[Reader]) -> Path:
    """Returns the folder of what is in an archive, and of what is in the only archive in it."""
    for layer in range(_MOST_LAYERS):
        content = folder / str(layer)
        content.mkdir()
        unpack(path, content)
        if layer:
            path.unlink()
        files = _files(content)
        if len(files) != 1 or kind_of(files[0]) is None or _reader(files[0], readers) is not None:
            break
        path = files[0]
    # what is in the only folder of an archive has the folder's name
    while len(inner := [entry for entry in content.iterdir() if _shown(entry)]) == 1 and inner[0].is_dir():
        content = inner[0]
    return content


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file())


def _unknown(path: Path, readers: Sequence[Reader], known_to: str, what: str, files: Sequence[Path] = ()) -> str:
    nearly = next((flaw for reader in readers if (flaw := reader.flaw(path)) is not None), None)
    if nearly is not None:
        return f"{path}: {nearly}"
    expected = "; ".join(reader.describes for reader in readers)
    held = f" (it has {', '.join(file.name for file in files[:5])})" if files else ""
    return f"{path}: not a {what} that {known_to} knows{held}; expected {expected}"


def _renamed(message: str, folder: Path, path: Path) -> str:
    """Names what is in an archive after the archive."""
    for layer in range(_MOST_LAYERS):
        message = message.replace(f"{folder / str(layer)}/", f"{path}, ").replace(str(folder / str(layer)), str(path))
    return message
