from collections.abc import Callable

from nasbench_suite.report.collapse import collapse_notes, collapsed
from nasbench_suite.report.load import load


def test_only_the_final_cell_counts_as_collapsed(one_shot: Callable, record: Callable, scores) -> None:
    searches = {
        0: [record(1), record(2, "b", parametric_edges=0)],
        1: [record(1, parametric_edges=0), record(2)],
        4: [record(1, parametric_edges=0), record(2, "b", parametric_edges=0)],
    }
    (found,) = load([one_shot("job", searches, scores)]).results
    assert collapsed(found) == {0: "b", 4: "b"}
    assert collapse_notes(found, "mine") == [
        "2 of 3 searches of mine ended in an architecture without any parameters (collapsed): b (seeds 0, 4)"
    ]


def test_nothing_is_warned_of_where_nothing_collapsed(one_shot: Callable, record: Callable, scores, by_hand) -> None:
    for folder in (one_shot("supernet", {0: [record(1)]}, scores), by_hand):
        (found,) = load([folder]).results
        assert collapsed(found) == {} and collapse_notes(found, "mine") == []


def test_many_different_cells_are_counted_and_not_all_named(one_shot: Callable, record: Callable, scores) -> None:
    searches = {seed: [record(1, f"cell {seed}", parametric_edges=0)] for seed in range(6)}
    (note,) = collapse_notes(load([one_shot("job", searches, scores)]).results[0], "enas")
    assert note.endswith("cell 0 (seed 0), cell 1 (seed 1), cell 2 (seed 2), and 3 other architectures")
