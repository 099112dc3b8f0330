"""How one-shot algorithms come from a trained supernet to one architecture: the best of several, scored by it."""

from collections.abc import Iterable
from heapq import heappop, heappush

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.one_shot.session import Session, Statistics
from nasbench_suite.variables import ArchT


def best_of(
    session: Session[ArchT],
    architectures: Iterable[ArchT],
    images: int,
    augmented: bool = False,
    statistics: Statistics = "batch",
) -> ArchT:
    """Returns the first architecture of the highest accuracy under the supernet's weights.

    Args:
        session: with the supernet.
        architectures: at least one.
        images: validation images that each is scored on, drawn anew for each.
        augmented: whether as in training.
        statistics: that batch normalisation uses, see `Session.accuracy`.
    """

    def accuracy(arch: ArchT) -> float:
        return session.accuracy(session.valid_batch(images, augmented), session.supernet.path(arch), statistics)

    return max(architectures, key=accuracy)


def most_probable(probabilities: NDArray[np.floating], count: int) -> list[tuple[int, ...]]:
    """Returns the most probable joint outcomes of independent draws, one a row, most probable first.

    Without listing all of them: an outcome's successors take the next likely column in one row, at or behind the last
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
