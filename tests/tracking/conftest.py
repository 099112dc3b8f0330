"""Reads back what W&B wrote offline: `Record` messages in LevelDB's log framing."""

import json
import os
import struct
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import wandb
from wandb.proto.wandb_internal_pb2 import Record

sys.path.insert(0, str(Path(__file__).parent))  # for what lies beside the tests
HEADER, BLOCK = 7, 32 * 1024
FULL, FIRST, LAST = 1, 2, 4


class OfflineRun:
    """What one offline run holds.

    Attributes:
        history: rows, without W&B's own `_step`, `_runtime` and `_timestamp`.
        metrics: the defined ones, and what each is drawn against.
        hidden: those of them without a panel.
    """

    def __init__(self, folder: Path) -> None:
        (path,) = folder.glob("run-*.wandb")
        self.folder = folder
        self.records = list(_records(path.read_bytes()))
        self.run = next(record.run for record in self.records if record.WhichOneof("record_type") == "run")
        self.config = {item.key: json.loads(item.value_json) for item in self.run.config.update}
        self.history: list[dict[str, Any]] = []
        self.summary: dict[str, Any] = {}
        self.metrics: dict[str, str] = {}
        self.hidden: set[str] = set()
        self.artifacts: dict[str, Any] = {}
        self.exit_codes: list[int] = []
        for record in self.records:
            match record.WhichOneof("record_type"):
                case "history":
                    row = _values(record.history.item)
                    self.history.append({key: value for key, value in row.items() if not key.startswith("_")})
                case "summary":
                    self.summary |= _values(record.summary.update)
                case "metric":
                    name = record.metric.name or record.metric.glob_name
                    self.metrics[name] = record.metric.step_metric
                    self.hidden |= {name} if record.metric.options.hidden else set()
                case "artifact":
                    self.artifacts[record.artifact.type] = record.artifact
                case "exit":
                    self.exit_codes.append(record.exit.exit_code)


def _values(items: Any) -> dict[str, Any]:
    return {item.key or ".".join(item.nested_key): json.loads(item.value_json) for item in items}


def _records(data: bytes) -> Iterator[Record]:
    parts: list[bytes] = []
    for kind, content in _chunks(data):
        assert (kind in (FULL, FIRST)) == (not parts), "a chunk is missing"
        parts.append(content)
        if kind in (FULL, LAST):
            yield Record.FromString(b"".join(parts))
            parts = []
    assert not parts, "the file ends within a record"


def _chunks(data: bytes) -> Iterator[tuple[int, bytes]]:
    assert data[:4] == b":W&B"
    at = HEADER
    while at < len(data):
        if BLOCK - at % BLOCK < 7:  # too short for a chunk's head: padding
            at += BLOCK - at % BLOCK
            continue
        checksum, length, kind = struct.unpack_from("<IHB", data, at)
        content = data[at + 7 : at + 7 + length]
        assert zlib.crc32(bytes([kind]) + content) == checksum
        yield kind, content
        at += 7 + length


@pytest.fixture(autouse=True)
def _tracking(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """W&B is on, and knows nothing of whoever runs the tests."""
    for name in [name for name in os.environ if name.startswith("WANDB_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def read_runs() -> Callable[[Path], list[OfflineRun]]:
    """Reads every offline run below a folder."""

    def read(folder: Path) -> list[OfflineRun]:
        wandb.teardown()  # its process has written everything only when it ends
        return [OfflineRun(path) for path in sorted(folder.rglob("offline-run-*"))]

    return read


@pytest.fixture
def read_run(read_runs: Callable[[Path], list[OfflineRun]]) -> Callable[[Path], OfflineRun]:
    """Reads the one offline run below a folder."""

    def read(folder: Path) -> OfflineRun:
        (run,) = read_runs(folder)
        return run

    return read


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A server that answers W&B's client, here and in the processes that a test starts; it must know every request."""
    from wandb_server import Server

    wandb.teardown()  # its process keeps the server that it has met first
    with Server() as answering:
        monkeypatch.setenv("WANDB_BASE_URL", answering.url)
        monkeypatch.setenv("WANDB_API_KEY", "0" * 40)
        for name in ("WANDB_CACHE_DIR", "WANDB_CONFIG_DIR"):
            monkeypatch.setenv(name, str(tmp_path / name))
        yield answering
        wandb.teardown()
    assert answering.unanswered == []
