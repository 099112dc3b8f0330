"""A report's tables as headers and rows of plain text, for every format that shows them alike."""

from typing import NamedTuple

from nasbench_suite.report.budget_comparison import LEVEL, BudgetComparison
from nasbench_suite.report.model import ComparedGroup
from nasbench_suite.report.published import TOLERANCE, PublishedComparison, PublishedDifference
from nasbench_suite.report.words import accuracy, count, evaluations, searches, seconds


class PlainTable(NamedTuple):
    """A table of plain text, escaped by the writer.

    Attributes:
        header: of the columns.
        rows: each as long as the header.
    """

    header: list[str]
    rows: list[list[str]]


def results_table(group: ComparedGroup) -> PlainTable:
    """Returns a row per configuration: its accuracies, its searches and what they cost."""
    header = ["", *(f"{name} {split}" for name, split in group.columns), "searches", "evaluations", "seconds"]
    rows = [
        [
            each.label,
            *(accuracy(mean.mean, mean.std) for mean in means),
            searches(each.row),
            evaluations(each.row),
            seconds(each.row),
        ]
        for each, means in zip(group.configurations, group.accuracies, strict=True)
    ]
    return PlainTable(header, rows)


def published_table(group: ComparedGroup) -> PlainTable:
    """Returns the published numbers of each configuration, and below them how far ours are from these."""
    timed = any(comparison.seconds is not None for comparison in group.published)
    header = ["", *(f"{name} {split}" for name, split in group.columns), "searches", "evaluations"]
    rows = [row for comparison in group.published for row in _published_rows(comparison, group, timed)]
    return PlainTable([*header, *["seconds"] * timed], rows)


def _published_rows(comparison: PublishedComparison, group: ComparedGroup, timed: bool) -> list[list[str]]:
    found = {(each.scored_on, each.split): each for each in comparison.differences}
    columns = [found.get(column) for column in group.columns]
    theirs = [f"{comparison.label}: {comparison.source}"]
    theirs += [accuracy(each.mean, each.std) if each else "-" for each in columns]
    theirs += [str(comparison.seeds), count(comparison.evaluations, ",.1f")]
    apart = ["ours less theirs", *(_apart(each) if each else "-" for each in columns)]
    apart += ["", count(_less(comparison.evaluations_here, comparison.evaluations), "+,.1f")]
    if timed:
        theirs.append(count(comparison.seconds, ",.0f"))
        apart.append(count(_less(comparison.seconds_here, comparison.seconds), "+,.0f"))
    return [theirs, apart]


def agreement(comparison: PublishedComparison) -> str:
    """Says how many means agree with published ones."""
    ratios = [each.std_ratio for each in comparison.differences if each.std_ratio is not None]
    deviations = f"; deviations are {min(ratios):.2f} to {max(ratios):.2f} of theirs" if ratios else ""
    where = "; taken between the two evaluations nearest to the budget, as theirs" if comparison.interpolated else ""
    return (
        f"{comparison.label} here: {comparison.agreeing} of {len(comparison.differences)} means agree with "
        f"{comparison.source} within {TOLERANCE:g} standard errors{deviations}{where}"
    )


def budget_title(group: ComparedGroup, comparison: BudgetComparison) -> str:
    """Says what was compared at which budget."""
    kind = "test" if comparison.split == "test" else "validation"
    return f"At {comparison.budget:,g} {comparison.unit}: {kind} accuracy on {group.dataset}"


def means_table(comparison: BudgetComparison) -> PlainTable:
    """Returns a row per configuration: its mean at the budget, and over how many searches that is."""
    rows = [
        [each.label, f"{each.mean:.2f}", f"{each.low:.2f} to {each.high:.2f}", count(each.rank, ".2f"), str(each.seeds)]
        for each in comparison.means
    ]
    return PlainTable(["", "mean", "95% confidence", "mean rank", "searches"], rows)


def tests_table(comparison: BudgetComparison) -> PlainTable:
    """Returns a row per pair of configurations: their difference, and the test of it."""
    rows = [
        [
            pair.first,
            pair.second,
            f"{pair.difference:+.2f}",
            f"{pair.superiority:.2f}",
            pair.test,
            f"{pair.p:.3f}" if pair.p >= 0.001 else f"{pair.p:.0e}",
        ]
        for pair in comparison.pairs
    ]
    return PlainTable(["better", "worse", "difference", "superiority", "test", "p (Holm)"], rows)


def verdict(comparison: BudgetComparison) -> str:
    """Says what the tests support, and how many searches that rests on; empty where nothing was compared."""
    if not comparison.means:
        return ""
    seeds = sorted({each.seeds for each in comparison.means})
    rests = f"It rests on {seeds[0] if len(seeds) == 1 else f'{seeds[0]} to {seeds[-1]}'} searches per configuration."
    best = comparison.means[0].label
    if len(comparison.means) == 1:
        return f"There is nothing to compare {best} with. {rests}"
    if comparison.winner:
        return f"{best} is better than every other, at a family-wise level of {LEVEL:g}. {rests}"
    return (
        f"No winner: {best} has the highest mean, but the test does not tell it apart from "
        f"{', '.join(comparison.rivals)} at a family-wise level of {LEVEL:g}. {rests}"
    )


def _apart(one: PublishedDifference) -> str:
    errors = "" if one.errors is None else f" ({one.errors:+.1f})"
    return f"{one.difference:+.2f}{errors}"


def _less(ours: float | None, theirs: float | None) -> float | None:
    return None if ours is None or theirs is None else ours - theirs
