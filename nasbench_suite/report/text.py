"""A report as Markdown and as JSON."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from nasbench_suite.report.clock import UNITS, reading
from nasbench_suite.report.load import Results
from nasbench_suite.report.published import compare
from nasbench_suite.report.published import to_markdown as published_to_markdown
from nasbench_suite.report.summary import Row, Summary

ACCURACIES = (
    "Accuracies in percent: mean±sample standard deviation over searches, of the last incumbent's score "
    "(final schedule, mean over its trainings)."
)
_FOR_PEOPLE = ("clock", "one_shot", "collapsed")
_OF_CLOCK = {"simulated": "simulated s", "machine": "s of this machine"}


def to_json(summary: Summary) -> str:
    """Returns a list of objects, one a configuration and scored data set, of the keys that programs rely on."""
    rows = [dataclasses.asdict(row) for row in summary.rows]
    return json.dumps([{key: row[key] for key in row if key not in _FOR_PEOPLE} for row in rows], indent=2)


def to_markdown(
    summary: Summary, figure: str | None = None, at: Sequence[float] = (), one_shot: str | None = None
) -> str:
    """Returns a table for each space, searched data set and protocol, its provenance, and the notes.

    Args:
        summary: the figures.
        figure: path of the picture to show, as the Markdown's reader sees it.
        at: budgets at which to test the differences between configurations.
        one_shot: path of the picture of one-shot searches, likewise.
    """
    parts = ["# NAS search results"]
    for (space, dataset, protocol), rows in groupby(summary.rows, lambda r: (r.space, r.dataset, r.protocol)):
        group = list(rows)
        parts += [f"## {space}: search on {dataset}, protocol {protocol}", _table(group), _provenance(group, summary)]
        ids = {row.config_id for row in group}
        results = [r for r in summary.results if r.description["config_id"] in ids]
        published = compare(results, group)
        if published:
            parts.append(published_to_markdown(published, group))
        parts += [_contest(results, group, budget) for budget in at]
    if figure:
        parts.append(f"![validation and test accuracy of the incumbents]({figure})")
    if one_shot:
        parts.append(f"![what one-shot searches learned from epoch to epoch]({one_shot})")
    if summary.notes:
        parts.append("\n".join(f"- {note}" for note in summary.notes))
    return "\n\n".join(parts) + "\n"


def one_job(summary: Summary) -> str:
    """Returns what a job that has just ended found, in a few lines."""
    first = summary.rows[0]
    counted = evaluations(first) if first.one_shot else f"{evaluations(first)} evaluations"
    seconds = "" if first.seconds_mean is None else f" and {first.seconds_mean:,.0f} {_OF_CLOCK[first.clock]}"
    lines = [
        f"{first.label} on {first.space}/{first.dataset}, protocol {first.protocol}: {first.seeds} searches of "
        f"{counted}{seconds} each (mean±std of the cells found)"
    ]
    width = max(len(row.scored_on) for row in summary.rows)
    for row in summary.rows:
        valid, test = _cell(row.valid_mean, row.valid_std), _cell(row.test_mean, row.test_std)
        lines.append(f"  {row.scored_on:<{width}}  valid {valid}  test {test}")
    formula = summary.results[0].description["seconds_from"]
    notes = [*([formula] if formula else []), *summary.notes]
    return "\n".join([*lines, *(f"  note: {note}" for note in notes)])


def evaluations(row: Row) -> str:
    """Returns how many evaluations a search had; of a one-shot search, that they are epochs."""
    return f"{row.evaluations_mean:,.0f} epochs" if row.one_shot else f"{row.evaluations_mean:,.1f}"


def _table(rows: Sequence[Row]) -> str:
    scored = list(dict.fromkeys(row.scored_on for row in rows))
    header = ["", *(f"{name} {split}" for name in scored for split in ("valid", "test"))]
    lines = [[*header, "seeds", "evaluations", "seconds"]]
    for _, group in groupby(rows, lambda row: row.config_id):
        by_set = {row.scored_on: row for row in group}
        row = next(iter(by_set.values()))
        cells = [row.label]
        for name in scored:
            figures = by_set.get(name)
            cells.append(_cell(figures.valid_mean, figures.valid_std) if figures else "-")
            cells.append(_cell(figures.test_mean, figures.test_std) if figures else "-")
        seconds = "-" if row.seconds_mean is None else f"{row.seconds_mean:,.0f}"
        lines.append([*cells, str(row.seeds), evaluations(row), seconds])
    widths = [max(len(line[at]) for line in lines) for at in range(len(lines[0]))]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines
    )


def _provenance(rows: Sequence[Row], summary: Summary) -> str:
    ids = {row.config_id for row in rows}
    results = [r for r in summary.results if r.description["config_id"] in ids]
    lines = [f"{ACCURACIES} {reading(results)}"]
    for text in dict.fromkeys(origin(r) for r in results):
        lines.append(f"- {text}")
    return "\n".join([lines[0], "", *lines[1:]])


def _contest(results: Sequence[Results], rows: Sequence[Row], budget: float) -> str:
    from nasbench_suite.report import statistics  # SciPy, which a run that only prints its result does not need

    labels = {row.config_id: row.label for row in rows}
    named = [labels[one.description["config_id"]] for one in results]
    return statistics.to_markdown(statistics.contest(results, named, budget), rows[0].dataset)


def origin(results: Results) -> str:
    """Returns the table, the queries and the budget behind a configuration's figures, in a sentence."""
    description = results.description
    table = f"table {description['table']} ({description['table_hash'][:12]})"
    if results.one_shot:
        scores = [pair for by_architecture in results.scores.values() for pair in by_architecture.values()]
        how = f"{int(results.trajectory['schedule'][0]):,} epochs of a supernet, the cells that it derives "
        how += f"scored by {table}" if scores and not np.isnan(scores).all() else "not scored"
    else:
        how = f"{table}; {_queries(results)}; {_budget(description['budget'])}"
    seconds = f"; {description['seconds_from']}" if description["seconds_from"] else ""
    return f"{description['algorithm']}: {how}{seconds}; nasbench-suite {description['versions']['nasbench-suite']}"


def _queries(results: Results) -> str:
    description = results.description
    fidelities = ", ".join(f"epoch {epoch} of {schedule}" for schedule, epoch in description["fidelities"])
    return (
        f"queries at {fidelities}{_nominal(results)}, objectives {', '.join(description['objectives'])}, trial policy "
        f"{description['trial']}{_stored_means(results)}"
    )


def _budget(budget: Mapping[str, Any]) -> str:
    limits = [f"{budget[name]:,} {name}" for name in UNITS if budget[name] is not None]
    overstep = "kept" if budget["overstep"] == "keep" else "discarded"
    return f"budget {', '.join(limits) or 'unlimited'}, the evaluation that oversteps it is {overstep}"


def _nominal(results: Results) -> str:
    """Says where an algorithm that screens at lower fidelities had none on offer."""
    description = results.description
    if not description.get("multi_fidelity"):
        return ""
    offered, wanted = description["fidelities"], results.config["fidelities"]
    lacking = [f"epoch {epoch} of {schedule}" for schedule, epoch in wanted if [schedule, epoch] not in offered]
    missing = f" (the table lacks {', '.join(lacking)})" if lacking else ""
    nominal = ", every rung at this fidelity and its full cost" if len(offered) == 1 else ""
    return missing + nominal


def _stored_means(results: Results) -> str:
    if results.description["trial"] != "random_or_mean":
        return ""
    trials = results.trajectory["trial"]
    means = int((trials != trials).sum()) if trials.dtype.kind == "f" else 0
    return f" ({means:,} of {len(trials):,} answers were means that the source stored without trials)"


def _cell(mean: float | None, std: float | None) -> str:
    if mean is None:
        return "-"
    return f"{mean:.2f}" if std is None else f"{mean:.2f}±{std:.2f}"


def relative(path: Path, to: Path) -> str:
    """Returns how a file at `path` is written in a document that lies in the folder `to`."""
    path, to = path.resolve(), to.resolve()
    return str(path.relative_to(to)) if path.is_relative_to(to) else str(path)
