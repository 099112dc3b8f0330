"""What one search did: a row per evaluation, in the order in which the results came."""

from collections.abc import Callable
from typing import Any

from nasbench_suite.algorithm import Proposal
from nasbench_suite.observation import Observation

Columns = dict[str, list[Any]]


class Trajectory:
    """The evaluations of one search.

    The incumbent is the architecture of the highest validation accuracy so far among the proposals that are
    candidates; the first of equals stays. A diverged training (NaN) never becomes the incumbent.
    """

    def __init__(self) -> None:
        """Starts empty."""
        self._rows: list[tuple[Proposal[Any], Observation, float | None, bool]] = []
        self._highest = float("-inf")

    def __len__(self) -> int:
        return len(self._rows)

    def __repr__(self) -> str:
        found = f", incumbent at {self._highest:.2f}%" if self.incumbents() else ""
        return f"<trajectory of {len(self)} evaluations{found}>"

    def add(self, proposal: Proposal[Any], observation: Observation, clock: float | None) -> None:
        """Adds an evaluation.

        Args:
            proposal: what was asked.
            observation: what came of it.
            clock: seconds since the start of the search, this evaluation included; None where unknown.
        """
        is_incumbent = proposal.candidate and observation.valid_accuracy > self._highest
        if is_incumbent:
            self._highest = observation.valid_accuracy
        self._rows.append((proposal, observation, clock, is_incumbent))

    def incumbents(self) -> list[Any]:
        """Lists the architectures that were the incumbent at some time, each once, the first one first."""
        return list(dict.fromkeys(proposal.arch for proposal, _, _, is_incumbent in self._rows if is_incumbent))

    def columns(self, format: Callable[[Any], str]) -> Columns:
        """Returns the rows as columns of plain values.

        Args:
            format: writes an architecture's text form.
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
        }
