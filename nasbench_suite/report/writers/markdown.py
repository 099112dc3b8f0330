"""A report as Markdown, for a terminal as well as for a page."""

from collections.abc import Sequence
from urllib.parse import quote

from nasbench_suite.report.budget_comparison import BudgetComparison
from nasbench_suite.report.front_comparison import FrontComparison
from nasbench_suite.report.model import ComparedGroup, Report
from nasbench_suite.report.provenance import ACCURACIES
from nasbench_suite.report.supernet_ranking import ranking_note
from nasbench_suite.report.times import reading
from nasbench_suite.report.writers import tables
from nasbench_suite.report.writers.markdown_table import escape, escape_line, markdown_table

BOLD = "Bold: the highest mean of a column, and those that the tests do not tell apart from it."


def to_markdown(report: Report, pictures: Sequence[tuple[str, str]] = ()) -> str:
    """Returns a table for each space, searched data set and protocol, its provenance, and the notes.

    Args:
        report: what it says.
        pictures: caption and path of each, as the Markdown's reader sees it.
    """
    parts = ["# NAS search results"]
    for group in report.groups:
        parts += _group(group)
    parts += [f"![{escape(caption)}]({quote(path)})" for caption, path in pictures]
    if report.notes:
        parts.append(_items(report.notes))
    return "\n\n".join(parts) + "\n"


def _group(group: ComparedGroup) -> list[str]:
    parts = [f"## {escape(group.title)}", _results_table(group)]
    said, tests = tables.final_verdict(group), tables.final_tests_table(group)
    parts += [escape_line(f"{BOLD} {said}")] if said else []
    parts += [markdown_table(*tests)] if tests else []
    parts += [f"{ACCURACIES} {reading(group.results)}", _items(group.origins)]
    found = [f"{each.label} found {each.found}" for each in group.configurations if each.found is not None]
    if found:
        parts += ["The incumbent of the best search by validation:", _items(found)]
    ranked = [f"{each.label}: {note}" for each in group.configurations if (note := ranking_note(each.results))]
    if ranked:
        parts += ["How well the supernets rank, when last measured:", _items(ranked)]
    for fronts in group.fronts:
        parts += _fronts(group, fronts)
    if group.published:
        parts += _published(group)
    return parts + [part for comparison in group.at_budgets for part in _at_budget(group, comparison)]


def _results_table(group: ComparedGroup) -> str:
    leading = [[False, *(each.leading for each in means), False, False, False] for means in group.accuracies]
    return markdown_table(*tables.results_table(group), bold=leading)


def _fronts(group: ComparedGroup, fronts: FrontComparison) -> list[str]:
    parts = [f"### {escape(fronts.title)}", markdown_table(*tables.fronts_table(group, fronts))]
    said, tests = tables.fronts_verdict(fronts), tables.fronts_tests_table(fronts)
    parts += [escape_line(said)] if said else []
    parts += [markdown_table(*tests)] if tests else []
    parts.append(escape_line(fronts.scale))
    for label, best in tables.best_fronts(fronts)[:1]:
        parts.append(escape_line(f"The front of the largest hypervolume, {label}, seed {best.seed}:"))
        parts.append(markdown_table(*tables.front_table(fronts, best)))
    return parts


def _published(group: ComparedGroup) -> list[str]:
    return [
        "### Beside published numbers",
        "In brackets: the difference in its standard errors; two means agree within four of them.",
        markdown_table(*tables.published_table(group)),
        _items([tables.agreement(comparison) for comparison in group.published]),
    ]


def _at_budget(group: ComparedGroup, comparison: BudgetComparison) -> list[str]:
    shown = [table for table in (tables.means_table(comparison), tables.tests_table(comparison)) if table.rows]
    parts = [f"### {escape(tables.budget_title(group, comparison))}", *(markdown_table(*table) for table in shown)]
    return [*parts, *filter(None, [escape_line(tables.verdict(comparison)), _items(comparison.notes)])]


def _items(texts: Sequence[str]) -> str:
    return "\n".join(f"- {escape_line(text)}" for text in dict.fromkeys(texts))
