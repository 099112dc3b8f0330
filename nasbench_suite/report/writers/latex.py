"""A report's tables for a paper: LaTeX with booktabs, to be taken in with `\\input`."""

import re
from collections import Counter
from collections.abc import Sequence

from nasbench_suite.report.front_comparison import FrontComparison
from nasbench_suite.report.model import ComparedGroup, MeanAccuracy, Report, ReportedConfiguration
from nasbench_suite.report.provenance import ACCURACIES
from nasbench_suite.report.times import reading
from nasbench_suite.report.weighed import title_of
from nasbench_suite.report.words import evaluations, one_line, searches, seconds
from nasbench_suite.report.writers import tables

HEAD = (
    "% needs \\usepackage{booktabs}\n"
    "% bold: the highest mean of a column, and those that the tests do not tell apart from it"
)
ESCAPES = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "|": r"\textbar{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    '"': "''",
    "±": r"$\pm$",
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
}


def to_latex(report: Report) -> str:
    """Returns a `table*` for each space, searched data set and protocol; provenance and notes are comments."""
    notes = [_comment(note) for note in report.notes]
    pairs = zip(report.groups, _labels(report.groups), strict=True)
    parts = [part for group, label in pairs for part in (_table(group, label), *_fronts(group, label))]
    return "\n".join([HEAD, *parts, *notes]) + "\n"


def escape(text: str) -> str:
    """Returns the text, in one line, with what LaTeX would take as commands written out."""
    signs = "[" + re.escape("".join(ESCAPES)) + "]"
    return re.sub(signs, lambda found: ESCAPES[found[0]], one_line(text))


def _comment(text: str) -> str:
    return f"% {one_line(text)}"


def _labels(groups: Sequence[ComparedGroup]) -> list[str]:
    """Returns what the groups' tables are referred to by; where several would have the same, the later are numbered."""
    seen: Counter[str] = Counter()
    labels = []
    for group in groups:
        weighed = title_of(group.objectives, group.constraints)
        label = re.sub(r"[^A-Za-z0-9]+", "-", f"{group.space}-{group.dataset}-{group.protocol}{weighed}")
        labels.append(f"{label}-{seen[label] + 1}" if seen[label] else label)
        seen[label] += 1
    return labels


def _table(group: ComparedGroup, label: str) -> str:
    width = len(group.columns)
    rules = "".join(f"\\cmidrule(lr){{{at}-{at + 1}}}" for at in range(2, width + 2, 2))
    sets = " & ".join(f"\\multicolumn{{2}}{{c}}{{{escape(name)}}}" for name in group.scored_on)
    splits = " & ".join("valid" if split == "valid" else "test" for _, split in group.columns)
    said = f"{group.title}. {ACCURACIES} {reading(group.results)}"
    return "\n".join(
        [
            *map(_comment, _origins(group)),
            r"\begin{table*}",
            r"  \centering\footnotesize\setlength{\tabcolsep}{3pt}",
            f"  \\caption{{{escape(said)}}}\\medskip",
            f"  \\label{{tab:{label}}}",
            f"  \\begin{{tabular}}{{@{{}}l*{{{width}}}{{c}}rrr@{{}}}}",
            r"    \toprule",
            f"    & {sets} \\\\",
            f"    {rules}",
            f"    Algorithm & {splits} & Searches & Evaluations & Seconds \\\\",
            r"    \midrule",
            *(f"    {_row(*pair)} \\\\" for pair in zip(group.configurations, group.accuracies, strict=True)),
            r"    \bottomrule",
            r"  \end{tabular}",
            r"\end{table*}",
        ]
    )


def _fronts(group: ComparedGroup, label: str) -> list[str]:
    """Returns a table of hypervolume and IGD+ for each set of objectives."""
    return [_fronts_table(group, fronts, f"{label}-fronts-{at}") for at, fronts in enumerate(group.fronts)]


def _fronts_table(group: ComparedGroup, fronts: FrontComparison, label: str) -> str:
    table = tables.fronts_table(group, fronts)
    verdict = tables.fronts_verdict(fronts)
    return "\n".join(
        [
            *([_comment(verdict)] if verdict else []),
            r"\begin{table*}",
            r"  \centering\footnotesize\setlength{\tabcolsep}{3pt}",
            f"  \\caption{{{escape(f'{group.title}. {fronts.title}. {fronts.scale}')}}}\\medskip",
            f"  \\label{{tab:{label}}}",
            r"  \begin{tabular}{@{}lccccr@{}}",
            r"    \toprule",
            f"    {' & '.join(map(escape, table.header))} \\\\",
            r"    \midrule",
            *(f"    {' & '.join(map(escape, row))} \\\\" for row in table.rows),
            r"    \bottomrule",
            r"  \end{tabular}",
            r"\end{table*}",
        ]
    )


def _origins(group: ComparedGroup) -> list[str]:
    found = [f"{each.label} found {each.found}" for each in group.configurations if each.found is not None]
    said = tables.final_verdict(group)
    return [*group.origins, *([said] if said else []), *found]


def _row(configuration: ReportedConfiguration, accuracies: tuple[MeanAccuracy, ...]) -> str:
    row = configuration.row
    counts = [text.replace("-", "--") for text in (searches(row), evaluations(row), seconds(row))]
    return " & ".join([escape(configuration.label), *map(_accuracy, accuracies), *counts])


def _accuracy(accuracy: MeanAccuracy) -> str:
    if accuracy.mean is None:
        return "--"
    mean = f"\\mathbf{{{accuracy.mean:.2f}}}" if accuracy.leading else f"{accuracy.mean:.2f}"
    return f"${mean}$" if accuracy.std is None else f"${mean} \\pm {accuracy.std:.2f}$"
