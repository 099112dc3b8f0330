"""`nasbench-suite rerun`: a job again, from what its folder has of it."""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hydra.core.override_parser.types import Override, OverrideType
from omegaconf import OmegaConf

from nasbench_suite import tracking
from nasbench_suite.commands.run import run_and_show
from nasbench_suite.commands.saved import check_table, read_saved
from nasbench_suite.configuration import files
from nasbench_suite.configuration.arguments import parse, quoted, values_of
from nasbench_suite.configuration.provenance import commit
from nasbench_suite.errors import ConfigError
from nasbench_suite.jobs.prepare import prepare


def rerun(folder: Path, overrides: Sequence[str], any_table: bool = False) -> None:
    """Runs a job again, into another folder.

    Args:
        folder: of the job.
        overrides: values that differ from what was saved, as on the command line of `run`.
        any_table: whether a table or columns of other content will do.

    Raises:
        ConfigError: an override is not understood.
        ResultsError: the folder is no job's, or the table has changed.
    """
    saved = read_saved(folder)
    root = folder.resolve().parent
    config = {**saved.config, "results": str(root.with_name(f"{root.name}-rerun"))}
    config = overridden(config, overrides)
    command = shlex.join(["nasbench-suite", "rerun", str(folder), *overrides])
    job = prepare(config, saved.choices, command, commit())
    if not any_table:
        check_table(folder, saved, job)
    tracking.mode(job.config["tracking"])
    run_and_show(job)


def overridden(config: Mapping[str, Any], overrides: Sequence[str]) -> dict[str, Any]:
    """Returns a resolved configuration with other values; `tracking` also by its file's name.

    Raises:
        ConfigError: an override is not understood, or sweeps, or chooses a group: that would be another job.
    """
    changed = OmegaConf.create(dict(config))
    for override in parse([quoted(word) for word in overrides]):
        _change(changed, override)
    done: Any = OmegaConf.to_container(changed)
    return dict(done)


def _change(config: Any, override: Override) -> None:
    key = override.key_or_group
    if override.type == OverrideType.DEL or override.is_sweep_override() or override.package is not None:
        raise ConfigError(f"{key}: expected key=value, got {override.input_line}")
    if key == "tracking":
        (name,) = values_of(override)
        OmegaConf.update(config, "tracking.mode", files.ConfigFiles().read(f"tracking/{name}")["mode"])
    elif isinstance(OmegaConf.select(config, key), Mapping) or OmegaConf.is_dict(OmegaConf.select(config, key)):
        raise ConfigError(f"{key}: expected a value below it, such as budget.seconds=100; for another {key} use `run`")
    else:
        OmegaConf.update(config, key, override.value(), force_add=True)
        _follow(config, key, override.value())


# values that other keys repeat in a configuration that is resolved
_REPEATED = {
    "table": ("evaluator.table",),
    "dataset": ("evaluator.dataset",),
    "trial": ("evaluator.trial",),
    "objectives": ("evaluator.objectives",),
    "constraints": ("evaluator.constraints",),
    "budget.charge_repeats": ("evaluator.charge_repeats",),
}


def _follow(config: Any, key: str, value: Any) -> None:
    others = (f"evaluator.{key}",) if key.startswith("measurement_seconds.") else _REPEATED.get(key, ())
    for other in others:
        if other.split(".")[1] in config.evaluator:
            OmegaConf.update(config, other, value, force_add=True)
