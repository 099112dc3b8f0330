import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import filelock
import pytest
from pyarrow import parquet

from nasbench_suite.errors import ResultsError
from nasbench_suite.jobs.folder import JOB, LOG, SCORES, TRAJECTORY, JobFolder, SeedRecord
from nasbench_suite.journal import seal

DESCRIPTION = {"config_id": "abc", "space": "nb201"}


def record(seed: int, length: int = 3) -> SeedRecord:
    columns: dict[str, list[Any]] = {
        "seconds": [float(at + seed) for at in range(length)],
        "schedule": [12] * length,
        "epoch": [12] * length,
        "trial": [None, 777, 888][:length],
        "architecture": [f"arch{seed}", "b", "c"][:length],
        "valid_accuracy": [0.1 + seed, float("nan"), 1 / 3][:length],
        "incumbent": [True, False, False][:length],
    }
    return SeedRecord(seed, columns, {f"arch{seed}": {"cifar10": [200, 0.1, None]}})


def open_folder(path: Path) -> JobFolder:
    return JobFolder.open(path, DESCRIPTION, {"seeds": 3})


def test_finished_seeds_are_there_when_the_folder_is_opened_again(tmp_path: Path) -> None:
    with open_folder(tmp_path / "job") as folder:
        folder.append(record(4))
        folder.append(record(2))
    with open_folder(tmp_path / "job") as folder:
        assert folder.seeds == {2, 4} and not folder.finished


@pytest.mark.parametrize("cut", [1, 20, 90])
def test_a_damaged_last_line_is_cut_off_and_the_others_stay(tmp_path: Path, cut: int) -> None:
    with open_folder(tmp_path / "job") as folder:
        folder.append(record(0))
        folder.append(record(1))
    log = tmp_path / "job" / LOG
    log.write_bytes(log.read_bytes()[:-cut])
    with open_folder(tmp_path / "job") as folder:
        assert folder.seeds == {0}
        assert log.read_bytes() == seal(record(0)._asdict())
        folder.append(record(1))
    with open_folder(tmp_path / "job") as folder:
        assert folder.seeds == {0, 1}


def columnar(path: Path, *seeds: int) -> tuple[bytes, bytes]:
    with open_folder(path) as folder:
        for seed in seeds:
            folder.append(record(seed))
        folder.compact()
    return (path / TRAJECTORY).read_bytes(), (path / SCORES).read_bytes()


def test_the_columnar_files_do_not_depend_on_the_order_of_finishing(tmp_path: Path) -> None:
    assert columnar(tmp_path / "a", 0, 1, 2) == columnar(tmp_path / "b", 2, 0, 1)


def test_the_columnar_files_hold_every_value(tmp_path: Path) -> None:
    columnar(tmp_path / "job", 1, 0)
    trajectory = parquet.read_table(tmp_path / "job" / TRAJECTORY).to_pydict()
    assert trajectory["seed"] == [0, 0, 0, 1, 1, 1]
    assert trajectory["step"] == [0, 1, 2] * 2
    assert trajectory["trial"] == [None, 777, 888] * 2
    assert trajectory["architecture"] == ["arch0", "b", "c", "arch1", "b", "c"]
    assert trajectory["valid_accuracy"][2] == 1 / 3
    scores = parquet.read_table(tmp_path / "job" / SCORES).to_pydict()
    assert scores["architecture"] == ["arch0", "arch1"]
    assert scores["test_accuracy"] == [None, None]


def test_a_finished_folder_has_no_log_and_says_so(tmp_path: Path) -> None:
    columnar(tmp_path / "job", 0)
    assert not (tmp_path / "job" / LOG).exists()
    with open_folder(tmp_path / "job") as folder:
        assert folder.finished


def test_searches_that_found_nothing_can_be_kept(tmp_path: Path) -> None:
    with open_folder(tmp_path / "job") as folder:
        folder.append(SeedRecord(0, record(0, length=0).columns, {}))
        folder.compact()
    assert parquet.read_table(tmp_path / "job" / TRAJECTORY).num_rows == 0


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    (tmp_path / "job").mkdir()
    with filelock.FileLock(tmp_path / "job" / ".lock"), pytest.raises(ResultsError, match="another process"):
        open_folder(tmp_path / "job")


def test_a_folder_that_another_version_began_is_refused_and_kept(tmp_path: Path) -> None:
    with open_folder(tmp_path / "job") as folder:
        folder.append(record(0))
    job = tmp_path / "job" / JOB
    begun = json.loads(job.read_text())
    begun["versions"]["nasbench-suite"] = "0.0.1"
    job.write_text(json.dumps(begun))
    before = (tmp_path / "job" / LOG).read_bytes()
    with pytest.raises(ResultsError, match="was begun with versions"):
        open_folder(tmp_path / "job")
    assert (tmp_path / "job" / LOG).read_bytes() == before


def test_a_begun_folder_whose_description_is_damaged_is_told_in_a_line(tmp_path: Path) -> None:
    with open_folder(tmp_path / "job") as folder:
        folder.append(record(0))
    (tmp_path / "job" / JOB).write_text("{")
    with pytest.raises(ResultsError, match=r"job\.json"):
        open_folder(tmp_path / "job")


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ResultsError, match="cannot be written"):
        open_folder(tmp_path / "file" / "job")


def test_a_full_disk_loses_no_finished_seed(python: Callable, tmp_path: Path) -> None:
    pytest.importorskip("resource")
    script = """
import resource, signal, sys
from pathlib import Path
from nasbench_suite.errors import ResultsError
from nasbench_suite.jobs.folder import JobFolder, SeedRecord
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))
with JobFolder.open(Path("job"), {"config_id": "abc", "space": "nb201"}, {"seeds": 3}) as folder:
    try:
        for seed in range(100):
            folder.append(SeedRecord(seed, {"architecture": ["x" * 500]}, {}))
    except ResultsError as error:
        print(seed, error)
"""
    done = python("-c", script)
    assert "finished seeds are kept, start again to go on" in done.out, done.err
    with open_folder(tmp_path / "job") as folder:
        assert folder.seeds == set(range(int(done.out.split()[0]))) and folder.seeds
