"""What the runs of a job are called."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from nasbench_suite.tracking.run import RunName


def run_name(
    description: Mapping[str, Any], seeds: str, group: str, tags: str | Sequence[str] | None, job_type: str = "search"
) -> RunName:
    """Names a run; the id is that of the configuration, the seeds and the group, never of time.

    Args:
        description: the contents of `job.json`.
        seeds: which of the job's seeds the run shows.
        group: runs shown together.
        tags: beside the space, the searched data set, the algorithm and the protocol; a text is one tag.
        job_type: `search` or `train`.
    """
    parts = [description[key] for key in ("space", "dataset", "algorithm", "protocol")]
    own = [tags] if isinstance(tags, str) else tags or ()
    suffix = hashlib.sha256(group.encode()).hexdigest()[:4]
    return RunName(
        id=f"{description['config_id']}-{seeds}-{suffix}",
        name=description["label"] or f"{parts[2]} on {parts[0]}/{parts[1]}",
        group=group,
        job_type=job_type,
        tags=tuple(dict.fromkeys([*parts, *own])),
    )
