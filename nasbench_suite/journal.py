"""Logs that survive a kill: a line of JSON a record, its CRC-32 in front."""

import json
import os
import zlib
from pathlib import Path
from typing import Any


def seal(record: object) -> bytes:
    """Returns a record as a line with its checksum."""
    body = json.dumps(record, separators=(",", ":")).encode()
    return b"%08x %s\n" % (zlib.crc32(body), body)


def unseal(line: bytes) -> Any:
    """Reads a line back; None where it is damaged or cut off."""
    checksum, _, body = line.rstrip(b"\n").partition(b" ")
    if not line.endswith(b"\n") or checksum != b"%08x" % zlib.crc32(body):
        return None
    return json.loads(body)


def append(path: Path, record: object) -> None:
    """Adds a record; it is on the disk when this returns."""
    with path.open("ab") as log:
        log.write(seal(record))
        log.flush()
        os.fsync(log.fileno())


def recover(path: Path) -> list[Any]:
    """Reads every record, and cuts off what a kill left half-written behind them."""
    if not path.exists():
        return []
    records, good = [], 0
    with path.open("r+b") as log:
        for line in log:
            record = unseal(line)
            if record is None:
                break
            records.append(record)
            good += len(line)
        log.truncate(good)
    return records
