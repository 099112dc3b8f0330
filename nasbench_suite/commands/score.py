"""`nasbench-suite score`: from Hydra's configuration to zero-cost scores."""

from collections.abc import Sequence
from typing import Any

from omegaconf import DictConfig, OmegaConf

from nasbench_suite.configuration.application import run_application
from nasbench_suite.configuration.arguments import score_arguments
from nasbench_suite.configuration.schema import check_score
from nasbench_suite.errors import ConfigError
from nasbench_suite.pytorch import need_pytorch


def main(arguments: Sequence[str]) -> None:
    """Computes the scores that the arguments describe, and puts them beside a table.

    Raises:
        ConfigError: Hydra does not understand them; `HYDRA_FULL_ERROR=1` shows its own traceback.
    """
    run_application("score", score_arguments(arguments), _score)


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
