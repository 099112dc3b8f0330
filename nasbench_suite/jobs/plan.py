"""How a job searches, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nasbench_suite.evaluators.evaluator import Clock
from nasbench_suite.fidelity import Fidelity


@dataclass(frozen=True)
class OneShotPlan:
    """What is searched by weight sharing; plain values.

    Attributes:
        operations: columns of edge weights.
        parameterless: those of them that have nothing to learn.
        edges: rows of edge weights.
        images_sha256: checksum of the data set.
        torch_version: of PyTorch.
    """

    operations: tuple[str, ...]
    parameterless: tuple[str, ...]
    edges: tuple[str, ...]
    images_sha256: str
    torch_version: str


@dataclass(frozen=True)
class SearchPlan:
    """How a job searches; plain values.

    Attributes:
        config: the resolved configuration, with the machine's choice where it is left to the machine.
        fidelities: on offer to the algorithm, cheapest first; none where it asks for no evaluation.
        multi_fidelity: whether the algorithm screens at the lower ones.
        trial: which trial answers; None where nobody asks.
        seconds_from: the formula of the seconds, where they are not the source's own.
        clock: whose seconds they are.
        steps: of a search, for a progress bar.
        one_shot: None where the algorithm asks for evaluations.
        column_sha256: of the column that the algorithm looks architectures up in; None for one that looks nothing up.
    """

    config: Mapping[str, Any]
    fidelities: tuple[Fidelity, ...]
    multi_fidelity: bool
    trial: str | int | None
    seconds_from: str | None
    clock: Clock
    steps: int
    one_shot: OneShotPlan | None
    column_sha256: str | None = None
