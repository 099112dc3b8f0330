"""A page that compares design spaces: error distributions, as they are and under matched complexity."""

from collections.abc import Sequence
from urllib.parse import quote

from nasbench_suite.report.distributions.design_spaces import MATCHINGS, DesignSpaces
from nasbench_suite.report.distributions.edf import EDF, ks_statistic, random_search
from nasbench_suite.report.distributions.measured_networks import MeasuredNetworks
from nasbench_suite.report.writers.markdown_table import escape, markdown_table


def to_markdown(spaces: DesignSpaces, figure: str) -> str:
    """Returns the page.

    Args:
        spaces: what is compared.
        figure: path of the picture, as the page's reader sees it.
    """
    parts = ["# Design spaces compared", _intro(spaces)]
    parts += ["## As sampled", _table(spaces.networks, spaces.plain)]
    for matching, name in MATCHINGS.items():
        low, high = spaces.range(matching)
        parts.append(f"## Matched {name}")
        parts.append(f"From {low:.4g} to {high:.4g} million, in {spaces.bins} bins of equal weight.")
        parts.append(_table(spaces.networks, spaces.matched(matching)))
    parts.append(f"![error distributions, and what random search finds]({quote(figure)})")
    parts.append("\n".join(f"- {escape(_origin(one))}" for one in spaces.networks))
    return "\n\n".join(parts) + "\n"


def _intro(spaces: DesignSpaces) -> str:
    measures = ", ".join(dict.fromkeys(one.measure for one in spaces.networks))
    return (
        f"Errors in percent on the TEST set ({measures}; the mean over a network's trainings), for comparing spaces "
        "and not for choosing a network. Quantiles are over networks; KS is the largest difference to the first "
        "space's distribution; random search is the expected lowest error of so many draws."
    )


def _origin(one: MeasuredNetworks) -> str:
    why = f"; {one.left_out:,} networks are left out, for a training diverged or a size is unknown"
    return f"{one.label}: table {one.table_hash[:12]}{why if one.left_out else ''}"


def _table(networks: Sequence[MeasuredNetworks], distributions: Sequence[EDF]) -> str:
    header = ["space", "networks", "lowest", "10%", "median", "90%", "random search of 10", "of 100", "KS"]
    rows = []
    for one, each in zip(networks, distributions, strict=True):
        found = random_search(each, (10, 100)).mean
        figures = [each.errors[0], *(each.quantile(share) for share in (0.1, 0.5, 0.9)), *found]
        ks = "-" if each is distributions[0] else f"{ks_statistic(distributions[0], each):.3f}"
        rows.append([one.label, f"{len(each.errors):,}", *(f"{figure:.2f}" for figure in figures), ks])
    return markdown_table(header, rows)
