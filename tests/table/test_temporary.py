"""What a writer leaves behind when it is killed is cleared away by the next."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from nasbench_suite.table.temporary import TemporaryFile

KILLED = """
import os, signal, sys
from pathlib import Path
from nasbench_suite.table.temporary import TemporaryFile
for name in sys.argv[1:]:
    TemporaryFile(Path(name)).path.write_bytes(b"half")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_writers_file_goes_when_the_same_table_is_written_again(
    tmp_path: Path, python: Callable[..., Any]
) -> None:
    python("-c", KILLED, tmp_path / "mine.mdb", tmp_path / "other.mdb")
    assert len(list(tmp_path.iterdir())) == 2
    TemporaryFile(tmp_path / "mine.mdb").close()
    (left,) = tmp_path.iterdir()
    assert left.name.startswith(".other.mdb.")


def test_a_file_that_is_being_written_stays(tmp_path: Path) -> None:
    first = TemporaryFile(tmp_path / "table.mdb")
    first.path.write_bytes(b"half")
    TemporaryFile(tmp_path / "table.mdb").close()
    assert first.path.read_bytes() == b"half"
    first.close()
    assert list(tmp_path.iterdir()) == []


def test_a_finished_file_stays(tmp_path: Path) -> None:
    file = TemporaryFile(tmp_path / "table.mdb")
    file.path.rename(tmp_path / "table.mdb")
    file.close()
    assert [path.name for path in tmp_path.iterdir()] == ["table.mdb"]
