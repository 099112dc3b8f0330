"""How one-shot algorithms come from a trained supernet to one architecture: the best of several, scored by it."""

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.errors import ConfigError
from nasbench_suite.one_shot.session import Session, Statistics
from nasbench_suite.variables import ArchT


@dataclass(frozen=True)
class SelectionSettings:
    """How architectures are scored by a supernet. Defaults are those of NAS-Bench-201's code (arXiv:2001.00326).

    Attributes:
        select: architectures scored for an answer.
        images: validation images that each is scored on, drawn anew for each.
        augmented: whether these are augmented as in training.
        statistics: that batch normalisation uses, see `Session.accuracy`.
    """

    select: int = 100
    images: int = 512
    augmented: bool = False
    statistics: Statistics = "running"

    def __post_init__(self) -> None:
        if self.select < 1 or self.images < 1:
            raise ConfigError(f"selection: expected select and images of 1 or more, got {self.select}, {self.images}")
        if self.statistics not in ("batch", "running"):
            raise ConfigError(f"selection: expected statistics batch or running, got {self.statistics!r}")


def score(session: Session[ArchT], arch: ArchT, settings: SelectionSettings) -> float:
    """Returns an architecture's accuracy in percent, with the supernet's parameters, on a new validation batch."""
    batch = session.valid_batch(settings.images, settings.augmented)
    return session.accuracy(batch, session.supernet.path(arch), settings.statistics)


def best_of(session: Session[ArchT], architectures: Iterable[ArchT], settings: SelectionSettings) -> ArchT:
    """Returns the first of the architectures, at least one, whose score is the highest."""
    return max(architectures, key=lambda arch: score(session, arch, settings))


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
