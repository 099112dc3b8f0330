"""How many edits lie between architectures of a sample, for many pairs at once."""

import math
from collections.abc import Sequence
from functools import cached_property
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Kind = Literal["named", "ladder", "octaves"]


class Decision(NamedTuple):
    """One decision of an architecture, and what a change of it counts.

    Attributes:
        name: unique within the space.
        kind: `named`: any other value is one edit away; `ladder`: values are in order, and an edit is a step to the
            next value that occurs in the sample; `octaves`: numbers of 0 or more, and an edit is a factor of two.
    """

    name: str
    kind: Kind


class EditDistances:
    """The edits from any codes to every member of a sample.

    An architecture is written as bits, so that one matrix product compares many with many: a named choice sets one bit,
    a height h on a ladder sets h bits. A bit that two architectures share counts 1 for a named choice, which is then no
    edit, and 2 on a ladder, for |a - b| = a + b - 2 min(a, b). Sums of small whole numbers are exact in float32.

    Two decisions, a colour and a size of 10, 20 or 80, and three members: blue 10, red 10 and red 80.

    >>> edits = EditDistances(
    ...     kinds=["named", "ladder"],
    ...     levels=[["blue", "red"], [10, 20, 80]],
    ...     codes=np.array([[0, 0], [1, 0], [1, 2]]),
    ... )
    >>> edits.bits(np.array([[0, 0], [1, 0], [1, 2]])).astype(int).tolist()  # blue, red, above 10, above 20
    [[1, 0, 0, 0], [0, 1, 0, 0], [0, 1, 1, 1]]
    >>> edits.to_members(np.array([[0, 1]])).tolist()  # blue 20: a step; a colour and a step; a colour and a step
    [[1.0, 2.0, 2.0]]
    """

    def __init__(self, kinds: Sequence[Kind], levels: Sequence[Sequence[Any]], codes: NDArray[np.int64]) -> None:
        """
        Args:
            kinds: of the decisions.
            levels: of each decision, its values in rising order; a code is a place there.
            codes: (members, decisions) the members'.
        """
        self._kinds, self._levels, self._codes = kinds, levels, codes

    def to_members(self, codes: NDArray[np.int64]) -> NDArray[np.float32]:
        """Returns the edits from each of some codes (Q, decisions) to every member: (Q, members)."""
        bits, ordered = self.bits(codes), self._ordered
        members, heights = self._member_bits
        named = self._kinds.count("named")
        edits: NDArray[np.float32] = (
            bits[:, ordered].sum(axis=1)[:, None] + heights + np.float32(named) - bits @ members
        )
        return edits

    def bits(self, codes: NDArray[np.int64]) -> NDArray[np.float32]:
        """Writes codes (Q, decisions) as bits (Q, bits)."""
        parts = []
        for at, (kind, heights) in enumerate(zip(self._kinds, self._heights, strict=True)):
            height, rungs = heights[codes[:, at]][:, None], np.arange(self._width(at))
            parts.append(height == rungs if kind == "named" else height > rungs)
        return np.concatenate(parts, axis=1).astype(np.float32)

    @cached_property
    def _member_bits(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The members' bits, those of ladders counting twice: (bits, members); and their heights: (members,)."""
        bits = self.bits(self._codes)
        doubled = np.ascontiguousarray((bits * (1 + self._ordered)).T, dtype=np.float32)
        return doubled, bits[:, self._ordered].sum(axis=1)

    @cached_property
    def _heights(self) -> list[NDArray[np.int64]]:
        """The height of each level of each decision: on its ladder, in octaves above the lowest, or just its code."""
        return [
            octaves(levels) if kind == "octaves" else np.arange(len(levels))
            for levels, kind in zip(self._levels, self._kinds, strict=True)
        ]

    @cached_property
    def _ordered(self) -> NDArray[np.bool_]:
        """Which of the bits are steps of a ladder."""
        widths = [self._width(at) for at in range(len(self._kinds))]
        return np.repeat(np.array([kind != "named" for kind in self._kinds], dtype=np.bool_), widths)

    def _width(self, at: int) -> int:
        top = int(self._heights[at].max())
        return top + 1 if self._kinds[at] == "named" else top


def octaves(levels: Sequence[float]) -> NDArray[np.int64]:
    """Returns the rounded log2 above the lowest positive level; levels of zero are one octave below it.

    >>> octaves([0.1, 0.2, 0.8]).tolist(), octaves([0.0, 0.1, 0.4]).tolist()
    ([0, 1, 3], [0, 1, 3])
    """
    rounded = [round(math.log2(level)) if level > 0 else None for level in levels]
    lowest = min((octave for octave in rounded if octave is not None), default=0)
    floor = lowest - 1 if None in rounded else lowest
    return np.array([0 if octave is None else octave - floor for octave in rounded])
