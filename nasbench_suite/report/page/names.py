"""What configurations are called where there is little room: in a chart's axis, a legend, a diagram."""

from nasbench_suite.report.model import ComparedGroup
from nasbench_suite.report.words import one_line

ROOM = 28  # signs


def short_names(group: ComparedGroup) -> list[str]:
    """Returns the labels where all are short; else each configuration's number in the table and its algorithm."""
    labels = [one_line(each.label) for each in group.configurations]
    if max(map(len, labels)) <= ROOM:
        return labels
    algorithms = [one_line(each.row.algorithm) for each in group.configurations]
    cut = [name if len(name) <= ROOM - 4 else f"{name[: ROOM - 7]}..." for name in algorithms]
    return [f"{place} {name}" for place, name in enumerate(cut, 1)]
