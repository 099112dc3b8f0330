"""Where a result comes from: the command that asked for it, and the commit of the code."""

import shlex
import subprocess
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path


def command_line(overrides: Sequence[str]) -> str:
    """Returns the command that runs one job, of a sweep too."""
    words = [word.removeprefix("++") for word in overrides]
    return shlex.join(["nasbench-suite", "run", *words])


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
