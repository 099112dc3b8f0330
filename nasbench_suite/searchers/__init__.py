"""The two ways to search: asking an evaluator (`asking`), and training a supernet (`one_shot`).

The class of the algorithm decides. Loading this package loads no torch.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from hydra.utils import get_object

from nasbench_suite.evaluators import Clock, Evaluator
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.one_shot.algorithm import OneShotAlgorithm
from nasbench_suite.progress import Progress
from nasbench_suite.results import SeedRecord
from nasbench_suite.space import Space

if TYPE_CHECKING:
    from nasbench_suite.job import Job


@dataclass(frozen=True)
class OneShot:
    """What is searched by weight sharing; plain values.

    Attributes:
        operations: columns of edge weights.
        weightless: those of them that have nothing to learn.
        edges: rows of edge weights.
        images: checksum of the data set.
        torch: its version.
    """

    operations: tuple[str, ...]
    weightless: tuple[str, ...]
    edges: tuple[str, ...]
    images: str
    torch: str


@dataclass(frozen=True)
class Plan:
    """How a job searches; plain values.

    Attributes:
        config: the resolved configuration, with the machine's choice where it is left to the machine.
        fidelities: on offer to the algorithm, cheapest first; none where it asks for no evaluation.
        multi_fidelity: whether the algorithm screens at the lower ones.
        seed_policy: which trial answers; None where nobody asks.
        seconds_from: the formula of the seconds, where they are not the source's own.
        clock: whose seconds they are.
        steps: of a search, for a progress bar.
        one_shot: None where the algorithm asks for evaluations.
    """

    config: Mapping[str, Any]
    fidelities: tuple[Fidelity, ...]
    multi_fidelity: bool
    seed_policy: str | int | None
    seconds_from: str | None
    clock: Clock
    steps: int
    one_shot: OneShot | None


class Searcher(Protocol):
    """Runs the searches of one process."""

    def run(self, seed: int, progress: Progress | None) -> SeedRecord:
        """Runs one search and lets the judge score every incumbent.

        Args:
            seed: of the search.
            progress: takes the steps as they are done; None where another process shows them.
        """


class Way(Protocol):
    """A way to search; a module."""

    def check_space(self, space: Space[Any]) -> None:
        """Complains about a space that cannot be searched so, before tables and images are looked for.

        Raises:
            ConfigError: says why.
        """

    def plan(self, config: Mapping[str, Any], space: Space[Any], evaluator: Evaluator) -> Plan:
        """Checks a resolved configuration.

        Raises:
            NasBenchSuiteError: it makes no sense, or something that it needs is not there.
        """

    def open_searcher(self, job: "Job") -> Searcher:
        """Opens what the searches of one process share."""


def way_of(algorithm: Mapping[str, Any]) -> Way:
    """Returns the way in which an algorithm searches.

    Args:
        algorithm: its configuration.

    Raises:
        ConfigError: there is no such class.
    """
    if issubclass(_class_of(algorithm), OneShotAlgorithm):
        from nasbench_suite.searchers import one_shot

        return one_shot
    from nasbench_suite.searchers import asking

    return asking


def _class_of(algorithm: Mapping[str, Any]) -> type:
    try:
        found = get_object(algorithm["_target_"])
    except Exception:  # what is wrong with the name is said by who makes the algorithm
        return object
    return found if isinstance(found, type) else object
