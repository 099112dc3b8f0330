"""`nasbench-suite build`: from Hydra's configuration to a table."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf

from nasbench_suite.configuration.application import run_application
from nasbench_suite.configuration.arguments import build_arguments
from nasbench_suite.configuration.schema import check_build
from nasbench_suite.errors import ConfigError
from nasbench_suite.folders import table_path
from nasbench_suite.plural import counted
from nasbench_suite.pytorch import need_pytorch


def main(arguments: Sequence[str]) -> None:
    """Trains what the arguments describe, and writes its table.

    Raises:
        ConfigError: Hydra does not understand them; `HYDRA_FULL_ERROR=1` shows its own traceback.
    """
    run_application("build", build_arguments(arguments), _build)


def _build(config: DictConfig) -> None:
    need_pytorch("build")
    from nasbench_suite.building.build import build
    from nasbench_suite.building.plan import prepare

    if OmegaConf.is_missing(config, "name"):
        raise ConfigError("name: expected a name for the table, got none; such as name=mine")
    plain: Any = OmegaConf.to_container(config, resolve=True, throw_on_missing=True)
    plan = prepare(check_build(plain))
    output: Any = plan.config["output"]
    path = table_path(plan.config["name"]) if output is None else Path(output)
    metadata = build(plan, instantiate(plan.config["executor"]), path)
    counts = ", ".join(counted(count, name) for name, count in metadata.counts.items())
    print(f"table {path.stem}: {counted(metadata.architectures, 'architectures')}, {counts}")
    print(f"data sets: {', '.join(metadata.datasets)}; content {metadata.content_sha256[:12]}; {path}", flush=True)
