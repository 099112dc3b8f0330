"""What a page's charts are drawn of, as one value that JSON can hold."""

from typing import Any

from nasbench_suite.report.curves import SPLITS, Split, best_accuracy
from nasbench_suite.report.figures.colours import looks
from nasbench_suite.report.model import ComparedGroup, Report, ReportedConfiguration
from nasbench_suite.report.page import numbers
from nasbench_suite.report.page.curves import curves, known_units, ranks, targets
from nasbench_suite.report.page.ends import ends
from nasbench_suite.report.page.names import short_names
from nasbench_suite.report.page.published import published
from nasbench_suite.report.page.supernets import supernets
from nasbench_suite.report.results import Results
from nasbench_suite.report.times import times_in, unit_name
from nasbench_suite.report.words import one_line


def page_data(report: Report) -> list[dict[str, Any]]:
    """Returns what each group of configurations has to draw."""
    return [_group(group) for group in report.groups]


def _group(group: ComparedGroup) -> dict[str, Any]:
    names = short_names(group)
    results, units = group.results, known_units(group.results)
    split: Split = SPLITS[group.decisive]
    colours = looks([each.row.algorithm for each in group.configurations])
    return {
        "title": one_line(group.title),
        "dataset": one_line(group.dataset),
        "datasets": [one_line(name) for name in group.scored_on],
        "split": split,
        "units": {unit: unit_name(unit, results) for unit in units},
        "configurations": [
            _configuration(each, name, colour, dash)
            for each, name, (dash, colour) in zip(group.configurations, names, colours, strict=True)
        ],
        "curves": {unit: curves(results, group.dataset, unit) for unit in units},
        "ranks": {unit: ranks(results, group.dataset, split, unit) for unit in units},
        "targets": targets(results, group.dataset, split, units),
        "ends": ends(results, group.scored_on),
        "supernets": supernets(results, group.dataset),
        **published(group, names),
    }


def _configuration(each: ReportedConfiguration, name: str, colour: str, dash: str) -> dict[str, Any]:
    row = each.row
    best = [best_accuracy(each.results, row.scored_on, split) for split in SPLITS]
    return {
        "label": one_line(each.label),
        "name": name,
        "algorithm": one_line(row.algorithm),
        "colour": colour,
        "dash": dash,
        "best": [numbers.known(value, 4) for value in best],
        "searches": row.seeds - row.without_incumbent,
        "spent": {
            "evaluations": numbers.known(row.evaluations_mean),
            "epochs": numbers.known(_epochs(each.results)),
            "seconds": numbers.known(row.seconds_mean),
            "real seconds here": numbers.known(row.wall_seconds_mean, 5),
        },
    }


def _epochs(results: Results) -> float | None:
    """Returns the epochs that a search which found something was charged for, their mean."""
    values = times_in(results, "epochs").values
    pairs = zip(results.searches, results.final_incumbents, strict=True)
    last = [float(values[rows.stop - 1]) for rows, found in pairs if found is not None]
    return sum(last) / len(last) if last else None
