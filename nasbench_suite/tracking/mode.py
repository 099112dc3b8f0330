"""Whether, and how, W&B is told; asked before anything of W&B's is loaded."""

import os
from collections.abc import Mapping
from typing import Any, Literal, get_args

from nasbench_suite.errors import ConfigError

Mode = Literal["offline", "online", "disabled"]


def mode(settings: Mapping[str, Any]) -> Mode:
    """Returns the mode that holds: `disabled` in the environment wins.

    Raises:
        ConfigError: it is none of W&B's that are offered here.
    """
    wanted: Mode = settings["mode"]
    if wanted not in get_args(Mode):
        raise ConfigError(f"tracking.mode: expected {', '.join(get_args(Mode))}; got {wanted!r}")
    return "disabled" if os.environ.get("WANDB_MODE") == "disabled" else wanted
