import json
from collections.abc import Callable
from pathlib import Path

from nasbench_suite.report.summary import summarise
from nasbench_suite.report.text import one_job, relative, to_json, to_markdown

KEYS = [
    "space", "algorithm", "protocol", "label", "config_id", "dataset", "scored_on", "seeds", "workers", "trial",
    "valid_mean", "valid_std", "test_mean", "test_std", "evaluations_mean", "seconds_mean", "table_hash",
]  # fmt: skip


def test_json_is_a_list_of_objects_with_the_promised_keys(by_hand: Path) -> None:
    found = json.loads(to_json(summarise([by_hand])))
    assert [list(row) for row in found] == [KEYS, KEYS]
    assert [row["scored_on"] for row in found] == ["cifar10", "cifar100"]
    assert found[0]["valid_mean"] == 92.0 and found[0]["dataset"] == "cifar10"


def test_markdown_has_a_row_a_configuration_and_where_it_came_from(by_hand: Path) -> None:
    text = to_markdown(summarise([by_hand]), "curves.png")
    (row,) = [line for line in text.splitlines() if line.startswith("| rea")]
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells == ["rea", "92.00±2.00", "82.00±2.65", "72.00±2.65", "62.00±1.73", "3", "2.0", "27"]
    for part in ("epoch 12 of 12", "trial policy mean", "abababababab", "100 seconds", "kept", "(curves.png)"):
        assert part in text


def test_notes_are_at_the_end_of_both_texts(results: Callable, searches, scores) -> None:
    partly = {**scores, "b": {"cifar10": (92.0, None), "cifar100": (71.0, 63.0)}}
    summary = summarise([results("job", searches, partly)])
    (note,) = summary.notes
    assert to_markdown(summary).rstrip().endswith(f"- {note}")
    assert one_job(summary).endswith(f"note: {note}")
    assert " - " in to_markdown(summary)


def test_stored_means_that_answered_for_trials_are_counted(results: Callable, searches, scores) -> None:
    summary = summarise([results("job", searches, scores, trial="random_or_mean")])
    assert "6 of 6 answers were means that the source stored without trials" in to_markdown(summary)
    trials = summarise([results("trials", searches, scores, trial="random_or_mean", answered=777)])
    assert "0 of 6 answers were means" in to_markdown(trials)


def test_a_path_is_written_as_its_reader_needs_it(tmp_path: Path) -> None:
    assert relative(tmp_path / "a" / "b.png", tmp_path) == "a/b.png"
    assert relative(tmp_path / "b.png", tmp_path / "a") == str(tmp_path / "b.png")


def test_a_job_that_ends_says_whose_seconds_it_took(
    results: Callable, one_shot: Callable, record: Callable, searches, scores, by_hand: Path
) -> None:
    assert "3 searches of 2.0 evaluations and 27 simulated s each" in one_job(summarise([by_hand]))
    training = results("training", searches, scores, clock="machine")
    assert "3 searches of 2.0 evaluations and 27 s of this machine each" in one_job(summarise([training]))
    supernet = one_shot("supernet", {0: [record(1), record(2)], 1: [record(1), record(2)]}, scores)
    assert "2 searches of 2 epochs and 20 s of this machine each" in one_job(summarise([supernet]))


def test_a_collapsed_cell_is_warned_of_when_the_job_ends_and_in_the_report(
    one_shot: Callable, record: Callable, scores
) -> None:
    summary = summarise([one_shot("supernet", {0: [record(1, "b", convolutions=0)]}, scores)])
    warning = "1 of 1 searches of darts1 ended in a cell without any weights (collapsed): b (seed 0)"
    assert f"  note: {warning}" in one_job(summary)
    assert f"- {warning}" in to_markdown(summary)
    assert summary.rows[0].collapsed == 1


def test_a_one_shot_row_counts_epochs_and_says_where_it_came_from(
    one_shot: Callable, record: Callable, by_hand: Path, scores
) -> None:
    folder = one_shot("supernet", {0: [record(1, "a"), record(2, "c")]}, scores)
    text = to_markdown(summarise([by_hand, folder]), "curves.png", one_shot="one_shot.png")
    rows = {line.split("|")[1].strip(): line for line in text.splitlines() if line.startswith("| ")}
    assert [cell.strip() for cell in rows["darts1"].split("|")[-4:-1]] == ["1", "2 epochs", "20"]
    assert [cell.strip() for cell in rows["rea"].split("|")[-4:-1]] == ["3", "2.0", "27"]
    assert "darts1: 2 epochs of a supernet, the cells that it derives scored by table t (abababababab)" in text
    assert "for one-shot they are those of the machine that searched" in text
    assert text.index("(curves.png)") < text.index("(one_shot.png)")
    darts = [row for row in json.loads(to_json(summarise([by_hand, folder]))) if row["algorithm"] == "darts1"]
    assert [list(row) for row in darts] == [KEYS, KEYS]
    assert [row["evaluations_mean"] for row in darts] == [2.0, 2.0]


def test_a_cell_that_the_judge_cannot_score_has_no_figure(one_shot: Callable, record: Callable) -> None:
    summary = summarise([one_shot("supernet", {0: [record(1, "unheard of")]}, {})])
    (row,) = summary.rows
    assert (row.scored_on, row.valid_mean, row.test_mean, row.seeds) == ("cifar10", None, None, 1)
    assert "the cells that it derives not scored" in to_markdown(summary)
