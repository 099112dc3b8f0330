"""The folder of finished scores: a planned folder, and scores.csv, all of them as a tidy CSV that `annotate` reads."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from nasbench_suite.planned_folder import PlannedFolder

CSV = "scores.csv"


class Scored(NamedTuple):
    """A score of an architecture.

    Attributes:
        value: None where the network has no such score.
        seconds: of building the network and computing the score.
    """

    value: float | None
    seconds: float


class ScoreFolder(PlannedFolder[str, dict[str, Scored]]):
    """A folder of scores, locked while it is open.

    Attributes:
        path: of the folder.
        results: by the architecture's text and the score's name; those finished so far.
    """

    finished = "scored architectures"

    def append(self, arch: str, scores: Mapping[str, Scored]) -> None:
        """Notes the scores of an architecture; they are safe from then on.

        Raises:
            ResultsError: the disk is full or fails; what was there before stays.
        """
        with self._noting():
            self._log.append([arch, {name: [*scored] for name, scored in scores.items()}])
        self.results.setdefault(arch, {}).update(scores)

    def _add_record(self, record: Any) -> None:
        arch, scores = record
        known = {str(name): _scored(*values) for name, values in scores.items()}
        self.results.setdefault(str(arch), {}).update(known)


def _scored(value: object, seconds: object) -> Scored:
    if not isinstance(value, float | None) or not isinstance(seconds, float):
        raise ValueError(f"expected numbers, got {value!r:.50} and {seconds!r:.50}")
    return Scored(value, seconds)
