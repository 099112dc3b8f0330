"""The two kinds of search: querying an evaluator, and training a supernet. The class of the algorithm decides.

Loading this module loads no torch.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from hydra.utils import get_object

from nasbench_suite.evaluators.evaluator import Evaluator
from nasbench_suite.jobs.epoch_observer import OpenObserver
from nasbench_suite.jobs.job import Job
from nasbench_suite.jobs.plan import SearchPlan
from nasbench_suite.jobs.searcher import Searcher
from nasbench_suite.one_shot.algorithm import OneShotAlgorithm
from nasbench_suite.pytorch import need_pytorch
from nasbench_suite.space import Space


class SearchKind(Protocol):
    """A kind of search; a module."""

    def check_space(self, space: Space[Any], algorithm: str) -> None:
        """Complains about a space that cannot be searched so, before tables and images are looked for.

        Args:
            space: to be searched.
            algorithm: its name, for the message.

        Raises:
            ConfigError: says why.
        """

    def plan(self, config: Mapping[str, Any], space: Space[Any], evaluator: Evaluator) -> SearchPlan:
        """Checks a resolved configuration.

        Raises:
            NasBenchSuiteError: it makes no sense, or something that it needs is not there.
        """

    def open_searcher(self, job: Job, observer: OpenObserver | None) -> Searcher:
        """Opens what the searches of one process share.

        Args:
            job: that is searched.
            observer: opens who watches each one-shot search.
        """


def kind_of(algorithm: Mapping[str, Any]) -> SearchKind:
    """Returns the kind of search that an algorithm does.

    Args:
        algorithm: its configuration.

    Raises:
        ConfigError: there is no such class.
    """
    if issubclass(_class_of(algorithm), OneShotAlgorithm):
        need_pytorch("a one-shot algorithm")
        from nasbench_suite.jobs import one_shot

        return one_shot
    from nasbench_suite.jobs import query

    return query


def _class_of(algorithm: Mapping[str, Any]) -> type:
    try:
        found = get_object(algorithm["_target_"])
    except Exception:  # what is wrong with the name is said by who makes the algorithm
        return object
    return found if isinstance(found, type) else object
