"""What the runs of a job are called, and what they can be filtered and grouped by."""

import hashlib
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from nasbench_suite.configuration.identity import SEARCHES
from nasbench_suite.report.labels import flatten
from nasbench_suite.tracking import environment
from nasbench_suite.tracking.environment import GivenRun
from nasbench_suite.tracking.run import RunName

PARTS = ("space", "protocol", "algorithm", "dataset")
LONGEST_TAG = 64  # signs, W&B's limit
# of a command's overrides, what a name says in other words
_SAID = (*PARTS, *SEARCHES, "experiment", "hydra", "results", "label", "tracking", "cores")
# of a configuration, what decides nothing of a search, and what its groups only hand on to other keys
_UNSHOWN = ("results", "tracking", "choices", "label", "protocol", "experiment")


def run_name(
    description: Mapping[str, Any],
    seeds: str,
    group: str,
    tags: str | Sequence[str] | None,
    job_type: str = "search",
    shown: str | None = None,
    given: GivenRun | None = None,
) -> RunName:
    """Names a run; the id is that of the configuration, the seeds and the group, never of time.

    The name says what was asked for: the label, or algorithm, space, data set, protocol and the settings of the
    command; and the seeds.

    Args:
        description: the contents of `job.json`.
        seeds: which of the job's seeds the run shows, in the id.
        group: runs shown together.
        tags: beside the space, the protocol, the algorithm and the searched data set; a text is one tag; none for those
            of `WANDB_TAGS`.
        job_type: `search` or `train`.
        shown: the seeds in words, such as `seeds 0 to 9`.
        given: the run that the environment names, where this is it; its id is taken.
    """
    own = [tags] if isinstance(tags, str) and tags else tags or environment.tags()
    described = [f"{part}:{description[part]}"[:LONGEST_TAG] for part in PARTS]
    suffix = hashlib.sha256(group.encode()).hexdigest()[:4]
    return RunName(
        id=f"{description['config_id']}-{seeds}-{suffix}" if given is None else given.id,
        name=", ".join([*_searched(description), *([shown] if shown else [])]),
        group=group,
        job_type=job_type,
        tags=tuple(dict.fromkeys([*described, *own])),
        given=given,
    )


def flat_config(description: Mapping[str, Any], config: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what a run is filtered and grouped by: names, the settings that ran by their keys, and where it is from.

    Args:
        description: the contents of `job.json`.
        config: the resolved configuration.
    """
    settings = flatten({key: value for key, value in config.items() if key not in _UNSHOWN})
    origin = ("config_id", "table", "table_hash", "clock", "fidelities", "trial", "settings", "command", "commit")
    known = {key: description[key] for key in origin if key in description}
    versions = {f"versions.{name}": version for name, version in description.get("versions", {}).items()}
    return {**settings, **{part: description[part] for part in PARTS}, **known, **versions}


def _searched(description: Mapping[str, Any]) -> list[str]:
    if description["label"]:
        return [description["label"]]
    space, protocol, algorithm, dataset = (description[part] for part in PARTS)
    return [f"{algorithm} on {space}/{dataset}", protocol, *_settings(description)]


def _settings(description: Mapping[str, Any]) -> list[str]:
    """Returns the settings that the command names; of a job that a program ran, the configuration's id."""
    if description.get("command") is None:
        return [f"[{description['config_id']}]"]
    words = [word for word in shlex.split(description["command"]) if "=" in word]
    return [word.removeprefix("algorithm.") for word in words if not _is_said(word.partition("=")[0])]


def _is_said(key: str) -> bool:
    return key in PARTS or key.partition(".")[0] in set(_SAID) - set(PARTS)
