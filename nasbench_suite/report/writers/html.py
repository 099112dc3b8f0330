"""A report as one HTML page that needs nothing beside it: tables, curves, and where every row comes from.

The page is a Jinja2 template that escapes whatever it is given; it has no script, and forbids any.
"""

import io
import re
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from matplotlib import rc_context
from matplotlib.figure import Figure

from nasbench_suite.folders import relative_path
from nasbench_suite.report.budget_comparison import BudgetComparison
from nasbench_suite.report.figures import fronts, incumbents, one_shot
from nasbench_suite.report.found import picture
from nasbench_suite.report.front_comparison import FrontComparison
from nasbench_suite.report.fronts import FoundFront
from nasbench_suite.report.model import ComparedGroup, MeanAccuracy, Report, ReportedConfiguration
from nasbench_suite.report.provenance import ACCURACIES, best_in_table, origin, ranges
from nasbench_suite.report.ranking import ranking_note
from nasbench_suite.report.scored_row import ScoredRow
from nasbench_suite.report.times import reading
from nasbench_suite.report.words import evaluations, found_nothing, searches, seconds
from nasbench_suite.report.writers import tables

ALONG = 5
"""Architectures drawn along a front."""


class Picture(NamedTuple):
    """A figure in the page.

    Attributes:
        svg: the drawing, as markup.
        caption: below it.
    """

    svg: Markup
    caption: str


def to_html(report: Report) -> str:
    """Returns the page."""
    groups = [_group(group, f"{at}") for at, group in enumerate(report.groups)]
    page: str = _template().render(accuracies=ACCURACIES, groups=groups, notes=report.notes)
    return page + "\n"


@cache
def _template() -> Any:
    loader = PackageLoader("nasbench_suite.report.writers")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined).get_template("report.html")


def _group(group: ComparedGroup, name: str) -> dict[str, Any]:
    pairs = zip(group.configurations, group.accuracies, strict=True)
    shown = [_configuration(*pair, f"configuration-{name}-{at}") for at, pair in enumerate(pairs)]
    return {
        "model": group,
        "configurations": shown,
        "reading": reading(group.results),
        "verdict": tables.final_verdict(group),
        "final_tests": tables.final_tests_table(group),
        "pictures": _pictures(group, name),
        "fronts": [_fronts(group, each) for each in group.fronts],
        "tests": [_tests(group, comparison) for comparison in group.at_budgets],
        "published": tables.published_table(group) if group.published else None,
        "agreements": [tables.agreement(comparison) for comparison in group.published],
    }


def _configuration(
    configuration: ReportedConfiguration, accuracies: tuple[MeanAccuracy, ...], anchor: str
) -> dict[str, Any]:
    row = configuration.row
    return {
        "anchor": anchor,
        "label": configuration.label,
        "accuracies": accuracies,
        "counts": (searches(row), evaluations(row), seconds(row)),
        "drawn": _drawn(row),
        "facts": _facts(configuration),
        "config": yaml.safe_dump(configuration.results.config, sort_keys=False),
    }


def _fronts(group: ComparedGroup, compared: FrontComparison) -> dict[str, Any]:
    """Returns what the page shows of the fronts, the architectures along the best one among it."""
    best = tables.best_fronts(compared)[:1]
    tests = tables.fronts_tests_table(compared)
    return {
        "title": compared.title,
        "tables": [tables.fronts_table(group, compared), *([tests] if tests else [])],
        "texts": [text for text in (tables.fronts_verdict(compared), compared.scale) if text],
        "along": [
            (
                f"The front of the largest hypervolume, {label}, seed {each.seed}",
                tables.front_table(compared, each),
                _drawn_along(group, each),
            )
            for label, each in best
        ],
    }


def _drawn_along(group: ComparedGroup, front: FoundFront) -> list[Picture]:
    """Returns pictures of architectures along a front, from one end to the other."""
    count = len(front.architectures)
    places = sorted({round(at * (count - 1) / (ALONG - 1)) for at in range(ALONG)})
    drawn = [(picture(group.space, front.architectures[at]), front.values[at]) for at in places]
    return [Picture(Markup(svg), ", ".join(f"{v:.4g}" for v in values)) for svg, values in drawn if svg is not None]


def _drawn(row: ScoredRow) -> Markup | None:
    """Returns the picture of the found architecture, whose texts `Space.draw` escapes."""
    svg = None if row.found is None else picture(row.space, row.found)
    return None if svg is None else Markup(svg)


def _facts(configuration: ReportedConfiguration) -> list[tuple[str, str | None]]:
    results = configuration.results
    description = results.description
    return [
        ("figures", origin(results)),
        ("found", configuration.found),
        ("ranking", ranking_note(results)),
        ("configuration", description["config_id"]),
        ("table", f"{description['table']}, content {description['table_hash']}"),
        ("seeds", f"{ranges(results.seeds)}{found_nothing(results.without_incumbent)}"),
        ("best in the table", best_in_table(description["best"])),
        ("versions", ", ".join(f"{name} {version}" for name, version in description["versions"].items())),
        ("files", ", ".join(relative_path(folder, Path.cwd()) for folder in results.folders)),
    ]


def _tests(group: ComparedGroup, comparison: BudgetComparison) -> dict[str, Any]:
    both = (tables.means_table(comparison), tables.tests_table(comparison))
    return {
        "title": tables.budget_title(group, comparison),
        "tables": [table for table in both if table.rows],
        "verdict": tables.verdict(comparison),
        "notes": comparison.notes,
    }


def _pictures(group: ComparedGroup, name: str) -> list[Picture]:
    alone = Report((group,), ())
    curves = incumbents.draw(alone, incumbents.QUANTITIES, incumbents.AXES, titled=False)
    caption = "Score of the incumbent over time: its accuracy, and its regret against the best of the table."
    found = [_picture(curves, f"{name}-incumbents", caption)]
    if fronts.has_any(alone):
        caption = (
            "Fronts: those of the searches, what half of them attain, the table's true one; and their hypervolume."
        )
        found.append(_picture(fronts.draw(alone, titled=False), f"{name}-fronts", caption))
    if one_shot.has_any(alone):
        caption = "One-shot searches: what they learned, what came of it, and the first seed's edge weights."
        found.append(_picture(one_shot.draw(alone, titled=False), f"{name}-one-shot", caption))
    return found


def _picture(figure: Figure, salt: str, caption: str) -> Picture:
    """Returns a figure as SVG, its text as text, which Matplotlib escapes."""
    file = io.StringIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": salt}):
        figure.savefig(file, format="svg", metadata={"Date": None})
    return Picture(Markup(re.sub(r"^.*?(?=<svg)", "", file.getvalue(), count=1, flags=re.DOTALL)), caption)
