"""What tests of damaged and of foreign tables need: a table's file with another record, sealed as it should be."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nasbench_suite.table import seal


@pytest.fixture
def with_record(small: Any, tmp_path: Path) -> Callable[[bytes], Path]:
    """Writes the small table with another metadata record, well sealed."""

    def write(record: bytes) -> Path:
        path = tmp_path / "foreign.mdb"
        path.unlink(missing_ok=True)
        path.write_bytes(small.path.read_bytes()[: seal.read(small.path).pages])
        seal.append(path, record)
        return path

    return write


@pytest.fixture
def with_change(
    small: Any, with_record: Callable[[bytes], Path]
) -> Callable[[Callable[[dict[str, Any]], object]], Path]:
    """Writes the small table after a change to its metadata, well sealed."""

    def write(change: Callable[[dict[str, Any]], object]) -> Path:
        raw = json.loads(seal.read(small.path).metadata)
        change(raw)
        return with_record(json.dumps(raw).encode())

    return write
