"""A report as one HTML page that needs nothing beside it: tables, curves, and where every row comes from."""

import io
import re
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from matplotlib import rc_context
from matplotlib.figure import Figure

from nasbench_suite.report import one_shot_figure
from nasbench_suite.report.clock import reading
from nasbench_suite.report.curves import SPLITS
from nasbench_suite.report.figure import AXES, QUANTITIES, draw
from nasbench_suite.report.load import Results
from nasbench_suite.report.summary import Summary
from nasbench_suite.report.table import Cell, Group, groups
from nasbench_suite.report.text import ACCURACIES, evaluations, origin, relative

STYLE = """
:root { color-scheme: light; --line: #d0d4d9; --quiet: #57606a; }
body { font: 15px/1.5 system-ui, "Segoe UI", Helvetica, Arial, sans-serif; color: #1f2328; background: #fff;
  max-width: 76rem; margin: 2rem auto; padding: 0 1.5rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.25rem; margin-top: 2.5rem; }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; }
th, td { padding: .3rem .5rem; text-align: right; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
thead tr:first-child th { border-top: 2px solid; text-align: center; }
thead tr:last-child th { border-bottom: 1px solid; }
tbody tr:last-child td { border-bottom: 2px solid; }
tbody tr:hover { background: #f4f6f8; }
td small { color: var(--quiet); }
a { color: #0a58a5; text-decoration: none; } a:hover { text-decoration: underline; }
figure { margin: 1rem 0; } figure svg { width: 100%; max-width: 60rem; height: auto; }
svg text { font-family: system-ui, "Segoe UI", Helvetica, Arial, sans-serif !important; }
details { border: 1px solid var(--line); border-radius: 6px; margin: .5rem 0; padding: .4rem .8rem; }
summary { cursor: pointer; } details:target { border-color: #0a58a5; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; }
dt { color: var(--quiet); } dd { margin: 0; overflow-wrap: anywhere; }
pre { background: #f4f6f8; border-radius: 6px; padding: .8rem; overflow-x: auto; font-size: .85rem; }
.quiet, .notes { color: var(--quiet); }
"""


def to_html(summary: Summary) -> str:
    """Returns the page."""
    parts = [_group(group) for group in groups(summary)]
    if summary.notes:
        parts.append("<h2>Notes</h2>" + _list(summary.notes))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>NAS search results</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>NAS search results</h1>\n"
        f'<p class="quiet">{escape(ACCURACIES)} The highest mean of a column is bold.</p>\n'
        + "\n".join(parts)
        + "\n</body>\n</html>\n"
    )


def _group(group: Group) -> str:
    title = f"{group.space}: search on {group.dataset}, protocol {group.protocol}"
    return "\n".join(
        [
            f"<section>\n<h2>{escape(title)}</h2>",
            _table(group),
            f'<p class="quiet">{escape(reading(group.results))}</p>',
            _curves(group),
            "<h3>Configuration and provenance</h3>",
            *(_provenance(results, group.label(results)) for results in group.results),
            "</section>",
        ]
    )


def _table(group: Group) -> str:
    sets = "".join(f'<th colspan="2">{escape(name)}</th>' for name in group.scored_on)
    splits = "".join(f"<th>{split}</th>" for _, split in group.columns)
    lines = []
    for line in group.lines():
        row = line.row
        seconds = "-" if row.seconds_mean is None else f"{row.seconds_mean:,.0f}"
        counts = "".join(f"<td>{text}</td>" for text in (row.seeds, evaluations(row), seconds))
        name = f'<a href="#{row.config_id}">{escape(row.label)}</a>'
        lines.append(f"<tr><td>{name}</td>{''.join(map(_cell, line.cells))}{counts}</tr>")
    return (
        f'<div class="scroll"><table>\n<thead>\n<tr><th></th>{sets}<th colspan="3"></th></tr>\n'
        f"<tr><th></th>{splits}<th>searches</th><th>evaluations</th><th>seconds</th></tr>\n</thead>\n<tbody>\n"
        + "\n".join(lines)
        + "\n</tbody>\n</table></div>"
    )


def _cell(cell: Cell) -> str:
    if cell.mean is None:
        return "<td>-</td>"
    mean = f"<b>{cell.mean:.2f}</b>" if cell.best else f"{cell.mean:.2f}"
    return f"<td>{mean}</td>" if cell.std is None else f"<td>{mean} <small>±{cell.std:.2f}</small></td>"


def _curves(group: Group) -> str:
    only = Summary(group.rows, group.results, ())
    caption = "Score of the incumbent over time: its accuracy, and its regret against the best of the table."
    pictures = _picture(draw(only, QUANTITIES, AXES, titled=False), group.dataset, caption)
    if one_shot_figure.has_any(only):
        caption = "One-shot searches: what they learned, the cells that came of it, and the first seed's edge weights."
        pictures += _picture(one_shot_figure.draw(only, titled=False), f"{group.dataset}-one-shot", caption)
    return pictures


def _picture(figure: Figure, salt: str, caption: str) -> str:
    """Returns a figure as SVG, its text as text."""
    file = io.StringIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": salt}):
        figure.savefig(file, format="svg", metadata={"Date": None})
    svg = re.sub(r"^.*?(?=<svg)", "", file.getvalue(), flags=re.DOTALL)
    return f"<figure>\n{svg}\n<figcaption class='quiet'>{escape(caption)}</figcaption>\n</figure>\n"


def _provenance(results: Results, label: str) -> str:
    description = results.description
    seeds = np.unique(results.trajectory["seed"]).tolist()
    facts = {
        "figures": origin(results),
        "configuration": description["config_id"],
        "table": f"{description['table']}, content {description['table_hash']}",
        "seeds": _ranges(seeds),
        "best in the table": _best(description.get("best", {})),
        "versions": ", ".join(f"{name} {version}" for name, version in description["versions"].items()),
        "files": ", ".join(relative(folder, Path.cwd()) for folder in results.folders),
    }
    terms = "".join(f"<dt>{name}</dt><dd>{escape(text)}</dd>" for name, text in facts.items() if text)
    config = escape(yaml.safe_dump(results.config, sort_keys=False))
    return (
        f'<details id="{description["config_id"]}"><summary>{escape(label)}</summary>\n'
        f"<dl>{terms}</dl>\n<pre>{config}</pre>\n</details>"
    )


def _best(best: dict[str, Sequence[Any]]) -> str:
    shown = []
    for dataset, pair in best.items():
        known = [f"{split} {value:.2f}" for split, value in zip(SPLITS, pair, strict=True) if value is not None]
        if known:
            shown.append(f"{dataset} {', '.join(known)}")
    return "; ".join(shown)


def _ranges(seeds: list[int]) -> str:
    """Writes 0, 1, 2, 5 as `0 to 2, 5`."""
    parts: list[list[int]] = []
    for seed in seeds:
        if parts and seed == parts[-1][-1] + 1:
            parts[-1] = [parts[-1][0], seed]
        else:
            parts.append([seed])
    return ", ".join(" to ".join(map(str, part)) for part in parts)


def _list(items: Iterable[str]) -> str:
    return '<ul class="notes">' + "".join(f"<li>{escape(item)}</li>" for item in items) + "</ul>"
