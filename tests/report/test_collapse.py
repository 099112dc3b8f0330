from collections.abc import Callable

from nasbench_suite.report.load import load
from nasbench_suite.report.one_shot import collapse_notes, collapsed


def test_only_the_final_cell_counts_as_collapsed(one_shot: Callable, record: Callable, scores) -> None:
    searches = {
        0: [record(1), record(2, "b", convolutions=0)],
        1: [record(1, convolutions=0), record(2)],
        4: [record(1, convolutions=0), record(2, "b", convolutions=0)],
    }
    (found,), _ = load([one_shot("job", searches, scores)])
    assert collapsed(found) == {0: "b", 4: "b"}
    assert collapse_notes(found, "mine") == [
        "2 of 3 searches of mine ended in a cell without any weights (collapsed): b (seeds 0, 4)"
    ]


def test_nothing_is_warned_of_where_nothing_collapsed(one_shot: Callable, record: Callable, scores, by_hand) -> None:
    for folder in (one_shot("job", {0: [record(1)]}, scores), by_hand):
        (found,), _ = load([folder])
        assert collapsed(found) == {} and collapse_notes(found, "mine") == []


def test_many_different_cells_are_counted_and_not_all_named(one_shot: Callable, record: Callable, scores) -> None:
    searches = {seed: [record(1, f"cell {seed}", convolutions=0)] for seed in range(6)}
    (note,) = collapse_notes(load([one_shot("job", searches, scores)])[0][0], "enas")
    assert note.endswith("cell 0 (seed 0), cell 1 (seed 1), cell 2 (seed 2), and 3 other cells")
