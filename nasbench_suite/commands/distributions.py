"""`nasbench-suite distributions`: design spaces compared by the errors of their networks."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from nasbench_suite.errors import ConfigError
from nasbench_suite.folders import relative_path
from nasbench_suite.registry.tables import open_table
from nasbench_suite.report.distributions.design_spaces import DesignSpaces
from nasbench_suite.report.distributions.figure import save
from nasbench_suite.report.distributions.measured_networks import MeasuredNetworks, measured_networks
from nasbench_suite.report.distributions.page import to_markdown
from nasbench_suite.report.output import write_text


def write(options: argparse.Namespace) -> None:
    """Writes the page and its figure.

    Raises:
        ConfigError: there is nothing to compare.
        ResultsError: a file cannot be written.
    """
    ranges = tuple(None if pair is None else (pair[0], pair[1]) for pair in (options.parameters, options.flops))
    spaces = DesignSpaces(_read(options.tables, options.dataset), options.bins, (ranges[0], ranges[1]))
    output: Path = options.output.expanduser()
    figure = output.with_suffix(".png")
    text = to_markdown(spaces, relative_path(figure, output.parent))
    save(spaces, figure)
    write_text(output, text)
    print(f"{output}, {figure}")


def _read(names: Sequence[str], dataset: str) -> list[MeasuredNetworks]:
    found = []
    for name in names:
        table, _, own = name.partition(":")
        one = measured_networks(open_table(table), own or dataset)
        if not len(one.errors):
            raise ConfigError(f"{one.label}: expected networks with an error and a size, got none")
        found.append(one)
    return found
