"""`nasbench-suite score`: from Hydra's configuration to zero-cost scores."""

from collections.abc import Sequence
from typing import Any

import hydra
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from nasbench_suite.configuration.arguments import score_arguments
from nasbench_suite.configuration.compose_once import composing_once
from nasbench_suite.configuration.hydra_errors import as_suite_error, in_one_line
from nasbench_suite.configuration.schema import check_score
from nasbench_suite.errors import ConfigError, NasBenchSuiteError
from nasbench_suite.pytorch import need_pytorch


def main(arguments: Sequence[str]) -> None:
    """Computes the scores that the arguments describe, and puts them beside a table.

    Raises:
        ConfigError: Hydra does not understand them; `HYDRA_FULL_ERROR=1` shows its own traceback.
    """
    _failures.clear()
    with in_one_line("nasbench-suite score", score_arguments(arguments)), composing_once():
        _main()
    if _failures:
        raise _failures[0]


# Hydra would say a line of its own about an exception that passes through it
_failures: list[NasBenchSuiteError] = []


@hydra.main(version_base="1.3", config_path="pkg://nasbench_suite.conf", config_name="score")
def _main(config: DictConfig) -> None:
    try:
        _score(config)
    except (NasBenchSuiteError, HydraException, OmegaConfBaseException) as error:
        _failures.append(as_suite_error(error))


def _score(config: DictConfig) -> None:
    need_pytorch("score")
    from nasbench_suite.scoring.plan import prepare
    from nasbench_suite.scoring.run import run

    if OmegaConf.is_missing(config, "architectures"):
        raise ConfigError("architectures: expected which to score, such as architectures=100, got nothing")
    plain: Any = OmegaConf.to_container(config, resolve=True, throw_on_missing=True)
    plan = prepare(check_score(plain))
    done = run(plan)
    for name in plan.scores:
        known = f"{done.known[name]:,} of {len(plan.archs):,} architectures"
        print(
            f"{name}: {known}, {done.seconds[name]:.3g} s each; to charge it: measurement_seconds.{name}="
            f"{done.seconds[name]:.3g}"
        )
    print(f"table {plan.table.name}: {done.columns}" if plan.table else "no table is named, so there are no columns")
    print(f"scores of {plan.dataset}: {done.csv}", flush=True)
