import errno
import os
from pathlib import Path
from typing import Any

import pytest

from nasbench_suite.errors import FolderBusyError, ResultsError
from nasbench_suite.journal import Journal, seal
from nasbench_suite.planned_folder import LOG, PLAN, PlannedFolder

BEGUN = {"trials": [0], "versions": {"torch": "1"}}


class Squares(PlannedFolder[int, int]):
    """Squares by their roots."""

    finished = "finished trainings"

    def append(self, root: int) -> None:
        with self._noting():
            self._log.append([root, root**2])
        self.results[root] = root**2

    def _add_record(self, record: Any) -> None:
        root, square = record
        self.results[root] = square


@pytest.fixture
def begun(tmp_path: Path) -> Path:
    """A folder in which one square is finished."""
    with Squares.open(tmp_path, BEGUN) as folder:
        folder.append(3)
    return tmp_path


def test_what_was_noted_is_there_again(begun: Path) -> None:
    with Squares.open(begun, BEGUN) as folder:
        folder.append(4)
    with Squares.open(begun, BEGUN) as folder:
        assert folder.results == {3: 9, 4: 16}


def test_a_folder_of_another_plan_or_version_is_refused_and_says_what_differs(begun: Path) -> None:
    with pytest.raises(ResultsError, match=r'other versions .*"torch": "1".*"torch": "2"'):
        Squares.open(begun, {**BEGUN, "versions": {"torch": "2"}})
    Squares.open(begun, BEGUN).__exit__(None, None, None)


def test_a_folder_in_which_nothing_is_finished_takes_another_plan(tmp_path: Path) -> None:
    with Squares.open(tmp_path, BEGUN):
        pass
    with Squares.open(tmp_path, {"trials": [1]}):
        assert '"trials": [\n    1\n  ]' in (tmp_path / PLAN).read_text()


def test_a_folder_in_use_is_refused(begun: Path) -> None:
    with Squares.open(begun, BEGUN), pytest.raises(FolderBusyError, match="another process works there"):
        Squares.open(begun, BEGUN)


@pytest.mark.parametrize("damage", ["{", "[]", "", None])
def test_a_damaged_or_missing_plan_is_named_in_a_line(begun: Path, damage: str | None) -> None:
    if damage is None:
        (begun / PLAN).unlink()
    else:
        (begun / PLAN).write_text(damage)
    with pytest.raises(ResultsError, match=r"plan\.json: is damaged or missing"):
        Squares.open(begun, BEGUN)


def test_a_damaged_line_is_named_and_costs_itself(begun: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (begun / LOG).write_bytes((begun / LOG).read_bytes() + seal([4, 16]).replace(b"16", b"17"))
    with Squares.open(begun, BEGUN) as folder:
        assert folder.results == {3: 9}
    assert f"nasbench-suite: {begun / LOG}: damaged in line 4" in capsys.readouterr().err


@pytest.mark.parametrize("record", [{"seed": 1}, 4, [1, 2, 3]])
def test_a_log_of_something_else_is_refused_in_a_line(tmp_path: Path, record: object) -> None:
    with Journal(tmp_path / LOG) as log:
        log.append(record)
    with pytest.raises(ResultsError, match=r"finished\.log: expected finished trainings, got another log"):
        Squares.open(tmp_path, {})
    (tmp_path / LOG).unlink()
    Squares.open(tmp_path, {}).__exit__(None, None, None)


def test_a_full_disk_is_said_with_what_is_kept(begun: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with Squares.open(begun, BEGUN) as folder:
        monkeypatch.setattr(os, "write", full)
        with pytest.raises(ResultsError, match=r"the disk is full\); kept: 1 finished training; start again to go on"):
            folder.append(4)
        monkeypatch.undo()
        assert folder.results == {3: 9}
