"""Whether, and how, runs go to W&B; asked before anything of W&B's is loaded."""

import os
from collections.abc import Mapping
from typing import Any, Literal, get_args

from nasbench_suite.errors import ConfigError
from nasbench_suite.tracking.environment import under_agent

Mode = Literal["offline", "online", "disabled"]
# W&B's own names in WANDB_MODE, two of them older
_NAMES: dict[str, Mode] = {
    "offline": "offline", "online": "online", "disabled": "disabled", "dryrun": "offline", "run": "online",
}  # fmt: skip


def mode(settings: Mapping[str, Any]) -> Mode:
    """Returns the mode that holds.

    That is the configuration's; else `WANDB_MODE`; else online under a sweep's agent, and offline elsewhere.

    Raises:
        ConfigError: the settings, or the environment, name another mode than those on offer.
    """
    wanted: Mode | None = settings["mode"]
    if wanted is None:
        return _of_environment()
    if wanted not in get_args(Mode):
        raise ConfigError(f"tracking.mode: expected {', '.join(get_args(Mode))}; got {wanted!r}")
    return wanted


def _of_environment() -> Mode:
    named = os.environ.get("WANDB_MODE")
    if not named:
        return "online" if under_agent() else "offline"
    if named not in _NAMES:
        raise ConfigError(f"WANDB_MODE: expected {', '.join(get_args(Mode))}; got {named!r}")
    return _NAMES[named]
