"""A report's tables as headers and rows of plain text, for every format that shows them alike."""

from collections.abc import Sequence
from typing import NamedTuple

from nasbench_suite.report.budget_comparison import LEVEL, BudgetComparison, PairwiseTest
from nasbench_suite.report.final_comparison import FinalComparison
from nasbench_suite.report.front_comparison import FrontComparison
from nasbench_suite.report.fronts import FoundFront
from nasbench_suite.report.model import ComparedGroup
from nasbench_suite.report.published import TOLERANCE, PublishedComparison, PublishedDifference
from nasbench_suite.report.tradeoff import axis_name
from nasbench_suite.report.words import accuracy, count, evaluations, number_of_searches, searches, seconds


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
    """Returns a row per configuration and published row: how far our means are from theirs, where both are known."""
    known = {(each.scored_on, each.split) for comparison in group.published for each in comparison.differences}
    columns = [column for column in group.columns if column in known]
    rows = []
    for comparison in group.published:
        found = {(each.scored_on, each.split): each for each in comparison.differences}
        shown = [_apart(found[column]) if column in found else "-" for column in columns]
        rows.append([comparison.label, *shown, f"{comparison.agreeing} of {len(found)}"])
    return PlainTable(["ours less theirs", *(f"{name} {split}" for name, split in columns), "agree"], rows)


def agreement(comparison: PublishedComparison) -> str:
    """Says whose the numbers are, how many means agree with them, what both sides spent, and why they may differ."""
    ratios = [each.std_ratio for each in comparison.differences if each.std_ratio is not None]
    deviations = f"; deviations are {min(ratios):.2f} to {max(ratios):.2f} of theirs" if ratios else ""
    where = "; taken between the two evaluations nearest to the budget, as theirs" if comparison.interpolated else ""
    spent = [f"{number_of_searches(comparison.seeds)} of theirs"]
    for unit, here, theirs in (
        ("evaluations", comparison.evaluations_here, comparison.evaluations),
        ("seconds", comparison.seconds_here, comparison.seconds),
    ):
        spent += [] if theirs is None else [f"{count(here, ',.1f')} {unit} here, {theirs:,.1f} theirs"]
    because = f"; expected to differ: {comparison.because}" if comparison.because else ""
    return (
        f"{comparison.label} here: {comparison.agreeing} of {len(comparison.differences)} means agree with "
        f"{comparison.source} within {TOLERANCE:g} standard errors{deviations}; {'; '.join(spent)}{where}{because}"
    )


def budget_title(group: ComparedGroup, comparison: BudgetComparison) -> str:
    """Says what was compared at which budget."""
    kind = "test" if comparison.split == "test" else "validation"
    if comparison.quantity != "accuracy":
        return f"At {comparison.budget:,g} {comparison.unit}: {comparison.quantity}, on {group.dataset}"
    return f"At {comparison.budget:,g} {comparison.unit}: {kind} accuracy on {group.dataset}"


def means_table(comparison: BudgetComparison) -> PlainTable:
    """Returns a row per configuration: its mean at the budget, and over how many searches that is."""
    digits = _digits(comparison)
    rows = [
        [
            each.label,
            f"{each.mean:.{digits}f}",
            f"{each.low:.{digits}f} to {each.high:.{digits}f}",
            count(each.rank, ".2f"),
            str(each.seeds),
        ]
        for each in comparison.means
    ]
    return PlainTable(["", "mean", "95% confidence", "mean rank", "searches"], rows)


def tests_table(comparison: BudgetComparison) -> PlainTable:
    """Returns a row per pair of configurations: their difference, and the test of it."""
    rows = [
        [
            pair.first,
            pair.second,
            _difference(pair, _digits(comparison)),
            f"{pair.superiority:.2f}",
            pair.test,
            _p(pair),
        ]
        for pair in comparison.pairs
    ]
    return PlainTable(["higher mean", "lower mean", "difference", "superiority", "test", "p (Holm)"], rows)


def final_verdict(group: ComparedGroup) -> str:
    """Says what the tests support at the end of the searches, in the column that orders the rows; empty without any."""
    found = group.at_end[group.decisive]
    kind = "test" if group.decisive else "validation"
    return "" if found is None else _verdict(found, f"{kind} accuracy on {group.dataset}")


def fronts_verdict(fronts: FrontComparison) -> str:
    """Says what the tests of the final hypervolumes support; empty without any."""
    return "" if fronts.at_end is None else _verdict(fronts.at_end, "hypervolume of the fronts")


def _verdict(found: FinalComparison, what: str) -> str:
    said = f"At the end of the searches, {what}: {found.best} has the highest mean"
    others = [label for label in found.alike if label not in found.ties]
    parts = [f"it ties with {', '.join(found.ties)}"] if found.ties else []
    if others:
        parts.append(f"the tests do not tell it apart from {', '.join(others)}")
    if found.pairs and not found.alike:
        parts.append("the tests set it above every other" if not found.untested else "and above every other tested")
    if found.untested:
        parts.append(f"{', '.join(found.untested)} cannot be tested: 1 search")
    level = f" (level {LEVEL:g}, Holm's correction over all pairs)" if found.pairs else ""
    return f"{'; '.join([said, *parts])}{level}."


def final_tests_table(group: ComparedGroup) -> PlainTable | None:
    """Returns the highest mean beside each other one at the end of the searches; None where nothing was tested."""
    found = group.at_end[group.decisive]
    return None if found is None or not found.pairs else _ends_table(found, 2)


def pairs_matrix(group: ComparedGroup, names: Sequence[str]) -> PlainTable | None:
    """Returns a row and a column per configuration, and their test where they meet; None where not all were tested.

    Args:
        group: the configurations.
        names: what they are called in rows and columns.
    """
    found = group.at_end[group.decisive]
    if found is None or not found.others:
        return None
    cells = {}
    for pair in (*found.pairs, *found.others):
        said = f"({_p(pair)}){' *' if pair.separates else ''}"
        cells[pair.first, pair.second] = f"{pair.difference:+z.2f} {said}"
        cells[pair.second, pair.first] = f"{-pair.difference:+z.2f} {said}"
    labels = [each.label for each in group.configurations]
    rows = [[name, *(cells.get((one, other), "") for other in labels)] for name, one in zip(names, labels, strict=True)]
    return PlainTable(["", *names], rows)


def fronts_tests_table(fronts: FrontComparison) -> PlainTable | None:
    """Returns the highest mean hypervolume beside each other one; None where nothing was tested."""
    found = fronts.at_end
    return None if found is None or not found.pairs else _ends_table(found, 4)


def _ends_table(found: FinalComparison, digits: int) -> PlainTable:
    rows = [
        [pair.second, _difference(pair, digits), f"{pair.superiority:.2f}", pair.test, _p(pair)] for pair in found.pairs
    ]
    return PlainTable([f"{found.best} against", "difference", "superiority", "test", "p (Holm)"], rows)


def fronts_table(group: ComparedGroup, fronts: FrontComparison) -> PlainTable:
    """Returns a row per configuration: hypervolume, its share of the true front's, IGD+, and the front's size."""
    rows = []
    of_label = {each.label: each.row for each in group.configurations}
    for label, found in zip(fronts.labels, fronts.fronts, strict=True):
        row, sizes = of_label[label], [len(front.architectures) for front in found.ends]
        share = None if row.hypervolume_mean is None else 100 * row.hypervolume_mean / found.best_hypervolume
        rows.append(
            [
                label,
                accuracy(row.hypervolume_mean, row.hypervolume_std, 4),
                f"{count(share, '.2f')}%" if share is not None else "-",
                accuracy(row.igd_plus_mean, row.igd_plus_std, 4),
                f"{sum(sizes) / len(sizes):.1f}" if sizes else "-",
                searches(row),
            ]
        )
    header = ["", "hypervolume", "of the true front's", "IGD+", "architectures on a front", "searches"]
    return PlainTable(header, rows)


def front_table(fronts: FrontComparison, found: FoundFront) -> PlainTable:
    """Returns a row per architecture of a search's final front."""
    tradeoff = fronts.tradeoff
    axes = [axis_name(tradeoff, figure) for figure in tradeoff.figures[: tradeoff.objectives]]
    pairs = zip(found.architectures, found.values, strict=True)
    return PlainTable(
        ["architecture", *axes], [[arch, *(f"{value:.4g}" for value in values)] for arch, values in pairs]
    )


def best_fronts(fronts: FrontComparison) -> list[tuple[str, FoundFront]]:
    """Returns the label of each configuration with a hypervolume above 0, and its search of the largest one."""
    pairs = zip(fronts.labels, fronts.fronts, strict=True)
    return [(label, best) for label, each in pairs if (best := each.best) is not None]


def _digits(comparison: BudgetComparison) -> int:
    return 2 if comparison.quantity == "accuracy" else 4


def _difference(pair: PairwiseTest, digits: int) -> str:
    return f"{pair.difference:+.{digits}f}" if pair.difference else "0 (tie)"


def _p(pair: PairwiseTest) -> str:
    return f"{pair.p:.3f}" if pair.p >= 0.001 else f"{pair.p:.0e}"


def verdict(comparison: BudgetComparison) -> str:
    """Says what the tests support, and how many searches that rests on; empty where nothing was compared."""
    if not comparison.means:
        return ""
    seeds = sorted({each.seeds for each in comparison.means})
    counted = number_of_searches(seeds[0]) if len(seeds) == 1 else f"{seeds[0]} to {number_of_searches(seeds[-1])}"
    rests = f"It rests on {counted} per configuration."
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
    errors = "" if one.errors is None else f" ({one.errors:+z.1f})"
    return f"{one.difference:+z.2f}{errors}"
