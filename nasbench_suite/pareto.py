"""Pareto dominance of losses, which are to be minimised."""

from collections.abc import Sequence
from operator import le


class ParetoArchive:
    """The losses that nothing which came before or after dominates."""

    def __init__(self) -> None:
        """Starts empty."""
        self.front: list[tuple[float, ...]] = []

    def add(self, losses: tuple[float, ...]) -> bool:
        """Takes losses, and says whether they enter: whether none in it are as good in all; the first of equals stay.

        What they dominate leaves.
        """
        front = self.front
        for other in front:
            for mine, theirs in zip(losses, other, strict=True):
                if mine < theirs:
                    break
            else:
                return False
        self.front = [other for other in front if not _as_good(losses, other)]
        self.front.append(losses)
        return True


def dominates(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether one is as good in all objectives, and better in some."""
    return _as_good(one, other) and any(mine < theirs for mine, theirs in zip(one, other, strict=True))


def dominates_constrained(
    one: Sequence[float], violation: float, other: Sequence[float], their_violation: float
) -> bool:
    """Whether one is preferred under constraints (Deb et al. 2002, definition 1).

    What violates less is preferred, and what violates nothing most of all; among these, dominance decides. Where both
    violate equally, nothing does.
    """
    if violation or their_violation:
        return violation < their_violation
    return dominates(one, other)


def _as_good(one: Sequence[float], other: Sequence[float]) -> bool:
    return all(map(le, one, other))
