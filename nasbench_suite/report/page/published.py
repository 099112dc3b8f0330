"""Our means beside published ones, as a page's chart holds them."""

from collections.abc import Sequence
from typing import Any

from nasbench_suite.report.curves import SPLITS
from nasbench_suite.report.model import ComparedGroup
from nasbench_suite.report.page import numbers
from nasbench_suite.report.published import PublishedDifference
from nasbench_suite.report.words import one_line


def published(group: ComparedGroup, names: Sequence[str]) -> dict[str, Any]:
    """Returns `published`, every pair of means with their deviations, and `published_columns`, of what they are.

    Args:
        group: the configurations.
        names: what they are called in charts.
    """
    known = {(each.scored_on, each.split) for compared in group.published for each in compared.differences}
    every = ((dataset, split) for dataset in group.scored_on for split in reversed(SPLITS))  # test first
    columns: list[tuple[str, str]] = [column for column in every if column in known]
    short = dict(zip((each.label for each in group.configurations), names, strict=True))
    return {
        "published_columns": [one_line(f"{dataset} {split}") for dataset, split in columns],
        "published": [
            {
                "label": one_line(compared.label),
                "name": short[compared.label],
                "source": one_line(compared.source),
                "column": columns.index((each.scored_on, each.split)),
                **_means(each),
            }
            for compared in group.published
            for each in compared.differences
        ],
    }


def _means(each: PublishedDifference) -> dict[str, Any]:
    ours = None if each.std_ratio is None else each.std_ratio * each.std
    return {
        "ours": [numbers.known(each.mean + each.difference), numbers.known(ours)],
        "theirs": [numbers.known(each.mean), numbers.known(each.std)],
    }
