"""What one search did: a row per evaluation, in the order in which the results came."""

from collections.abc import Callable, Sequence
from typing import Any

from nasbench_suite.algorithm import Proposal
from nasbench_suite.observation import Observation
from nasbench_suite.pareto import ParetoArchive

Columns = dict[str, list[Any]]
FRONT = "front"
"""The column that says whether an evaluation came on the front."""
FIGURE = "figure_"
"""Begins the name of a column that holds what a search was told of a figure beside accuracy."""


class Trajectory:
    """The evaluations of one search.

    The incumbent is the architecture of the highest validation accuracy so far among the proposals that are
    candidates; the first of equals stays. A diverged training (NaN) never becomes the incumbent, nor does what violates
    a constraint or lacks a figure that the search looks at.

    With several objectives a search answers with a front: those of the same proposals that no other dominates, by what
    it was told.
    """

    def __init__(self) -> None:
        """Starts empty."""
        self._rows: list[tuple[Proposal[Any], Observation, float | None, bool, bool]] = []
        self._highest = float("-inf")
        self._archive = ParetoArchive()

    def __len__(self) -> int:
        return len(self._rows)

    def __repr__(self) -> str:
        found = f", incumbent at {self._highest:.2f}%" if self.found() else ""
        return f"<trajectory of {len(self)} evaluations{found}>"

    def add(self, proposal: Proposal[Any], observation: Observation, clock: float | None) -> None:
        """Adds an evaluation.

        Args:
            proposal: what was asked.
            observation: what came of it.
            clock: seconds since the start of the search, this evaluation included; None where unknown.
        """
        objectives, is_on_front = observation.objectives, False
        stands = proposal.candidate and (objectives is None or not objectives.violation)
        is_incumbent = stands and observation.valid_accuracy > self._highest
        if is_incumbent:
            self._highest = observation.valid_accuracy
        if stands and objectives is not None and len(objectives.losses) > 1:
            is_on_front = self._archive.add(objectives.losses)
        self._rows.append((proposal, observation, clock, is_incumbent, is_on_front))

    def found(self) -> list[Any]:
        """Lists the architectures that were the incumbent or on the front at some time, each once, first one first."""
        return list(dict.fromkeys(row[0].arch for row in self._rows if row[3] or row[4]))

    def columns(self, format: Callable[[Any], str], figures: Sequence[str] = (), front: bool = False) -> Columns:
        """Returns the rows as columns of plain values.

        Args:
            format: writes an architecture's text form.
            figures: names of what the observations' objectives hold; each becomes a column, `figure_NAME`.
            front: whether to say which evaluations came on the front.
        """
        proposals = [row[0] for row in self._rows]
        observations = [row[1] for row in self._rows]
        return {
            "seconds": [row[2] for row in self._rows],
            "schedule": [observation.fidelity.schedule for observation in observations],
            "epoch": [observation.fidelity.epoch for observation in observations],
            "trial": [observation.trial for observation in observations],
            "architecture": [format(proposal.arch) for proposal in proposals],
            "valid_accuracy": [observation.valid_accuracy for observation in observations],
            "incumbent": [row[3] for row in self._rows],
            **({FRONT: [row[4] for row in self._rows]} if front else {}),
            **{f"{FIGURE}{name}": [_figure(observation, name) for observation in observations] for name in figures},
        }


def _figure(observation: Observation, name: str) -> float | None:
    assert observation.objectives is not None
    value = observation.objectives.values[observation.objectives.names.index(name)]
    return value if value == value else None
