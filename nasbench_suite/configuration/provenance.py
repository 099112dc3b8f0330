"""Where a result comes from: the command that asked for it, and the commit of the code."""

import shlex
import subprocess
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from omegaconf import DictConfig


def command_line(overrides: Sequence[str], hydra: DictConfig) -> str:
    """Returns the command that runs one job, of a sweep too.

    Args:
        overrides: of the job.
        hydra: what the configuration of the job, or of its sweep, has under `hydra`.
    """
    words, own = [word.removeprefix("++") for word in overrides], _own_files(hydra)
    # an experiment's file may say that it is a sweep
    may_sweep = own or any(word.startswith("experiment=") for word in words)
    return shlex.join(["nasbench-suite", "run", *own, *words, *["hydra.mode=RUN"] * bool(may_sweep)])


def sweep_command_line(hydra: DictConfig) -> str:
    """Returns the command that starts a sweep.

    Args:
        hydra: what the configuration of the sweep has under `hydra`.
    """
    words = [word.removeprefix("++") for word in (*hydra.overrides.task, *hydra.overrides.hydra)]
    words = [word for word in words if not word.startswith("hydra.mode=")]
    return shlex.join(["nasbench-suite", "run", "-m", *_own_files(hydra), *words])


def _own_files(hydra: DictConfig) -> list[str]:
    """Returns the options that name a user's own folder of configurations, and the file there."""
    name, sources = hydra.job.config_name, hydra.runtime.config_sources
    folders = [source.path for source in sources if source.provider == "command-line"]
    words = [] if name in (None, "config") else ["--config-name", str(name)]
    return [*(word for folder in folders for word in ("--config-dir", str(folder))), *words]


@lru_cache
def commit() -> str | None:
    """Returns the git commit of this code, with a `+` where files differ from it; None where it is no checkout."""
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return None
    asked = ("describe", "--always", "--abbrev=40", "--exclude=*", "--dirty=+")  # the hash itself, of no tag
    try:
        done = subprocess.run(["git", "-C", str(root), *asked], capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
