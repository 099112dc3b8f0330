r"""Logs that survive a kill: one record per line, as JSON with its CRC-32 in front.

A line begins and ends with a line feed, so that a damaged byte costs its own record, even where it was a line feed:

    \n1c291ca3 {"seed":0}\n\n0f4b5e1d {"seed":1}\n
"""

import io
import json
import os
import sys
import time
import zlib
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from nasbench_suite.atomic_write import sync_folder

# the one is absent on Windows, the other elsewhere
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


class Recovered(NamedTuple):
    """What a journal still holds.

    Attributes:
        records: in the order in which they were appended.
        damaged: numbers of the lines, from 1, that cannot be read.
    """

    records: list[Any]
    damaged: list[int]

    def complaint(self, path: Path) -> str | None:
        """Says which lines are lost; None where none is."""
        if not self.damaged:
            return None
        numbers = ", ".join(map(str, self.damaged))
        return f"{path}: damaged in line {numbers}, which is left out; what it held is done again"


def seal(record: object) -> bytes:
    """Returns a record as a line with its checksum."""
    body = json.dumps(record, separators=(",", ":")).encode()
    return b"\n%08x %s\n" % (zlib.crc32(body), body)


def unseal(line: bytes) -> Any:
    """Reads a line back; None where it is damaged or cut off."""
    checksum, _, body = line.strip(b"\n").partition(b" ")
    if not line.endswith(b"\n") or checksum != b"%08x" % zlib.crc32(body):
        return None
    try:
        return json.loads(body)
    except (ValueError, RecursionError):  # a checksum keeps nobody from writing it
        return None


def read(content: bytes) -> Recovered:
    """Reads the lines of a journal back, and leaves out those that are damaged."""
    records, damaged = [], []
    for number, line in enumerate(io.BytesIO(content), 1):
        if line == b"\n":
            continue
        record = unseal(line)
        if record is None:
            damaged.append(number)
        else:
            records.append(record)
    return Recovered(records, damaged)


def recover(path: Path) -> Recovered:
    """Reads every record that is whole, and cuts off what a kill left half-written at the end.

    Raises:
        OSError: it cannot be read, or is a link.
    """
    if not path.exists():
        return Recovered([], [])
    with os.fdopen(os.open(path, os.O_RDWR | _NOFOLLOW), "r+b") as log:
        content = log.read()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            log.truncate(whole)
    return read(content[:whole])


class Journal:
    """A log to append to.

    A kill of this process loses no record that was appended. A power failure loses none that is older than
    `patience`: waiting for the disk after every record would cost more than most searches do.
    """

    def __init__(self, path: Path, patience: float = 0.0) -> None:
        """Opens a log, or makes an empty one; a link in its place is refused.

        Args:
            path: of the log.
            patience: seconds in which records may pile up before they are put on the disk.

        Raises:
            OSError: it cannot be written.
        """
        new = not path.exists()
        self._handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | _NOFOLLOW, 0o666)
        if new:
            sync_folder(path.parent)
        self._path, self._patience, self._synced = str(path), patience, time.monotonic()

    def append(self, record: object) -> None:
        """Adds a record.

        Raises:
            OSError: the disk is full or fails; what was there before stays.
        """
        sys.audit("nasbench_suite.journal", self._path)  # an open file tells nobody else when it is written
        line = seal(record)
        while line:
            line = line[os.write(self._handle, line) :]
        if time.monotonic() - self._synced >= self._patience:
            os.fsync(self._handle)
            self._synced = time.monotonic()

    def close(self) -> None:
        """Puts everything on the disk; the log takes no more records."""
        os.fsync(self._handle)
        os.close(self._handle)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
