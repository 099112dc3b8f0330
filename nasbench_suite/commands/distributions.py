"""`nasbench-suite distributions`: design spaces compared by the errors of their networks."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from nasbench_suite.errors import ConfigError, ResultsError
from nasbench_suite.registry.tables import open_table
from nasbench_suite.report.distributions import Comparison, save, to_markdown
from nasbench_suite.report.population import Population, population
from nasbench_suite.report.text import relative


def write(options: argparse.Namespace) -> None:
    """Writes the page and its figure.

    Raises:
        ConfigError: there is nothing to compare.
        ResultsError: a file cannot be written.
    """
    ranges = tuple(None if pair is None else (pair[0], pair[1]) for pair in (options.parameters, options.flops))
    comparison = Comparison(_read(options.tables, options.dataset), options.bins, (ranges[0], ranges[1]))
    output: Path = options.output
    figure = output.with_suffix(".png")
    text = to_markdown(comparison, relative(figure, output.parent))
    save(comparison, figure)
    try:
        output.write_text(text)
    except OSError as error:
        raise ResultsError(f"{output}: cannot be written ({error.strerror})") from error
    print(f"{output}, {figure}")


def _read(names: Sequence[str], dataset: str) -> list[Population]:
    found = []
    for name in names:
        table, _, own = name.partition(":")
        one = population(open_table(table), own or dataset)
        if not len(one.errors):
            raise ConfigError(f"{one.label}: expected networks with an error and a size, there is none")
        found.append(one)
    return found
