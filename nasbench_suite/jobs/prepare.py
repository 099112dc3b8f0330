"""Checks a configuration against its table, before anything runs."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hydra.utils import instantiate

from nasbench_suite.evaluators.evaluator import open_evaluator
from nasbench_suite.jobs.job import Job
from nasbench_suite.jobs.search_kind import kind_of
from nasbench_suite.whole_number import check_whole


def prepare(config: Mapping[str, Any], choices: Mapping[str, str]) -> Job:
    """Checks a resolved configuration against its table.

    Raises:
        ConfigError: a value makes no sense.
        DatasetError: images that are to be trained on are not there.
        MissingDataError: the table lacks the data set or the fidelity.
        TableNotFoundError: there is no such table.
    """
    for key, minimum in (("seeds", 1), ("seed", 0), ("cores", 1), ("workers", 1)):
        check_whole(key, config[key], minimum)
    space = instantiate(config["space"])
    kind = kind_of(config["algorithm"])
    kind.check_space(space)
    evaluator = open_evaluator(config, space, Path(config["results"]))
    plan = kind.plan(config, space, evaluator)
    best = {name: (score.valid_accuracy, score.test_accuracy) for name, score in evaluator.best().items()}
    return Job(plan, choices, evaluator.name, evaluator.sha256, best)
