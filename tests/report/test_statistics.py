from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from nasbench_suite.errors import ConfigError
from nasbench_suite.report.budget_comparison import BudgetComparison
from nasbench_suite.report.load import load
from nasbench_suite.report.results import Results
from nasbench_suite.report.statistics import compare_at, compare_ends, holm, incumbent_scores
from nasbench_suite.report.writers.tables import verdict


@pytest.fixture
def make(results: Callable[..., Path]) -> Callable[..., Results]:
    """Writes a configuration whose searches end with the given test scores, found at 10 s after a worse one at 1 s."""

    def write(name: str, ends: Sequence[float], first: int = 0, **description: Any) -> Results:
        scores = {"start": {"cifar10": (50.0, 40.0)}}
        searches = {}
        for number, end in enumerate(ends):
            scores[f"cell {number}"] = {"cifar10": (end, end)}
            rows = [("start", 1.0, 1.0, True), (f"cell {number}", 2.0, 10.0, True), ("start", 0.0, 20.0, False)]
            searches[first + number] = rows
        folder = results(name, searches, scores, config_id=name, **description)
        return load([folder]).results[0]

    return write


def compete(*group: Results, at: float = 50.0) -> BudgetComparison:
    return compare_at(group, [results.description["config_id"] for results in group], at)


GOOD = [91.0, 92.0, 93.5, 91.2, 92.7, 93.3, 92.1, 91.6]
BAD = [88.0, 89.5, 90.1, 88.8, 89.9, 87.7, 90.4, 88.2]


def test_a_winner_is_crowned_where_every_test_supports_it(make: Callable) -> None:
    found = compete(make("bad", BAD), make("good", GOOD))
    assert found.winner == "good"
    (pair,) = found.pairs
    assert (pair.first, pair.second, pair.test) == ("good", "bad", "Wilcoxon signed-rank")
    assert pair.p == pytest.approx(stats.wilcoxon(GOOD, BAD).pvalue) and pair.superiority == 1.0
    assert [standing.rank for standing in found.means] == [1.0, 2.0]
    assert "good is better than every other" in verdict(found)


def test_a_higher_mean_alone_wins_nothing(make: Callable) -> None:
    close = [value + (0.1 if place % 2 else -0.08) for place, value in enumerate(GOOD)]
    found = compete(make("good", GOOD), make("close", close), make("bad", BAD))
    assert found.means[0].label == "close"
    assert (found.winner, found.rivals) == (None, ("good",))
    text = verdict(found)
    assert "No winner: close has the highest mean, but the test does not tell it apart from good" in text
    assert "8 searches per configuration" in text


def test_too_few_seeds_support_no_winner_however_far_apart(make: Callable) -> None:
    assert compete(make("good", GOOD[:4]), make("bad", BAD[:4])).winner is None


def test_equal_results_are_not_separates(make: Callable) -> None:
    found = compete(make("one", GOOD), make("other", GOOD))
    assert (found.winner, found.pairs[0].p, found.pairs[0].superiority) == (None, 1.0, 0.5)


def test_a_test_that_favours_the_lower_mean_crowns_nobody(make: Callable) -> None:
    steady = [90.0 + place / 100 for place in range(12)]
    erratic = [value - 0.5 for value in steady[:-1]] + [99.0]
    found = compete(make("steady", steady), make("erratic", erratic))
    assert found.means[0].label == "erratic" and found.pairs[0].p < 0.05
    assert not found.pairs[0].separates and found.winner is None


def test_other_seeds_are_compared_without_pairing(make: Callable) -> None:
    found = compete(make("good", GOOD), make("bad", BAD, first=100))
    (pair,) = found.pairs
    assert pair.test == "Mann-Whitney U"
    assert pair.p == pytest.approx(stats.mannwhitneyu(GOOD, BAD).pvalue)
    assert [standing.rank for standing in found.means] == [None, None]


def test_a_tables_and_a_supernets_search_of_one_seed_share_no_random_stream_and_are_no_pair(
    make: Callable, one_shot: Callable, record: Callable
) -> None:
    scores = {f"cell {at}": {"cifar10": (end, end)} for at, end in enumerate(GOOD)}
    supernets = [
        one_shot(name, {at: [record(1, cell)] for at, cell in enumerate(scores)}, scores, config_id=name)
        for name in ("one", "other")
    ]
    one, other = (load([folder]).results[0] for folder in supernets)
    found = compete(one, other, make("table", BAD))
    assert {frozenset((pair.first, pair.second)): pair.test for pair in found.pairs} == {
        frozenset(("one", "other")): "Wilcoxon signed-rank",
        frozenset(("one", "table")): "Mann-Whitney U",
        frozenset(("other", "table")): "Mann-Whitney U",
    }
    assert found.unit == "seconds (simulated for table searches, of this machine for one-shot)"


def test_only_what_was_found_by_the_budget_counts(make: Callable) -> None:
    good = make("good", GOOD)
    assert set(incumbent_scores(good, "cifar10", "test", 9.99).values()) == {40.0}
    assert list(incumbent_scores(good, "cifar10", "test", 10.0).values()) == GOOD
    assert incumbent_scores(good, "cifar10", "test", 0.5) == {}
    assert list(incumbent_scores(good, "cifar10", "test", 2, "evaluations").values()) == GOOD


def test_what_has_no_score_by_then_is_left_out_and_said_so(make: Callable, results: Callable) -> None:
    late = {0: [("a", 1.0, 30.0, True)], 1: [("a", 1.0, 3.0, True)]}
    folder = results("late", late, {"a": {"cifar10": (90.0, 90.0)}}, config_id="late")
    found = compete(make("good", GOOD[:2]), load([folder]).results[0], at=15.0)
    assert [standing.label for standing in found.means] == ["good"]
    assert found.notes == ("late is left out: 1 of 2 searches have no score by then",)
    assert "nothing to compare good with" in verdict(found)


def test_a_search_that_was_limited_to_less_is_left_out(make: Callable) -> None:
    found = compete(make("good", GOOD), at=101.0)
    assert found.means == () and "limited to 100" in found.notes[0]


def test_confidence_limits_are_those_of_a_bootstrap_of_the_mean(make: Callable) -> None:
    found = compete(make("good", GOOD))
    (standing,) = found.means
    half = 1.96 * np.std(GOOD) / np.sqrt(len(GOOD))
    assert standing.low == pytest.approx(standing.mean - half, abs=0.15)
    assert standing.high == pytest.approx(standing.mean + half, abs=0.15)
    assert compete(make("good", GOOD)) == found


def test_one_seed_has_no_interval(make: Callable) -> None:
    (standing,) = compete(make("lone", [90.0])).means
    assert standing.low == standing.mean == standing.high == 90.0


def test_holms_correction_of_a_worked_example() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


@given(st.lists(st.floats(0, 1), max_size=12))
def test_holm_never_lowers_a_p_value_and_keeps_their_order(ps: list[float]) -> None:
    adjusted = holm(ps)
    assert all(p <= q <= 1 for p, q in zip(ps, adjusted, strict=True))
    order = np.argsort(ps, kind="stable")
    assert list(np.array(adjusted)[order]) == sorted(adjusted)


def test_the_command_tests_at_each_budget(results: Callable, searches, scores, cli: Callable) -> None:
    folder = results("job", searches, scores)
    text = cli("report", folder, "--at", "30", "40").out
    assert "### At 30 simulated seconds: test accuracy on cifar10" in text and "### At 40 " in text
    for arguments in (("--at", "0"), ("--at", "30", "--format", "json")):
        answer = cli("report", folder, *arguments)
        assert (answer.code, answer.err.count("\n")) == (2, 1) and "--at" in answer.err


def test_a_budget_that_is_no_number_is_refused(results: Callable, searches, scores) -> None:
    from nasbench_suite.commands.report import write

    with pytest.raises(ConfigError, match="above 0"):
        write([results("job", searches, scores)], at=[float("nan")])


def ends(*group: Results) -> Any:
    return compare_ends(group, [results.description["config_id"] for results in group], ("cifar10", "test"))


def test_the_highest_mean_is_tested_against_each_other_one_at_the_end(make: Callable) -> None:
    close = [value + (0.1 if place % 2 else -0.08) for place, value in enumerate(GOOD)]
    found = ends(make("good", GOOD), make("close", close), make("bad", BAD))
    assert found.best == "close" and found.alike == ("good",) and found.ties == ()
    assert [pair.second for pair in found.pairs] == ["good", "bad"]
    # over all three pairs of the column
    assert found.pairs[1].p == pytest.approx(3 * stats.wilcoxon(close, BAD).pvalue)


def test_equal_means_tie_and_a_single_search_is_not_tested(make: Callable) -> None:
    found = ends(make("one", GOOD), make("other", GOOD), make("alone", BAD[:1]))
    assert (found.best, found.ties, found.untested) == ("one", ("other",), ("alone",))


def test_ends_without_a_score_are_no_rivals(make: Callable, results: Callable) -> None:
    lacking = results("lacking", {0: [("a", 1.0, 1.0, True)]}, {"a": {"cifar10": (90.0, None)}}, config_id="lacking")
    assert ends(make("good", GOOD), load([lacking]).results[0]) is None


def test_holm_can_correct_for_more_tests_than_were_made() -> None:
    assert holm([0.01, 0.5], family=10) == [0.1, 1.0]


def test_every_pair_of_few_configurations_is_tested_at_the_end_and_all_are_corrected_together(make: Callable) -> None:
    values = np.arange(10.0)
    found = ends(make("one", list(values + 80)), make("two", list(values + 70)), make("three", list(values + 60)))
    assert [(pair.first, pair.second) for pair in found.others] == [("two", "three")]
    alone = stats.wilcoxon(np.full(10, 10.0)).pvalue
    assert [pair.p for pair in (*found.pairs, *found.others)] == pytest.approx([3 * alone] * 3)
