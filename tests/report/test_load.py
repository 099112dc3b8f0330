import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nasbench_suite.errors import ResultsError
from nasbench_suite.jobs.description import JOB
from nasbench_suite.jobs.folder import CONFIG, EPOCHS, FAILURES, SCORES, TRAJECTORY
from nasbench_suite.report.load import load


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
    with pytest.raises(ResultsError, match=f"{by_hand}.*(cannot be read|is damaged)") as caught:
        load([by_hand])
    assert len(str(caught.value)) < 1000


def test_searches_are_the_rows_of_each_seed(by_hand: Path) -> None:
    (found,), _ = load([by_hand])
    assert [found.trajectory["architecture"][rows].tolist() for rows in found.searches] == [
        ["a", "c", "b"], ["c", "a"], ["a"],
    ]  # fmt: skip


def test_the_epochs_of_a_one_shot_search_are_columns(one_shot: Callable, record: Callable, scores) -> None:
    weights = (0.5, 0.25, 0.25, 0.1, 0.2, 0.7)
    searches = {0: [record(1), record(2, "b", edge_weights=weights)]}
    (found,), _ = load([one_shot("job", searches, scores)])
    assert (found.clock, found.epochs["architecture"].tolist()) == ("machine", ["a", "b"])
    assert np.isnan(found.epochs["edge_weights"][0]).all()
    assert found.epochs["edge_weights"][1].tolist() == [[0.5, 0.25, 0.25], [0.1, 0.2, 0.7]]  # by edge
    assert np.isnan(found.epochs["entropy"]).all()


def test_results_that_do_not_say_so_are_simulated_and_of_no_supernet(by_hand: Path) -> None:
    (found,), _ = load([by_hand])
    assert (found.clock, found.epochs, found.epochs_by_seed) == ("simulated", None, [])


def test_seeds_of_a_one_shot_search_from_several_folders_are_joined_once(
    one_shot: Callable, record: Callable, scores
) -> None:
    searches = {seed: [record(1, seconds=seed), record(2)] for seed in range(3)}
    parts = [one_shot(f"part{seed}", {seed: searches[seed], 1: searches[1]}, scores) for seed in (2, 0)]
    (found,), _ = load(parts)
    (whole,), _ = load([one_shot("whole", searches, scores)])
    assert found.epochs_by_seed == whole.epochs_by_seed == [slice(0, 2), slice(2, 4), slice(4, None)]
    for name, column in whole.epochs.items():
        np.testing.assert_array_equal(found.epochs[name], column)


def test_a_one_shot_search_without_its_epochs_is_told(one_shot: Callable, record: Callable, scores) -> None:
    folder = one_shot("job", {0: [record(1)]}, scores)
    (folder / EPOCHS).unlink()
    with pytest.raises(ResultsError, match="cannot be read"):
        load([folder])


def test_why_searches_ended_early_is_read_from_every_folder(one_shot: Callable, record: Callable, scores) -> None:
    folders = [one_shot(f"part{seed}", {seed: [record(1)]}, scores) for seed in (0, 1, 2)]
    for seed in (0, 2):
        (folders[seed] / FAILURES).write_text(json.dumps({str(seed): f"reason {seed}"}))
    (found,), _ = load(folders)
    assert found.failures == {0: "reason 0", 2: "reason 2"}
