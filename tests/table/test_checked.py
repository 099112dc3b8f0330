import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nasbench_suite.errors import TableError
from nasbench_suite.spaces.nb201 import NB201
from nasbench_suite.table import Table, checked, seal
from nasbench_suite.table.checked import check_once

YESTERDAY = 1_700_000_000


@pytest.fixture
def path(small: Any, tmp_path: Path) -> Path:
    """A table that is old enough for its check to be remembered."""
    copy = tmp_path / "t.mdb"
    copy.write_bytes(small.path.read_bytes())
    os.utime(copy, (YESTERDAY, YESTERDAY))
    return copy


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that were hashed whole, one entry for each time."""
    seen: list[Path] = []
    check = seal.check

    def counted(path: Path) -> None:
        seen.append(path)
        check(path)

    monkeypatch.setattr(seal, "check", counted)
    return seen


@pytest.fixture
def new_process(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Forgets what this process remembers of its own."""
    return lambda: monkeypatch.setattr(checked, "_here", {})


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[9000] ^= 1
    path.write_bytes(content)


def test_a_file_is_hashed_once_for_all_processes(path: Path, hashed: list[Path], new_process: Callable) -> None:
    for _ in range(3):
        Table(path, NB201())
        new_process()
    assert hashed == [path]


def test_a_file_that_changed_is_hashed_again_and_its_damage_named(
    path: Path, hashed: list[Path], new_process: Callable
) -> None:
    check_once(path)
    flip(path)
    for _ in range(2):
        new_process()
        with pytest.raises(TableError, match=r"t\.mdb: is damaged"):
            Table(path, NB201())
    assert len(hashed) == 3


def test_a_copy_in_another_place_is_another_file(path: Path, hashed: list[Path], tmp_path: Path) -> None:
    check_once(path)
    other = tmp_path / "other.mdb"
    path.rename(other)
    check_once(other)
    assert hashed == [path, other]


def test_a_file_that_was_written_just_now_is_not_remembered(
    small: Any, tmp_path: Path, hashed: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = tmp_path / "fresh.mdb"
    fresh.write_bytes(small.path.read_bytes())
    now = fresh.stat().st_mtime_ns + 1000
    monkeypatch.setattr(checked.time, "time_ns", lambda: now)
    check_once(fresh)
    check_once(fresh)
    assert hashed == [fresh, fresh]


def test_a_home_that_cannot_be_written_is_remembered_for_in_the_process(
    path: Path, hashed: list[Path], home: Path, new_process: Callable
) -> None:
    home.write_text("no folder")
    check_once(path)
    check_once(path)
    assert len(hashed) == 1
    new_process()
    check_once(path)
    assert len(hashed) == 2


def test_a_damaged_note_costs_one_more_check(path: Path, hashed: list[Path], home: Path, new_process: Callable) -> None:
    check_once(path)
    (note,) = (home / "tables" / ".checked").iterdir()
    note.write_bytes(b"\xff" * 9)
    new_process()
    check_once(path)
    new_process()
    check_once(path)
    assert len(hashed) == 2
