import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import Any, get_type_hints

import filelock
import pytest
from pyarrow import parquet

from nasbench_suite.errors import ResultsError
from nasbench_suite.jobs import manifest
from nasbench_suite.jobs.commit import commit
from nasbench_suite.jobs.description import JOB, read_description
from nasbench_suite.jobs.folder import CONFIG, EPOCHS, FAILURES, LOG, SCORES, TRAJECTORY, JobFolder, checkpoint_file
from nasbench_suite.jobs.manifest import MANIFEST
from nasbench_suite.jobs.seed_record import SeedRecord
from nasbench_suite.one_shot.record import EpochRecord

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


def open_folder(path: Path, **changes: Any) -> JobFolder:
    return JobFolder.open(path, {**DESCRIPTION, **changes}, {"seeds": 3})


def search(path: Path, *records: SeedRecord, **changes: Any) -> None:
    """Adds finished searches to a folder, without finishing it."""
    with open_folder(path, **changes) as folder:
        folder.begin()
        for one in records:
            folder.append(one)


def finish(path: Path, *seeds: int, **changes: Any) -> dict[str, bytes]:
    search(path, *map(record, seeds), **changes)
    with open_folder(path, **changes) as folder:
        folder.compact()
    return content(path)


def content(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in path.iterdir() if file.is_file() and file.name != ".lock"}


def test_finished_seeds_are_there_when_the_folder_is_opened_again(tmp_path: Path) -> None:
    search(tmp_path / "job", record(4), record(2))
    with open_folder(tmp_path / "job") as folder:
        assert folder.seeds == {2, 4} and not (tmp_path / "job" / MANIFEST).exists()


@pytest.mark.parametrize("cut", [1, 20, 90])
def test_a_last_line_that_a_kill_cut_off_is_dropped_and_the_others_stay(tmp_path: Path, cut: int) -> None:
    search(tmp_path / "job", record(0), record(1))
    log = tmp_path / "job" / LOG
    log.write_bytes(log.read_bytes()[:-cut])
    search(tmp_path / "job", record(2))
    with open_folder(tmp_path / "job") as folder:
        assert folder.seeds == {0, 2}


def test_a_damaged_line_costs_its_own_seed_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    search(tmp_path / "job", record(0), record(1), record(2))
    log = tmp_path / "job" / LOG
    log.write_bytes(log.read_bytes().replace(b"arch1", b"arch7"))
    with open_folder(tmp_path / "job") as folder:
        assert folder.seeds == {0, 2}
    assert f"{log}: damaged in line 4" in capsys.readouterr().err


def test_the_files_do_not_depend_on_the_order_of_finishing(tmp_path: Path) -> None:
    assert finish(tmp_path / "a", 0, 1, 2) == finish(tmp_path / "b", 2, 0, 1)


def test_seeds_that_are_added_later_give_the_files_of_all_at_once(tmp_path: Path) -> None:
    finish(tmp_path / "parts", 4, 1)
    assert finish(tmp_path / "parts", 0, 3, 2) == finish(tmp_path / "whole", 0, 1, 2, 3, 4)


def test_epochs_and_failures_of_added_seeds_join_the_earlier_ones(tmp_path: Path) -> None:
    def one_shot(seed: int) -> SeedRecord:
        fields = dict.fromkeys(get_type_hints(EpochRecord)) | {"epoch": 1, "architecture": "a", "edge_weights": [0.5]}
        return record(seed)._replace(epochs=[fields], failure=f"loss of {seed}")

    for name, parts in (("parts", [[2], [0, 1]]), ("whole", [[0, 1, 2]])):
        for seeds in parts:
            search(tmp_path / name, *map(one_shot, seeds))
            with open_folder(tmp_path / name) as folder:
                folder.compact()
    assert content(tmp_path / "parts") == content(tmp_path / "whole")
    epochs = parquet.read_table(tmp_path / "whole" / EPOCHS)
    assert epochs["seed"].to_pylist() == [0, 1, 2] and epochs["edge_weights"].to_pylist() == [[0.5]] * 3
    assert epochs.column_names == ["seed", *get_type_hints(EpochRecord)]
    failures = json.loads((tmp_path / "whole" / FAILURES).read_text())
    assert failures == {"0": "loss of 0", "1": "loss of 1", "2": "loss of 2"}


def test_the_columnar_files_hold_every_value(tmp_path: Path) -> None:
    finish(tmp_path / "job", 1, 0)
    trajectory = parquet.read_table(tmp_path / "job" / TRAJECTORY).to_pydict()
    assert trajectory["seed"] == [0, 0, 0, 1, 1, 1]
    assert trajectory["step"] == [0, 1, 2] * 2
    assert trajectory["trial"] == [None, 777, 888] * 2
    assert trajectory["architecture"] == ["arch0", "b", "c", "arch1", "b", "c"]
    assert trajectory["valid_accuracy"][2] == 1 / 3
    scores = parquet.read_table(tmp_path / "job" / SCORES).to_pydict()
    assert scores["architecture"] == ["arch0", "arch1"]
    assert scores["test_accuracy"] == [None, None]


def test_a_finished_folder_has_no_log_and_a_manifest_of_every_file(tmp_path: Path) -> None:
    files = finish(tmp_path / "job", 0)
    found = manifest.read(tmp_path / "job")
    assert found is not None and found.seeds == (0,)
    assert {*found.files, MANIFEST} == set(files) == {CONFIG, JOB, TRAJECTORY, SCORES, MANIFEST}


def test_searches_that_evaluated_nothing_are_finished(tmp_path: Path) -> None:
    search(tmp_path / "job", SeedRecord(0, record(0, length=0).columns, {}))
    with open_folder(tmp_path / "job") as folder:
        folder.compact()
    assert parquet.read_table(tmp_path / "job" / TRAJECTORY).num_rows == 0
    with open_folder(tmp_path / "job") as folder:
        assert folder.seeds == {0}
    finish(tmp_path / "job", 1)
    assert parquet.read_table(tmp_path / "job" / TRAJECTORY)["seed"].to_pylist() == [1, 1, 1]


def test_where_nothing_is_new_nothing_is_written(tmp_path: Path) -> None:
    before = finish(tmp_path / "job", 0)
    # the lock's own file aside, which most releases of filelock truncate
    files = [path for path in (tmp_path / "job").iterdir() if path.name != ".lock"]
    times = {path: path.stat().st_mtime_ns for path in files}
    with open_folder(tmp_path / "job") as folder:
        folder.compact()
    assert content(tmp_path / "job") == before
    assert {path: path.stat().st_mtime_ns for path in times} == times


def test_another_label_of_a_finished_job_shows(tmp_path: Path) -> None:
    finish(tmp_path / "job", 0, label=None)
    before = read_description(tmp_path / "job")
    with open_folder(tmp_path / "job", label="mine", clock="of a later version") as folder:
        folder.compact()
    assert read_description(tmp_path / "job") == {**before, "label": "mine"}
    assert not manifest.check(tmp_path / "job")


@pytest.mark.parametrize("name", [TRAJECTORY, SCORES, JOB, CONFIG, MANIFEST])
def test_a_flipped_bit_is_named_and_nothing_is_added_to_it(tmp_path: Path, name: str) -> None:
    finish(tmp_path / "job", 0)
    damaged = tmp_path / "job" / name
    damaged.write_bytes(damaged.read_bytes().replace(b"e", b"d", 1))
    assert manifest.check(tmp_path / "job") == [name]
    before = content(tmp_path / "job")
    with pytest.raises(ResultsError, match=name):
        finish(tmp_path / "job", 1)
    assert {key: value for key, value in content(tmp_path / "job").items() if key != LOG} == before


def test_a_missing_file_and_a_link_in_its_place_are_named(tmp_path: Path) -> None:
    finish(tmp_path / "job", 0)
    (tmp_path / "job" / SCORES).rename(tmp_path / "elsewhere")
    assert manifest.check(tmp_path / "job") == [SCORES]
    (tmp_path / "job" / SCORES).symlink_to(tmp_path / "elsewhere")
    assert manifest.check(tmp_path / "job") == [SCORES]


def test_a_folder_that_another_process_holds_is_waited_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    finish(tmp_path / "job", 0)
    lock = filelock.FileLock(tmp_path / "job" / ".lock", thread_local=False)
    lock.acquire()
    opened = Event()

    def wait() -> None:
        with open_folder(tmp_path / "job"):
            opened.set()

    thread = Thread(target=wait)
    thread.start()
    assert not opened.wait(0.3)
    lock.release()
    thread.join()
    assert opened.is_set() and "another process works there; waiting for it" in capsys.readouterr().err


def test_more_seeds_by_another_version_are_refused_and_what_is_finished_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "job"
    search(path, record(0))
    job = json.loads((path / JOB).read_text())
    job["versions"]["nasbench-suite"] = "0.0.1"
    (path / JOB).write_text(json.dumps(job))
    before = content(path)
    with pytest.raises(ResultsError, match=r"was begun with versions .*'0\.0\.1'.* go on with those"):
        search(path, record(1))
    assert content(path) == before


@pytest.mark.parametrize("text", ["{", "[" * 100_000])
def test_a_begun_folder_whose_description_is_damaged_is_named_in_a_line(tmp_path: Path, text: str) -> None:
    search(tmp_path / "job", record(0))
    (tmp_path / "job" / JOB).write_text(text)
    with pytest.raises(ResultsError, match=r"job\.json: is damaged"):
        open_folder(tmp_path / "job")


def test_a_folder_of_the_older_format_is_refused_in_a_line_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "job").mkdir()
    (tmp_path / "job" / JOB).write_text(json.dumps({"config_id": "abc", "seed_policy": "mean", "objective": "x"}))
    with pytest.raises(ResultsError, match="expected results of format 2, got format 1"):
        open_folder(tmp_path / "job")


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ResultsError, match="cannot be written"):
        open_folder(tmp_path / "file" / "job")


@pytest.mark.parametrize("name", [LOG, ".lock", f".{TRAJECTORY}.next"])
def test_planted_links_are_not_followed(tmp_path: Path, name: str) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (tmp_path / "job").mkdir()
    (tmp_path / "job" / name).symlink_to(victim)
    with contextlib.suppress(ResultsError):
        finish(tmp_path / "job", 0)
    assert victim.read_text() == "precious"


class Killed(BaseException):
    """The end of the process, as far as the files are concerned."""


def test_a_kill_at_any_moment_of_adding_seeds_loses_and_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = finish(tmp_path / "whole", 0, 1, 2, 3)
    moments = 0
    for moment in range(1000):
        path = tmp_path / str(moment)
        finish(path, 0, 1)
        search(path, record(2), record(3))
        count = 0

        def counted(original: Callable[..., Any], moment: int = moment) -> Callable[..., Any]:
            def step(*arguments: Any, **options: Any) -> Any:
                nonlocal count
                count += 1
                if count > moment:
                    raise Killed
                return original(*arguments, **options)

            return step

        with monkeypatch.context() as patched:
            for name in ("replace", "unlink"):
                patched.setattr(Path, name, counted(getattr(Path, name)))
            try:
                with open_folder(path) as folder:
                    folder.compact()
            except Killed:
                moments += 1
            else:
                break
        with open_folder(path) as folder:
            assert folder.seeds == {0, 1, 2, 3}
            folder.compact()
        assert {name: text for name, text in content(path).items() if not name.endswith(".tmp")} == whole
    assert moments > 10


def test_a_commit_that_never_came_to_count_is_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = finish(tmp_path / "job", 0)
    with monkeypatch.context() as patched:
        patched.setattr(manifest, "write", lambda *arguments: (_ for _ in ()).throw(Killed))
        with pytest.raises(Killed):
            commit(tmp_path / "job", {TRAJECTORY: b"other"}, [0, 1])
    assert content(tmp_path / "job") != before
    with open_folder(tmp_path / "job") as folder:
        assert folder.seeds == {0}
    assert content(tmp_path / "job") == before


def test_the_checkpoint_of_an_unfinished_search_outlives_others_that_finish(tmp_path: Path) -> None:
    for seed in (0, 1):
        path = checkpoint_file(tmp_path / "job", seed)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    finish(tmp_path / "job", 0)
    assert [path.name for path in (tmp_path / "job" / "checkpoints").iterdir()] == ["seed-1.pt"]
    finish(tmp_path / "job", 1)
    assert not (tmp_path / "job" / "checkpoints").exists()


def test_a_full_disk_loses_no_finished_seed(python: Callable, tmp_path: Path) -> None:
    pytest.importorskip("resource")
    script = """
import resource, signal, sys
from pathlib import Path
from nasbench_suite.errors import ResultsError
from nasbench_suite.jobs.folder import JobFolder
from nasbench_suite.jobs.seed_record import SeedRecord
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))
with JobFolder.open(Path("job"), {"config_id": "abc", "space": "nb201"}, {"seeds": 3}) as folder:
    folder.begin()
    try:
        for seed in range(100):
            folder.append(SeedRecord(seed, {"architecture": ["x" * 500]}, {}))
    except ResultsError as error:
        print(seed, error)
"""
    done = python("-c", script)
    assert "the disk is full" in done.out and "finished seeds are kept, start again to go on" in done.out, done.err
    with open_folder(tmp_path / "job") as folder:
        assert folder.seeds == set(range(int(done.out.split()[0]))) and folder.seeds
