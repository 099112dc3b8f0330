"""What the server keeps."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

HISTORY = "wandb-history.jsonl"
# what W&B's client notes of itself
OWN = ("_wandb", "_step", "_runtime", "_timestamp")


@dataclass
class Run:
    """A run as the client has sent it.

    Attributes:
        name: W&B's id of the run.
        entity: whose it is.
        project: that it is in.
        sent: `displayName`, `groupName`, `jobType`, `sweep`: what the client named, by the server's words.
        tags: as sent.
        files: contents by path.
        lines: of the files that grow, such as the history, by path and place; what begins at the first place
            replaces all.
        exit_code: None until the run has ended.
        config: values by key.
    """

    name: str
    entity: str
    project: str
    sent: dict[str, Any] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    lines: dict[str, dict[int, str]] = field(default_factory=dict)
    exit_code: int | None = None
    config: dict[str, Any] = field(default_factory=dict)

    @property
    def history(self) -> list[dict[str, Any]]:
        """The rows, in the order of their places, without what W&B adds."""
        rows = [json.loads(line) for _, line in sorted(self.lines.get(HISTORY, {}).items())]
        return [{key: value for key, value in row.items() if key not in OWN} for row in rows]

    @property
    def summary(self) -> dict[str, Any]:
        """The last summary that was sent, without what W&B adds."""
        last = json.loads(self.lines.get("wandb-summary.json", {}).get(0, "{}"))
        return {key: value for key, value in last.items() if key not in OWN}

    def update(self, variables: Mapping[str, Any]) -> None:
        """Takes over what a mutation names; null stands for what stays as it was."""
        for key in ("displayName", "groupName", "jobType", "sweep"):
            if variables.get(key) is not None:
                self.sent[key] = variables[key]
        self.tags = variables.get("tags") or self.tags
        config = json.loads(variables.get("config") or "{}")
        self.config |= {key: item["value"] for key, item in config.items() if key not in OWN}

    def stream(self, body: Mapping[str, Any]) -> None:
        """Takes over what one request of the file stream brings."""
        for path, part in (body.get("files") or {}).items():
            places = self.lines.setdefault(path, {})
            if part["offset"] == 0:
                places.clear()  # a run is begun again
            places |= {part["offset"] + at: line for at, line in enumerate(part["content"])}
        if body.get("complete"):
            self.exit_code = body["exitcode"]


@dataclass
class Sweep:
    """A sweep, whose agents are handed its jobs one by one.

    Attributes:
        name: W&B's id of the sweep.
        config: the sweep's file.
        jobs: the parameters of the runs that are yet to be handed out, by the run's id.
    """

    name: str
    config: dict[str, Any]
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass
class Artifact:
    """An artifact.

    Attributes:
        name: without a version.
        kind: its type.
        versions: the metadata of each, by the digest of its contents.
        runs: the ids of the runs that first brought each, by the same.
        files: contents by path.
    """

    name: str
    kind: str
    versions: dict[str, dict[str, Any]] = field(default_factory=dict)
    runs: dict[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)


@dataclass
class View:
    """A saved workspace."""

    name: str
    display_name: str
    spec: dict[str, Any]


@dataclass
class Project:
    """What one project holds: runs by their id, sweeps by theirs, views by name, artifacts by name."""

    runs: dict[str, Run] = field(default_factory=dict)
    sweeps: dict[str, Sweep] = field(default_factory=dict)
    views: dict[str, View] = field(default_factory=dict)
    artifacts: dict[str, Artifact] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Run]:
        return iter(self.runs.values())
