"""What W&B's variables in the environment say where the configuration's keys say nothing; see conf/tracking."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_RUN, _SWEEP, _PARAMETERS = "WANDB_RUN_ID", "WANDB_SWEEP_ID", "WANDB_SWEEP_PARAM_PATH"


@dataclass(frozen=True)
class GivenRun:
    """A run that the environment names: of somebody who set `WANDB_RUN_ID`, or of a sweep's agent.

    Attributes:
        id: W&B's of the run.
        sweep: W&B's of the agent's sweep; None without an agent.
        project: of the sweep, where the agent names it.
        entity: of the sweep, where the agent names it.
    """

    id: str
    sweep: str | None = None
    project: str | None = None
    entity: str | None = None

    def parameters(self) -> dict[str, Any]:
        """Returns what the agent has chosen, by the names in the sweep's file."""
        path = os.environ.get(_PARAMETERS)
        if self.sweep is None or not path:
            return {}
        content = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
        return {key: item["value"] for key, item in content.items() if isinstance(item, dict) and "value" in item}


def given_run() -> GivenRun | None:
    """Returns the run that the environment names, if any."""
    run, sweep = os.environ.get(_RUN), os.environ.get(_SWEEP)
    if not run:
        return None
    if not sweep:
        return GivenRun(run)
    return GivenRun(run, sweep, os.environ.get("WANDB_PROJECT") or None, os.environ.get("WANDB_ENTITY") or None)


def under_agent() -> bool:
    """Whether a sweep's agent has started this process."""
    return bool(os.environ.get(_SWEEP) and os.environ.get(_RUN))


def tags() -> list[str]:
    """Returns the tags of `WANDB_TAGS`, which has commas between them."""
    return [tag.strip() for tag in os.environ.get("WANDB_TAGS", "").split(",") if tag.strip()]


def files_of(folder: Path) -> Path:
    """Returns where W&B keeps a run's files: `wandb/` below `WANDB_DIR`, else below a folder."""
    return Path(os.environ.get("WANDB_DIR") or folder).resolve() / "wandb"


@contextmanager
def without_given_run() -> Iterator[None]:
    """Hides the given run from W&B, which would take it for every run of this process."""
    hidden = {name: os.environ.pop(name) for name in (_RUN, _SWEEP, _PARAMETERS) if name in os.environ}
    try:
        yield
    finally:
        os.environ |= hidden
