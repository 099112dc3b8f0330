"""A report as one page to explore, which needs nothing beside it: tables, charts, and where every row comes from.

The page is a Jinja2 template that escapes whatever it is given. Its two scripts, the charting library and ours, are
named by their hashes, so that a browser runs no other; and nothing may be loaded.
"""

import base64
import hashlib
import io
import json
import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from nasbench_suite.folders import relative_path
from nasbench_suite.report.budget_comparison import LEVEL, BudgetComparison
from nasbench_suite.report.critical_difference import CriticalDifference, critical_difference
from nasbench_suite.report.curves import SPLITS
from nasbench_suite.report.found import picture
from nasbench_suite.report.front_comparison import FrontComparison
from nasbench_suite.report.fronts import FoundFront
from nasbench_suite.report.model import ComparedGroup, MeanAccuracy, Report, ReportedConfiguration
from nasbench_suite.report.page.data import page_data
from nasbench_suite.report.page.names import short_names
from nasbench_suite.report.page.rank_diagram import rank_diagram
from nasbench_suite.report.page.script import charting_library
from nasbench_suite.report.provenance import ACCURACIES, best_in_table, origin, ranges
from nasbench_suite.report.scored_row import ScoredRow
from nasbench_suite.report.supernet_ranking import ranking_note
from nasbench_suite.report.times import reading
from nasbench_suite.report.words import evaluations, found_nothing, number_of_searches, one_line, searches, seconds
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


PAIRS = (
    "All pairs: the row's mean less the column's, in brackets the p-value of their test after Holm's correction over "
    f"all pairs; * where the tests tell them apart at a family-wise level of {LEVEL:g}."
)
SPLIT_NAMES = {"valid": "validation", "test": "test"}
Choices = list[tuple[str, str]]


def to_html(report: Report) -> str:
    """Returns the page."""
    data = page_data(report)
    scripts = [_in_script(text) for text in (charting_library(), _file("report.js"))]
    groups = [_group(group, drawn, f"{at}") for at, (group, drawn) in enumerate(zip(report.groups, data, strict=True))]
    page: str = _template().render(
        accuracies=ACCURACIES,
        groups=groups,
        notes=report.notes,
        style=Markup(_file("report.css")),
        data=_as_json(data),
        library=scripts[0],
        program=scripts[1],
        hashes=Markup(" ".join(_hash(script) for script in scripts)),
    )
    return page + "\n"


@cache
def _template() -> Any:
    loader = PackageLoader("nasbench_suite.report.writers")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined).get_template("report.html")


def _file(name: str) -> str:
    return files("nasbench_suite.report.writers").joinpath("templates", name).read_text(encoding="utf-8")


def _as_json(value: object) -> Markup:
    """Returns JSON in which no text can end the element that it is in, nor begin a comment."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)


def _in_script(program: str) -> Markup:
    """Returns a program whose texts do not end the element that it is in."""
    return Markup(re.sub(r"<(?=/script|!--)", r"\\x3c", program, flags=re.IGNORECASE))


def _hash(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def _group(group: ComparedGroup, data: dict[str, Any], name: str) -> dict[str, Any]:
    pairs = zip(group.configurations, group.accuracies, strict=True)
    names = short_names(group)
    numbered = names != [one_line(each.label) for each in group.configurations]
    shown = [_configuration(*pair, f"configuration-{name}-{at}") for at, pair in enumerate(pairs)]
    ranks = critical_difference(group.results, names, group.columns[group.decisive])
    return {
        "model": group,
        "configurations": shown,
        "numbered": numbered,
        "reading": reading(group.results),
        "verdict": tables.final_verdict(group),
        "final_tests": tables.final_tests_table(group),
        "pairs": tables.pairs_matrix(group, names),
        "pairs_note": PAIRS,
        "choices": _choices(group, data),
        "reaches": data["targets"] is not None and bool(data["units"]),
        "ranks": None if ranks is None else Markup(rank_diagram(ranks)),
        "ranks_note": None if ranks is None else _ranks_note(group, ranks),
        "supernets": data["supernets"] is not None,
        "drawn": _drawn(group, names),
        "fronts_picture": _fronts_picture(group, name),
        "fronts": [_fronts(group, each) for each in group.fronts],
        "tests": [_tests(group, comparison) for comparison in group.at_budgets],
        "published": tables.published_table(group) if group.published else None,
        "agreements": [tables.agreement(comparison) for comparison in group.published],
    }


def _choices(group: ComparedGroup, data: dict[str, Any]) -> dict[str, Choices]:
    """Returns value and text of what each list of the page has on offer, what is shown first in front."""
    splits = [data["split"], *(split for split in SPLITS if split != data["split"])]
    quantities = [("accuracy", "accuracy")]
    if any(value is not None for each in data["configurations"] for value in each["best"]):
        quantities.append(("regret", "regret"))
    if any(data["ranks"].values()):
        quantities.append(("rank", "mean rank"))
    spent = [
        name
        for name in data["configurations"][0]["spent"]
        if any(each["spent"][name] is not None for each in data["configurations"])
    ]
    return {
        "quantity": quantities,
        "split": [(split, SPLIT_NAMES[split]) for split in splits],
        "unit": [*data["units"].items()],
        "dataset": [(f"{at}", one_line(name)) for at, name in enumerate(group.scored_on)],
        "spent": [(name, name) for name in spent],
    }


def _ranks_note(group: ComparedGroup, found: CriticalDifference) -> str:
    scored_on, split = group.columns[group.decisive]
    p = "" if found.p is None else f"p = {found.p:.2g}" if found.p > 0 else "p below 1e-300"
    told = p and f" Friedman test that all are alike: {p}."
    return (
        f"Mean ranks at the end of the searches by {SPLIT_NAMES[split]} accuracy on {scored_on}, 1 the best, over "
        f"{number_of_searches(found.seeds)} whose seeds all configurations share. Bars join what does not differ by "
        f"Nemenyi's test at a family-wise level of {LEVEL:g} (Demsar 2006).{told}"
    )


def _configuration(
    configuration: ReportedConfiguration, accuracies: tuple[MeanAccuracy, ...], anchor: str
) -> dict[str, Any]:
    row = configuration.row
    return {
        "anchor": anchor,
        "label": one_line(configuration.label),
        "accuracies": accuracies,
        "counts": (
            (row.seeds, searches(row)),
            (row.evaluations_mean, evaluations(row)),
            (row.seconds_mean, seconds(row)),
        ),
        "facts": _facts(configuration),
        "config": _yaml(configuration.results.config),
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


def _yaml(config: dict[str, Any]) -> str:
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    text: str = yaml.dump(config, Dumper=dumper, sort_keys=False)
    return text


def _drawn(group: ComparedGroup, names: list[str]) -> list[tuple[Markup, list[str]]]:
    """Returns the pictures of the found architectures, whose texts `Space.draw` escapes, each with whose it is."""
    found: dict[str, list[str]] = {}
    for each, name in zip(group.configurations, names, strict=True):
        if each.row.found is not None:
            found.setdefault(each.row.found, []).append(name)
    drawings = ((picture(group.space, arch), labels) for arch, labels in found.items())
    return [(Markup(svg), labels) for svg, labels in drawings if svg is not None]


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
        ("real seconds here", _real_seconds(configuration.row)),
        ("versions", ", ".join(f"{name} {version}" for name, version in description["versions"].items())),
        ("files", ", ".join(relative_path(folder, Path.cwd()) for folder in results.folders)),
    ]


def _real_seconds(row: ScoredRow) -> str | None:
    return None if row.wall_seconds_mean is None else f"{row.wall_seconds_mean:.3g} per search"


def _tests(group: ComparedGroup, comparison: BudgetComparison) -> dict[str, Any]:
    both = (tables.means_table(comparison), tables.tests_table(comparison))
    return {
        "title": tables.budget_title(group, comparison),
        "tables": [table for table in both if table.rows],
        "verdict": tables.verdict(comparison),
        "notes": comparison.notes,
    }


def _fronts_picture(group: ComparedGroup, name: str) -> Picture | None:
    if not group.fronts:
        return None
    from matplotlib import rc_context  # takes long, and most reports have no fronts

    from nasbench_suite.report.figures import fronts

    alone = Report((group,), ())
    file = io.StringIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": f"{name}-fronts"}):
        fronts.draw(alone, titled=False).savefig(file, format="svg", metadata={"Date": None})
    caption = "Fronts: those of the searches, what half of them attain, the table's true one; and their hypervolume."
    # its text is text, which Matplotlib escapes
    return Picture(Markup(re.sub(r"^.*?(?=<svg)", "", file.getvalue(), count=1, flags=re.DOTALL)), caption)
