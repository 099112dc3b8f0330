"""`job.json`: what a report needs to know of a job."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nasbench_suite.errors import ResultsError

JOB = "job.json"
FORMAT = 2
"""Of a job's folder; 1 had a folder for every range of seeds, and no manifest."""

# what must agree before two searches are of one job
_IDENTITY = ("config_id", "table_hash", "one_shot", "versions")


def read_description(folder: Path) -> dict[str, Any]:
    """Reads the description of a job.

    Raises:
        ResultsError: it is damaged, or of another format; one line that says so.
        OSError: it cannot be read.
    """
    path = folder / JOB
    try:
        description = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise ResultsError(f"{path}: is damaged; bring it back, or choose another results=") from error
    found = description.get("format", 1) if isinstance(description, dict) else None
    if found != FORMAT:
        raise ResultsError(
            f"{folder}: expected results of format {FORMAT}, got format {found}, which another version of "
            "nasbench-suite wrote; choose another results=, or read it with that version"
        )
    return dict(description)


def check_same_job(folder: Path, begun: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Raises ResultsError where what was begun cannot go on."""
    differing = [key for key in _IDENTITY if begun.get(key) != now.get(key)]
    if differing:
        shown = "; ".join(f"{key} {begun.get(key)}, and this is {now.get(key)}" for key in differing)
        raise ResultsError(f"{folder}: was begun with {shown}; go on with those, or choose another results=")
