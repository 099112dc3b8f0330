"""A file is replaced whole, by nobody's link, and a full disk says that it is full."""

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from nasbench_suite.atomic_write import atomic_write, cannot_write, reason, remove_abandoned


def test_a_file_is_replaced_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for content in (b"first", b"second"):
        atomic_write(path, content)
        assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_is_there_stays_where_that_is_wanted(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for content in (b"first", b"second"):
        atomic_write(path, content, replace=False)
    assert path.read_bytes() == b"first" and list(tmp_path.iterdir()) == [path]


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "victim").write_bytes(b"precious")
    (tmp_path / "file").symlink_to(tmp_path / "victim")
    atomic_write(tmp_path / "file", b"content")
    assert (tmp_path / "victim").read_bytes() == b"precious"
    assert not (tmp_path / "file").is_symlink() and (tmp_path / "file").read_bytes() == b"content"


def test_no_two_writes_have_the_same_temporary_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = []
    rename = Path.replace
    monkeypatch.setattr(Path, "replace", lambda self, target: names.append(self.name) or rename(self, target))
    for _ in range(20):
        atomic_write(tmp_path / "file", b"content")
    assert len(set(names)) == 20 and all(name.startswith(".file.") for name in names)


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
def test_a_file_has_the_permissions_that_any_other_would_have(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    atomic_write(tmp_path / "file", b"content")
    modes = {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("plain", "file")}
    assert len(modes) == 1


def test_a_full_disk_leaves_what_was_there_and_says_that_it_is_full(python: Callable, tmp_path: Path) -> None:
    pytest.importorskip("resource")
    (tmp_path / "file").write_bytes(b"first")
    done = python(
        "-c",
        "import resource, signal; from pathlib import Path\n"
        "from nasbench_suite.atomic_write import atomic_write, cannot_write\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try:\n    atomic_write(Path('file'), bytes(2000))\n"
        "except OSError as error:\n    print(cannot_write(Path('file'), error, 'make room'))",
    )
    assert done.out == "file: cannot be written (the disk is full); make room\n", done.err
    assert (tmp_path / "file").read_bytes() == b"first" and [p.name for p in tmp_path.iterdir()] == ["file"]


def test_any_other_reason_is_the_systems() -> None:
    error = PermissionError(13, "Permission denied")
    assert str(cannot_write(Path("file"), error, "go elsewhere")) == (
        "file: cannot be written (Permission denied); go elsewhere"
    )


def test_a_full_disk_is_named_whoever_complains() -> None:
    for error in (OSError(errno.ENOSPC, "x"), OSError(errno.EFBIG, "x"), ValueError("commit: No space left on device")):
        assert reason(error) == "the disk is full"
    assert reason(OSError(errno.EACCES, "Permission denied")) == "Permission denied"
    assert reason(ValueError("odd")) == "odd"


def test_what_killed_writers_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / f".a.json.{'0f' * 8}.tmp").touch()
    mine = [tmp_path / name for name in ("a.json", ".a.json.tmp", "a.tmp", ".hidden")]
    for path in mine:
        path.touch()
    remove_abandoned(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted(mine)


def test_it_is_removed_from_the_folders_below_where_they_belong_to_it(tmp_path: Path) -> None:
    below = tmp_path / "trainings" / "unfinished"
    below.mkdir(parents=True)
    left = below / f".state.pt.{'0f' * 8}.tmp"
    left.touch()
    remove_abandoned(tmp_path)
    assert left.exists()
    remove_abandoned(tmp_path, below=True)
    assert not left.exists()
