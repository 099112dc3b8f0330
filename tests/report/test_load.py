from collections.abc import Callable
from pathlib import Path

import pytest

from nasbench_suite.errors import ResultsError
from nasbench_suite.report.load import load
from nasbench_suite.results import CONFIG, JOB, SCORES, TRAJECTORY


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="expected a results folder"):
        load([tmp_path / "lost"])


def test_a_folder_without_a_finished_job_is_told(results: Callable, searches, scores, tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="no finished job"):
        load([tmp_path])
    results("begun", searches, scores, finish=False)
    with pytest.raises(ResultsError, match="1 unfinished; start them again"):
        load([tmp_path])


@pytest.mark.parametrize("name", [CONFIG, JOB, SCORES, TRAJECTORY])
def test_a_damaged_file_is_told_with_its_folder(by_hand: Path, name: str) -> None:
    (by_hand / name).write_bytes(b"{\x00[")
    with pytest.raises(ResultsError, match=f"{by_hand}: cannot be read") as caught:
        load([by_hand])
    assert len(str(caught.value)) < 1000


def test_searches_are_the_rows_of_each_seed(by_hand: Path) -> None:
    (found,), _ = load([by_hand])
    assert [found.trajectory["architecture"][rows].tolist() for rows in found.searches] == [
        ["a", "c", "b"], ["c", "a"], ["a"],
    ]  # fmt: skip
