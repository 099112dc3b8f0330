"""Reads what W&B wrote offline: `Record` messages in LevelDB's log framing."""

import json
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from wandb.proto.wandb_internal_pb2 import Record

HEADER, BLOCK = 7, 32 * 1024
FULL, FIRST, MIDDLE, LAST = 1, 2, 3, 4


def chunks(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yields each chunk's kind and content; no chunk crosses a block of 32 KiB."""
    assert data[:4] == b":W&B"
    at = HEADER
    while at < len(data):
        left = BLOCK - at % BLOCK
        if left < 7:  # padding
            at += left
            continue
        checksum, length, kind = struct.unpack_from("<IHB", data, at)
        content = data[at + 7 : at + 7 + length]
        assert zlib.crc32(bytes([kind]) + content) == checksum
        yield kind, content
        at += 7 + length


def records(path: Path) -> Iterator[Record]:
    """Yields the messages of a `.wandb` file."""
    parts: list[bytes] = []
    for kind, content in chunks(path.read_bytes()):
        if kind in (FULL, FIRST):
            assert not parts
        parts.append(content)
        if kind in (FULL, LAST):
            yield Record.FromString(b"".join(parts))
            parts = []
    assert not parts


class OfflineRun:
    """What one offline run holds."""

    def __init__(self, folder: Path) -> None:
        (path,) = folder.glob("run-*.wandb")
        self.records = list(records(path))
        self.run = next(record.run for record in self.records if record.WhichOneof("record_type") == "run")
        self.config = {item.key: json.loads(item.value_json) for item in self.run.config.update}
        self.history: list[dict[str, Any]] = []
        self.summary: dict[str, Any] = {}
        self.metrics: dict[str, str] = {}
        self.artifacts, self.exit_codes = [], []
        for record in self.records:
            match record.WhichOneof("record_type"):
                case "history":
                    self.history.append({_key(item): json.loads(item.value_json) for item in record.history.item})
                case "summary":
                    self.summary |= {_key(item): json.loads(item.value_json) for item in record.summary.update}
                case "metric":
                    self.metrics[record.metric.name or record.metric.glob_name] = record.metric.step_metric
                case "artifact":
                    self.artifacts.append(record.artifact)
                case "exit":
                    self.exit_codes.append(record.exit.exit_code)


def _key(item: Any) -> str:
    return item.key or ".".join(item.nested_key)
