"""Results folders as values."""

import math
from collections.abc import Sequence
from pathlib import Path

from nasbench_suite.errors import ConfigError
from nasbench_suite.report import model
from nasbench_suite.report.load import LoadedResults, load
from nasbench_suite.report.model import Report


def load_results(*folders: str | Path) -> LoadedResults:
    """Reads every finished job in or below some folders, one `Results` per configuration.

    Raises:
        ResultsError: there is no finished job that can be read.
        ConfigError: a folder is no path.
    """
    return load(_paths(folders))


def make_report(*folders: str | Path, at: float | Sequence[float] = ()) -> Report:
    """Compares what is in or below some folders, as `nasbench-suite report` does.

    Args:
        folders: results folders.
        at: budget or budgets in seconds at which to test the differences between configurations.

    Raises:
        ResultsError: there is nothing to report.
        ConfigError: a folder is no path.
    """
    at = (at,) if isinstance(at, int | float) else at
    if not isinstance(at, Sequence) or not all(type(budget) in (int, float) and 0 < budget < math.inf for budget in at):
        raise ConfigError(f"at: expected budgets above 0 in seconds, got {at!r:.80}")
    return model.make_report(_paths(folders), at)


def _paths(folders: Sequence[object]) -> list[Path]:
    if not folders:
        raise ConfigError("expected a results folder, got nothing")
    for folder in folders:
        if not isinstance(folder, str | Path) or not str(folder).strip():
            raise ConfigError(f"expected the path of a results folder, got {folder!r:.80}")
    return [Path(str(folder)).expanduser() for folder in folders]
