import json
from collections.abc import Callable
from pathlib import Path

from nasbench_suite.report.summary import summarise
from nasbench_suite.report.text import one_job, relative, to_json, to_markdown

KEYS = [
    "space", "algorithm", "protocol", "label", "config_id", "dataset", "scored_on", "seeds", "workers", "seed_policy",
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
    for part in ("epoch 12 of 12", "seed policy mean", "abababababab", "100 seconds", "kept", "(curves.png)"):
        assert part in text


def test_notes_are_at_the_end_of_both_texts(results: Callable, searches, scores) -> None:
    partly = {**scores, "b": {"cifar10": (92.0, None), "cifar100": (71.0, 63.0)}}
    summary = summarise([results("job", searches, partly)])
    (note,) = summary.notes
    assert to_markdown(summary).rstrip().endswith(f"- {note}")
    assert one_job(summary).endswith(f"note: {note}")
    assert " - " in to_markdown(summary)


def test_stored_means_that_answered_for_trials_are_counted(results: Callable, searches, scores) -> None:
    summary = summarise([results("job", searches, scores, seed_policy="random_or_mean")])
    assert "6 of 6 answers were means that the source stored without trials" in to_markdown(summary)
    trials = summarise([results("trials", searches, scores, seed_policy="random_or_mean", trial=777)])
    assert "0 of 6 answers were means" in to_markdown(trials)


def test_a_path_is_written_as_its_reader_needs_it(tmp_path: Path) -> None:
    assert relative(tmp_path / "a" / "b.png", tmp_path) == "a/b.png"
    assert relative(tmp_path / "b.png", tmp_path / "a") == str(tmp_path / "b.png")
