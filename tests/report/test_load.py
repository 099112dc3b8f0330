import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nasbench_suite.errors import ResultsError
from nasbench_suite.jobs import manifest
from nasbench_suite.jobs.commit import commit
from nasbench_suite.jobs.description import JOB
from nasbench_suite.jobs.folder import FAILURES, SCORES, TRAJECTORY
from nasbench_suite.jobs.manifest import MANIFEST
from nasbench_suite.report.load import load
from nasbench_suite.report.model import make_report


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="expected a results folder"):
        load([tmp_path / "lost"])


def test_a_folder_without_a_finished_job_is_refused(results: Callable, searches, scores, tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="no finished job"):
        load([tmp_path])
    results("begun", searches, scores, finish=False)
    with pytest.raises(ResultsError, match="1 unfinished; start them again"):
        load([tmp_path])


def test_searches_are_the_rows_of_each_seed(by_hand: Path) -> None:
    (found,) = load([by_hand]).results
    assert [found.trajectory["architecture"][rows].tolist() for rows in found.searches] == [
        ["a", "c", "b"], ["c", "a"], ["a"],
    ]  # fmt: skip


def test_folders_lie_at_any_depth(by_hand: Path, tmp_path: Path) -> None:
    deep = tmp_path / "results" / "of" / "mine" / "seeds-0-2"
    deep.parent.mkdir(parents=True)
    by_hand.rename(deep)
    assert load([tmp_path]).results[0].folders == (deep,)


def test_two_folders_with_different_seeds_equal_one(results: Callable, searches, scores, by_hand: Path) -> None:
    parts = [results(f"part{seed}", {seed: searches[seed]}, scores) for seed in (2, 0, 1)]
    assert make_report(parts).rows == make_report([by_hand]).rows


def test_a_seed_that_two_folders_have_counts_once(results: Callable, searches, scores, by_hand: Path) -> None:
    again = results("again", {1: searches[1], 2: searches[2]}, scores)
    assert make_report([by_hand, again]).rows == make_report([by_hand]).rows


def test_a_search_that_evaluated_nothing_counts_once_too(results: Callable, searches, scores) -> None:
    parts = [results(f"part{at}", {at: searches[at], 7: []}, scores) for at in range(2)]
    (found,) = load(parts).results
    assert (found.seeds, found.searches) == ((0, 1, 7), [slice(0, 3), slice(3, 5), slice(5, 5)])


def test_a_folder_named_twice_counts_once(by_hand: Path) -> None:
    assert make_report([by_hand, by_hand, by_hand.parent]).rows == make_report([by_hand]).rows


def test_seeds_of_a_one_shot_search_from_several_folders_are_joined_once(
    one_shot: Callable, record: Callable, scores
) -> None:
    searches = {seed: [record(1, seconds=seed), record(2)] for seed in range(3)}
    parts = [one_shot(f"part{seed}", {seed: searches[seed], 1: searches[1]}, scores) for seed in (2, 0)]
    (found,) = load(parts).results
    (whole,) = load([one_shot("whole", searches, scores)]).results
    assert found.epochs_by_seed == whole.epochs_by_seed == [slice(0, 2), slice(2, 4), slice(4, 6)]
    for name, column in whole.epochs.items():
        np.testing.assert_array_equal(found.epochs[name], column)


def test_why_searches_ended_early_is_read_from_every_folder(
    one_shot: Callable, record: Callable, scores, seal: Callable
) -> None:
    folders = [one_shot(f"part{seed}", {seed: [record(1)]}, scores) for seed in (0, 1, 2)]
    for seed in (0, 2):
        (folders[seed] / FAILURES).write_text(json.dumps({str(seed): f"reason {seed}"}))
        seal(folders[seed])
    (found,) = load(folders).results
    assert found.failures == {0: "reason 0", 2: "reason 2"}


@pytest.mark.parametrize("name", [JOB, SCORES, TRAJECTORY])
def test_what_the_manifest_does_not_know_is_left_out_and_named(
    results: Callable, searches, scores, by_hand: Path, name: str
) -> None:
    results("other", searches, scores, config_id="c1")
    content = bytearray((by_hand / name).read_bytes())
    content[len(content) // 2] ^= 1
    (by_hand / name).write_bytes(content)
    loaded = load([by_hand.parent])
    assert [found.description["config_id"] for found in loaded.results] == ["c1"]
    assert loaded.left_out == {by_hand: f"not what the job wrote (SHA-256): {name}"}


def test_a_damaged_manifest_leaves_its_folder_out(by_hand: Path) -> None:
    for content in ('{"files": 3}', '{"seeds": ["x"], "files": {}}', "[", "[" * 100_000, "null"):
        (by_hand / MANIFEST).write_text(content)
        with pytest.raises(ResultsError, match=r"manifest\.json: is damaged, so that what is finished"):
            load([by_hand])


def test_a_manifest_reads_no_file_of_another_folder(by_hand: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s")
    known = manifest.read(by_hand)
    assert known is not None
    manifest.write(by_hand, {**known.files, "../secret": manifest.checksum(b"s")}, known.seeds)
    with pytest.raises(ResultsError, match=r"not what the job wrote \(SHA-256\): ../secret"):
        load([by_hand])


def test_a_stranger_with_the_same_config_id_is_not_merged(results: Callable, searches, scores, by_hand: Path) -> None:
    other = results("other", searches, scores, table_hash="ff" * 32)
    loaded = load([by_hand, other])
    assert loaded.left_out == {other: f"has the config id of {by_hand}, and another table_hash"}
    assert len(loaded.results) == 1


@pytest.mark.parametrize("sealed", [True, False])
def test_results_from_before_0_1_are_named_and_left_out(
    results: Callable, searches, scores, by_hand: Path, rewrite: Callable, sealed: bool
) -> None:
    old = results("old", searches, scores, config_id="c1")
    rewrite(old, format="absent")
    if not sealed:
        (old / MANIFEST).unlink()
    loaded = load([by_hand, old])
    assert list(loaded.left_out) == [old] and loaded.unfinished == ()
    assert loaded.left_out[old].endswith(
        "those of format 1 are from before 0.1; run the command again to make them anew"
    )


def test_a_commit_that_a_kill_interrupted_is_read_whole_and_left_as_it_is(
    results: Callable, searches, scores, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = results("interrupted", {0: searches[0]}, scores)
    other = results("whole", {0: searches[0], 1: searches[1]}, scores)
    found = manifest.read(other)
    assert found is not None
    contents = {name: (other / name).read_bytes() for name in found.files}
    monkeypatch.setattr("nasbench_suite.jobs.commit.finish_commit", lambda folder: None)
    commit(folder, contents, [0, 1])
    before = {path: path.read_bytes() for path in folder.iterdir()}
    assert make_report([folder]).rows == make_report([other]).rows
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    manifest.staged(folder, TRAJECTORY).write_bytes(b"x")
    with pytest.raises(ResultsError, match=f"not what the job wrote.*{TRAJECTORY}"):
        load([folder])
