"""One job: a configuration that is searched under many seeds into one results folder, as plain values."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from nasbench_suite.configuration.identity import SEARCHES, decisive, identity
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.jobs.plan import SearchPlan
from nasbench_suite.objective import Tradeoff

# of the groups' chosen names, those that reports show; the others are their values
_NAMES = ("space", "algorithm", "protocol")


@dataclass(frozen=True)
class Job:
    """A configuration that was checked against its table; plain values, so that processes can be handed it.

    Attributes:
        plan: how it searches.
        choices: the config groups' chosen names, `algorithm` and `space` among them.
        table: name of the table, or of what is trained on.
        table_sha256: its content hash, or that of all that decides a training.
        best: by data set, the table's highest validation and test accuracy, from which regret is measured; nothing
            where it is not known.
        command: that runs this job alone; None where a program asked for it.
        commit: of the code, in git; None where it is no checkout.
        tradeoff: what searches with several objectives or constraints weigh; None for one objective without any.
    """

    plan: SearchPlan
    choices: Mapping[str, str]
    table: str
    table_sha256: str
    best: Mapping[str, tuple[float | None, float | None]]
    command: str | None = None
    commit: str | None = None
    tradeoff: Tradeoff | None = None

    @property
    def config(self) -> Mapping[str, Any]:
        """The resolved configuration, and under `choices` the groups' chosen names."""
        return self.plan.config

    @property
    def fidelities(self) -> tuple[Fidelity, ...]:
        """Those on offer, cheapest first; none for a one-shot algorithm."""
        return self.plan.fidelities

    @cached_property
    def id(self) -> str:
        """Eight hex digits that stand for everything that can change a result, the seeds apart."""
        names = {key: self.choices[key] for key in _NAMES}
        images = None if self.plan.one_shot is None else self.plan.one_shot.images_sha256
        figures = [] if self.tradeoff is None else [self.tradeoff.figures_sha256]
        figures += [] if self.plan.column_sha256 is None else [self.plan.column_sha256]
        return identity(decisive(self.config, SEARCHES), names, self.table_sha256, images, *figures)

    @property
    def objectives(self) -> list[str]:
        """The objectives, as the configuration says them."""
        objectives = self.config["objectives"]
        return [objectives] if isinstance(objectives, str) else list(objectives)

    @property
    def seeds(self) -> range:
        """The seeds of the searches."""
        return range(self.config["seed"], self.config["seed"] + self.config["seeds"])

    @property
    def folder(self) -> Path:
        """Where the results of all its seeds go: derived from the configuration, never from time or a job's number."""
        names = (self.choices["space"], self.config["dataset"], self.choices["algorithm"], self.choices["protocol"])
        return Path(self.config["results"]) / f"{'-'.join(names)}-{self.id}"

    def describe(self) -> dict[str, Any]:
        """Returns what a report needs to know of the job, as plain values."""
        one_shot = self.plan.one_shot
        return {
            "config_id": self.id,
            "space": self.choices["space"],
            "algorithm": self.choices["algorithm"],
            "protocol": self.choices["protocol"],
            "settings": self.config["settings"],
            "label": self.config["label"],
            "dataset": self.config["dataset"],
            "objectives": self.objectives,
            "tradeoff": None if self.tradeoff is None else asdict(self.tradeoff),
            "column_sha256": self.plan.column_sha256,
            "trial": self.plan.trial,
            "fidelities": [list(fidelity) for fidelity in self.fidelities],
            "multi_fidelity": self.plan.multi_fidelity,
            "workers": self.config["workers"],
            "budget": self.config["budget"],
            "clock": self.plan.clock,
            "seconds_from": self.plan.seconds_from,
            "one_shot": None if one_shot is None else {name: _plain(value) for name, value in vars(one_shot).items()},
            "table": self.table,
            "table_hash": self.table_sha256,
            "best": {name: [*accuracies] for name, accuracies in self.best.items()},
            "command": self.command,
            "commit": self.commit,
        }


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
