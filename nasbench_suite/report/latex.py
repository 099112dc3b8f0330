"""A report's tables for a paper: LaTeX with booktabs, to be taken in with `\\input`."""

import re

from nasbench_suite.report.clock import reading
from nasbench_suite.report.summary import Summary
from nasbench_suite.report.table import Cell, Group, Line, groups
from nasbench_suite.report.text import ACCURACIES, evaluations, origin

HEAD = "% needs \\usepackage{booktabs}; the highest mean of a column is bold"
ESCAPES = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "±": r"$\pm$",
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
}


def to_latex(summary: Summary) -> str:
    """Returns a `table*` for each space, searched data set and protocol; provenance and notes are comments."""
    notes = [f"% {note}" for note in summary.notes]
    return "\n".join([HEAD, *(_table(group) for group in groups(summary)), *notes]) + "\n"


def escape(text: str) -> str:
    """Returns the text with what LaTeX would take as commands written out."""
    return re.sub("[" + re.escape("".join(ESCAPES)) + "]", lambda found: ESCAPES[found[0]], text)


def _table(group: Group) -> str:
    width = len(group.columns)
    rules = "".join(f"\\cmidrule(lr){{{at}-{at + 1}}}" for at in range(2, width + 2, 2))
    sets = " & ".join(f"\\multicolumn{{2}}{{c}}{{{escape(name)}}}" for name in group.scored_on)
    splits = " & ".join("valid" if split == "valid" else "test" for _, split in group.columns)
    title = f"{group.space}: search on {group.dataset}, protocol {group.protocol}."
    said = f"{ACCURACIES} {reading(group.results)}"
    label = re.sub(r"[^A-Za-z0-9]+", "-", f"{group.space}-{group.dataset}-{group.protocol}")
    return "\n".join(
        [
            *(f"% {text}" for text in dict.fromkeys(map(origin, group.results))),
            r"\begin{table*}",
            r"  \centering\footnotesize\setlength{\tabcolsep}{3pt}",
            f"  \\caption{{{escape(title)} {escape(said)}}}\\medskip",
            f"  \\label{{tab:{label}}}",
            f"  \\begin{{tabular}}{{@{{}}l*{{{width}}}{{c}}rrr@{{}}}}",
            r"    \toprule",
            f"    & {sets} \\\\",
            f"    {rules}",
            f"    Algorithm & {splits} & Seeds & Evaluations & Seconds \\\\",
            r"    \midrule",
            *(f"    {_line(line)} \\\\" for line in group.lines()),
            r"    \bottomrule",
            r"  \end{tabular}",
            r"\end{table*}",
        ]
    )


def _line(line: Line) -> str:
    row = line.row
    seconds = "--" if row.seconds_mean is None else f"{row.seconds_mean:,.0f}"
    counts = [str(row.seeds), evaluations(row), seconds]
    return " & ".join([escape(row.label), *map(_cell, line.cells), *counts])


def _cell(cell: Cell) -> str:
    if cell.mean is None:
        return "--"
    mean = f"\\mathbf{{{cell.mean:.2f}}}" if cell.best else f"{cell.mean:.2f}"
    return f"${mean}$" if cell.std is None else f"${mean} \\pm {cell.std:.2f}$"
