"""The judge: scores what searches found, each architecture once."""

from typing import Any

from nasbench_suite.evaluators.evaluator import Evaluator


class Judge:
    """Scores what searches found, each architecture once."""

    def __init__(self, evaluator: Evaluator) -> None:
        """
        Args:
            evaluator: that knows.
        """
        self._evaluator = evaluator
        self._scores: dict[Any, dict[str, list[Any]]] = {}

    def score(self, arch: Any) -> dict[str, list[Any]]:
        """Returns [schedule, validation accuracy, test accuracy] by data set."""
        if arch not in self._scores:
            self._scores[arch] = {
                name: [score.schedule, score.valid_accuracy, score.test_accuracy]
                for name, score in self._evaluator.score(arch).items()
            }
        return self._scores[arch]
