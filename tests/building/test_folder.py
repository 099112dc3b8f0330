from pathlib import Path

import pytest

from nasbench_suite.building.folder import SHARD_RESULTS, BuildFolder
from nasbench_suite.errors import ResultsError
from nasbench_suite.journal import Journal
from nasbench_suite.planned_folder import LOG
from nasbench_suite.training.task import TaskResult, TrainingTask, TrialRecord

PLAN = {"trials": [0], "versions": {"torch": "1"}}


def result(number: int) -> TaskResult:
    epochs = ((12.5, 1.0, None, float(number), None, None, 0.25, None, None),)
    return TaskResult(
        TrainingTask(f"cell {number}", "digits", 1),
        (TrialRecord(0, None, 1, 0.5, epochs), TrialRecord(1, "why", 5, 2.0, ())),
    )


def test_what_was_noted_is_there_again(tmp_path: Path) -> None:
    noted = [result(number) for number in range(SHARD_RESULTS + 3)]
    with BuildFolder.open(tmp_path, PLAN) as folder:
        for one in noted:
            folder.append(one)
    with BuildFolder.open(tmp_path, PLAN) as folder:
        assert list(folder.results.values()) == noted
    assert [path.name for path in tmp_path.glob("*.shard")] == ["0000.shard"]


@pytest.mark.parametrize("cut", [1, 5, 60])
def test_a_line_that_a_kill_cut_off_is_dropped_and_the_next_one_is_whole(tmp_path: Path, cut: int) -> None:
    with BuildFolder.open(tmp_path, PLAN) as folder:
        folder.append(result(1))
        folder.append(result(2))
    log = tmp_path / LOG
    log.write_bytes(log.read_bytes()[:-cut])
    with BuildFolder.open(tmp_path, PLAN) as folder:
        assert list(folder.results.values()) == [result(1)]
        folder.append(result(3))
    with BuildFolder.open(tmp_path, PLAN) as folder:
        assert list(folder.results.values()) == [result(1), result(3)]


def test_a_kill_between_a_shard_and_the_end_of_its_log_repeats_nothing(tmp_path: Path) -> None:
    with BuildFolder.open(tmp_path, PLAN) as folder:
        for number in range(SHARD_RESULTS - 1):
            folder.append(result(number))
        log = (tmp_path / LOG).read_bytes()
        folder.append(result(SHARD_RESULTS))
    (tmp_path / LOG).write_bytes(log)
    with BuildFolder.open(tmp_path, PLAN) as folder:
        assert len(folder.results) == SHARD_RESULTS
        for number in range(1000, 1000 + SHARD_RESULTS):
            folder.append(result(number))
    with BuildFolder.open(tmp_path, PLAN) as folder:
        assert len(folder.results) == 2 * SHARD_RESULTS


def test_a_damaged_shard_is_named_and_costs_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with BuildFolder.open(tmp_path, PLAN) as folder:
        for number in range(SHARD_RESULTS):
            folder.append(result(number))
    shard = tmp_path / "0000.shard"
    shard.write_bytes(shard.read_bytes()[:100])
    with BuildFolder.open(tmp_path, PLAN) as folder:
        assert not folder.results
        folder.append(result(1))
    assert f"{shard}: damaged in line 1" in capsys.readouterr().err
    with BuildFolder.open(tmp_path, PLAN) as folder:
        assert list(folder.results.values()) == [result(1)] and shard.exists()


def test_a_damaged_line_is_named_and_costs_its_own_result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with BuildFolder.open(tmp_path, PLAN) as folder:
        for number in range(3):
            folder.append(result(number))
    log = tmp_path / LOG
    log.write_bytes(log.read_bytes().replace(b"cell 1", b"cell 7"))
    with BuildFolder.open(tmp_path, PLAN) as folder:
        assert list(folder.results.values()) == [result(0), result(2)]
    assert f"{log}: damaged in line 4" in capsys.readouterr().err


def test_a_log_of_something_else_is_refused_in_a_line(tmp_path: Path) -> None:
    with Journal(tmp_path / LOG) as log:
        log.append({"seed": 1})
    with pytest.raises(ResultsError, match=r"finished\.log: expected finished trainings"):
        BuildFolder.open(tmp_path, PLAN)
