import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nasbench_suite.errors import TableError, TableExistsError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.registry.importers import import_file
from nasbench_suite.spaces.nb201 import NB201
from nasbench_suite.table import Dataset, Source, Table, read_metadata
from nasbench_suite.table.writer import TableWriter

FINAL = Fidelity(200, 200)


def begin(path: Path, units: dict[str, str] | None = None) -> TableWriter:
    return TableWriter(path, NB201(), units or {}, Source("made", "x", ""), {"a": Dataset("a", "a")})


def write_column(path: Path, values: list[float], missing: list[bool] | None = None) -> Table:
    with begin(path) as writer:
        writer.set_architectures([(0, 0, 0, 0, 0, at) for at in range(len(values))])
        writer.add_series("a", 200, [777])
        gaps = None if missing is None else np.array(missing)[:, None]
        writer.add_column("a", FINAL, "valid_accuracy", np.array(values)[:, None], gaps)
        writer.finish()
    return Table(path, NB201())


def test_the_same_calls_give_the_same_bytes(write_small: Callable, tmp_path: Path) -> None:
    first, second = write_small(tmp_path / "a" / "t.mdb"), write_small(tmp_path / "b" / "u.mdb")
    assert first.path.read_bytes() == second.path.read_bytes()


def test_an_import_repeated_gives_the_same_bytes(full_csv: Path, full_table: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.mdb"
    import_file(NB201(), full_csv, again)
    assert again.read_bytes() == full_table.read_bytes()


def test_one_other_value_gives_another_content_hash(write_small: Callable, tmp_path: Path) -> None:
    first, second = write_small(tmp_path / "a.mdb"), write_small(tmp_path / "b.mdb", change=True)
    assert first.open().metadata.content_sha256 != second.open().metadata.content_sha256


def test_nan_and_missing_are_kept_apart(tmp_path: Path) -> None:
    table = write_column(tmp_path / "t.mdb", [50.0, float("nan"), 0.0], [False, False, True])
    metric = table.metric("a", FINAL, "valid_accuracy")
    assert [metric.known(row) for row in range(3)] == [(0,), (0,), ()]
    assert np.isnan(metric.value(1, (0,)))


def test_values_are_float32_only_where_that_is_exact(tmp_path: Path) -> None:
    exact = write_column(tmp_path / "exact.mdb", [0.5, float(np.float32(91.2))]).metric("a", FINAL, "valid_accuracy")
    wide = write_column(tmp_path / "wide.mdb", [0.5, 91.2]).metric("a", FINAL, "valid_accuracy")
    assert (exact.values.dtype, wide.values.dtype) == (np.float32, np.float64)
    assert (exact.value(1, (0,)), wide.value(1, (0,))) == (float(np.float32(91.2)), 91.2)


def test_a_table_of_other_content_is_not_replaced_without_force(write_small: Callable, tmp_path: Path) -> None:
    path = tmp_path / "t.mdb"
    write_small(path)
    before = path.read_bytes()
    with pytest.raises(TableExistsError, match=r"--name.*--force"):
        write_small(path, change=True)
    assert path.read_bytes() == before
    write_small(path, change=True, force=True)
    assert path.read_bytes() != before


def test_the_same_content_may_be_written_again(write_small: Callable, tmp_path: Path) -> None:
    write_small(tmp_path / "t.mdb")
    write_small(tmp_path / "t.mdb")


def test_a_foreign_file_in_the_place_is_not_replaced_without_force(write_small: Callable, tmp_path: Path) -> None:
    path = tmp_path / "t.mdb"
    path.write_text("somebody's notes")
    with pytest.raises(TableExistsError):
        write_small(path)
    assert path.read_text() == "somebody's notes"


def test_a_reader_keeps_its_table_while_another_takes_its_name(write_small: Callable, tmp_path: Path) -> None:
    path = tmp_path / "t.mdb"
    old = write_small(path).open()
    written = write_small(path, change=True, force=True)
    new, at = written.open(), ("cifar10", FINAL, "test_accuracy")
    assert new.metric(*at).value(0, (0,)) == old.metric(*at).value(0, (0,)) + 0.5
    old.verify()
    new.verify()


def test_a_failure_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    with pytest.raises(TableError, match=r"shape \(1, 1\), got \(2, 1\)"), begin(folder / "t.mdb") as writer:
        writer.set_architectures([(0,) * 6])
        writer.add_series("a", 200, [777])
        writer.add_column("a", FINAL, "valid_accuracy", np.zeros((2, 1)))
    assert list(folder.iterdir()) == []


def test_leaving_without_finish_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    with begin(folder / "t.mdb") as writer:
        writer.set_architectures([(0,) * 6])
    assert list(folder.iterdir()) == []


KILLED = """
import os, signal, sys
from pathlib import Path
from nasbench_suite.registry import importers as importing
from nasbench_suite.spaces.nb201 import NB201
from nasbench_suite.table import writer

commit = writer.TableWriter._commit
def commit_and_die(self):
    commit(self)
    os.kill(os.getpid(), signal.SIGKILL)
writer.TableWriter._commit = commit_and_die
importing.import_file(NB201(), Path(sys.argv[1]), Path(sys.argv[2]))
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="the system has no SIGKILL")
def test_a_killed_import_leaves_nothing_under_the_name_and_the_next_one_works(tmp_path: Path, small_csv: Path) -> None:
    path = tmp_path / "tables" / "t.mdb"
    done = subprocess.run([sys.executable, "-c", KILLED, small_csv, path], capture_output=True, timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert not list(path.parent.glob("[!.]*"))
    import_file(NB201(), small_csv, path)
    Table(path, NB201()).verify()


def test_an_unknown_unit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="percent, fraction, percent_error, got 'points'"):
        begin(tmp_path / "t.mdb", {"valid_accuracy": "points"})


def test_a_column_written_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="written twice"), begin(tmp_path / "t.mdb") as writer:
        writer.set_architectures([(0,) * 6])
        writer.add_series("a", 200, [777])
        writer.add_column("a", FINAL, "valid_accuracy", [[1.0]])
        writer.add_column("a", FINAL, "valid_accuracy", [[2.0]])


def test_a_table_is_as_readable_as_any_new_file(write_small: Callable, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.touch()
    assert write_small(tmp_path / "t.mdb").path.stat().st_mode == other.stat().st_mode


def test_a_folder_that_cannot_be_made_is_told_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(TableError, match="no table can be written there"):
        begin(tmp_path / "file" / "t.mdb")


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from nasbench_suite.registry import importers as importing
from nasbench_suite.errors import TableError
from nasbench_suite.spaces.nb201 import NB201

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    importing.import_file(NB201(), Path(sys.argv[1]), Path(sys.argv[2]))
except TableError as error:
    print(error)
"""


@pytest.mark.skipif(os.name != "posix", reason="limits the file size by setrlimit")
def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path, full_csv: Path) -> None:
    path = tmp_path / "tables" / "t.mdb"
    done = subprocess.run([sys.executable, "-c", FULL_DISK, full_csv, path], capture_output=True, text=True, timeout=60)
    assert "cannot be written" in done.stdout, done.stderr
    assert list(path.parent.iterdir()) == []


def test_metadata_counts_what_the_importer_counted(small) -> None:
    assert read_metadata(small.path).counts == {"trainings": 12}
