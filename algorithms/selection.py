"""How one-shot algorithms come from a trained supernet to one architecture: the best of several, scored by it."""

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Any, Generic

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.checked_settings import check_settings
from nasbench_suite.errors import ConfigError
from nasbench_suite.one_shot.session import Session, Statistics
from nasbench_suite.variables import ArchT


@check_settings
@dataclass(frozen=True)
class SelectionSettings:
    """How architectures are scored by a supernet. Defaults are those of NAS-Bench-201's code (arXiv:2001.00326).

    Attributes:
        select: architectures scored for the incumbent after the last epoch.
        images: validation images that each is scored on: the next ones of a random order, in which every validation
            image comes once before any comes again.
        augmented: whether these are augmented as in training.
        statistics: that batch normalisation uses, see `Session.accuracy`.
        select_before: architectures scored for the incumbents after the epochs before the last; None for `select`. A
            search that a budget ends early ends with such an incumbent.
    """

    select: int = 100
    images: int = 512
    augmented: bool = False
    statistics: Statistics = "running"
    select_before: int | None = None

    def __post_init__(self) -> None:
        if self.select < 1 or self.images < 1:
            raise ConfigError(f"selection: expected select and images of 1 or more, got {self.select}, {self.images}")
        if self.select_before is not None and self.select_before < 1:
            raise ConfigError(f"selection: expected select_before of 1 or more or null, got {self.select_before}")
        if self.statistics not in ("batch", "running"):
            raise ConfigError(f"selection: expected statistics batch or running, got {self.statistics!r}")

    def count(self, session: Session[Any]) -> int:
        """Returns how many architectures are scored for the incumbent after the epoch under way."""
        is_last = session.epoch + 1 >= session.epochs
        return self.select if is_last or self.select_before is None else self.select_before


class Scores(Generic[ArchT]):
    """Scores architectures, each on the next batch of validation images."""

    def __init__(self, session: Session[ArchT], settings: SelectionSettings) -> None:
        """
        Args:
            session: of the supernet.
            settings: of the batches.
        """
        self._session, self._settings = session, settings
        self._batches = session.valid_batches(settings.images, settings.augmented)

    def score(self, arch: ArchT) -> float:
        """Returns an architecture's accuracy in percent, with the supernet's parameters."""
        path = self._session.supernet.path(arch)
        return self._session.accuracy(next(self._batches), path, self._settings.statistics)


def best_of(session: Session[ArchT], architectures: Iterable[ArchT], settings: SelectionSettings) -> ArchT:
    """Returns the first of the architectures, at least one, whose score is the highest."""
    return max(architectures, key=Scores(session, settings).score)


def most_probable(probabilities: NDArray[np.floating], count: int) -> list[tuple[int, ...]]:
    """Returns the most probable joint outcomes of independent draws, one column per row, most probable first.

    Without listing all of them: an outcome's successors take the next likely column in one row, at or after the last
    row that differs from the best outcome, so that each outcome has one predecessor, which is at least as probable.

    Args:
        probabilities: (rows, columns).
        count: how many outcomes; all there are where that is fewer.
    """
    order = np.argsort(-probabilities, axis=1, kind="stable")
    with np.errstate(divide="ignore"):
        costs = -np.log(np.take_along_axis(probabilities.astype(np.float64), order, axis=1))
    rows, columns = probabilities.shape
    waiting: list[tuple[float, tuple[int, ...], int]] = [(float(costs[:, 0].sum()), (0,) * rows, 0)]
    found: list[tuple[int, ...]] = []
    while waiting and len(found) < count:
        _, ranks, last = heappop(waiting)
        found.append(tuple(int(order[row, rank]) for row, rank in enumerate(ranks)))
        for row in range(last, rows):
            if ranks[row] + 1 < columns:
                following = (*ranks[:row], ranks[row] + 1, *ranks[row + 1 :])
                heappush(waiting, (float(costs[range(rows), following].sum()), following, row))
    return found
