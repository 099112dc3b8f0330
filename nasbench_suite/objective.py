"""What a search is told of an evaluation: validation accuracy, or, by name only, test accuracy."""

from typing import Literal, get_args

from nasbench_suite.errors import ConfigError
from nasbench_suite.table import Table

Objective = Literal["valid_accuracy", "test_error"]

_METRICS = {"valid_accuracy": "valid_accuracy", "test_error": "test_accuracy"}

# what a report says of searches that were told test scores
TOLD_TEST_SCORES = (
    "objective=test_error: these searches were told TEST scores, for the table has no validation figures; what they "
    "found is optimistic, and not comparable with searches that saw validation scores"
)


def metric_of(objective: object, table: Table, trial_set: str) -> str:
    """Returns the column that a search is told of.

    Args:
        objective: `valid_accuracy`, or `test_error` for a table that has no validation accuracy. A search maximises
            either; as accuracies, 100% less the error.
        table: that answers.
        trial_set: that is searched.

    Raises:
        ConfigError: it is none, or the table has only the other one.
    """
    if objective not in _METRICS:
        raise ConfigError(f"objective: expected {' or '.join(get_args(Objective))}, got {objective!r}")
    has_valid, has_test = (bool(table.fidelities(trial_set, metric)) for metric in _METRICS.values())
    if objective == "test_error" and has_valid:
        raise ConfigError(
            f"objective=test_error: table {table.name} has validation accuracy on {trial_set}, and no search must see "
            "test scores there; leave objective at valid_accuracy"
        )
    if objective == "valid_accuracy" and has_test and not has_valid:
        raise ConfigError(
            f"table {table.name} has no validation accuracy on {trial_set}, only test figures: a search would see test "
            "scores, which must be asked for by name: objective=test_error"
        )
    return _METRICS[str(objective)]
