"""A command that composes one configuration with Hydra, and never a sweep's."""

from collections.abc import Callable, Sequence

import hydra
from hydra.errors import HydraException
from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException

from nasbench_suite.configuration.compose_once import composing_once
from nasbench_suite.configuration.hydra_errors import as_suite_error, in_one_line
from nasbench_suite.errors import NasBenchSuiteError


def run_application(name: str, arguments: Sequence[str], act: Callable[[DictConfig], None]) -> None:
    """Composes what the arguments describe, and acts on it.

    Args:
        name: of the command, and of its file in conf/.
        arguments: Hydra's.
        act: what the command does.

    Raises:
        ConfigError: Hydra does not understand the arguments; `HYDRA_FULL_ERROR=1` shows its own traceback.
        NasBenchSuiteError: what `act` raises.
    """
    # Hydra would say a line of its own about an exception that passes through it
    failures: list[NasBenchSuiteError] = []

    def task(config: DictConfig) -> None:
        try:
            act(config)
        except (NasBenchSuiteError, HydraException, OmegaConfBaseException) as error:
            failures.append(as_suite_error(error))

    with in_one_line(f"nasbench-suite {name}", arguments), composing_once():
        hydra.main(version_base="1.3", config_path="pkg://nasbench_suite.conf", config_name=name)(task)()
    if failures:
        raise failures[0]
