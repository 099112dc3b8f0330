"""The measured architectures of a sample as a space: a search moves from member to near member.

Draws are without replacement; mutation and neighbours lead to the nearest members under the edit distance that the
space declares. Members are known, their scores are not.
"""

# annotations that are not evaluated spare the start numpy.random
from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.errors import ArchitectureError, ConfigError
from nasbench_suite.sampled_space.distances import Decision, EditDistances
from nasbench_suite.sampled_space.subset import SubsetSpace
from nasbench_suite.space import Space
from nasbench_suite.variables import ArchT, Categorical, check_codes

# searches that may take turns to draw from the same members, each without replacement
_INTERLEAVED = 32
# pairs of members whose distances are held at a time: 64 MiB
_PAIRS = 1 << 23


class SampleMembers(SubsetSpace[ArchT]):
    """The measured architectures of a sampled space.

    Distances are edits, as the space's decisions count them; ties are broken by the order of the members, so that
    everything here is a function of the members and the generator.
    """

    def __init__(
        self,
        space: Space[ArchT],
        members: Sequence[ArchT],
        decisions: Mapping[Decision, Sequence[Any]],
        nearest: int,
    ) -> None:
        """
        Args:
            space: of the architectures.
            members: those that were measured, each once.
            decisions: what makes them up: each decision with its value in every member.
            nearest: how many nearest members a mutation chooses from.

        Raises:
            ConfigError: there are fewer than two members, or one is there twice.
        """
        super().__init__(space, members)
        self._place = {member: place for place, member in enumerate(self.members)}
        if len(self._place) < len(self.members):
            raise ConfigError(f"space {space.name}: an architecture is among the measured ones twice")
        self._nearest_count = min(nearest, len(self.members) - 1)
        # a decision on which all members agree decides nothing
        chosen = {decision: values for decision, values in decisions.items() if len(set(values)) > 1}
        twins = _twins(list(zip(*chosen.values(), strict=True)), len(self.members))
        if any(twins):
            chosen[Decision("twin", "named")] = twins
        levels = [sorted(set(values)) for values in chosen.values()]
        self.variables = tuple(
            Categorical(decision.name, tuple(map(_text, values)))
            for decision, values in zip(chosen, levels, strict=True)
        )
        code_of = [{value: code for code, value in enumerate(values)} for values in levels]
        columns = [[code[v] for v in values] for values, code in zip(chosen.values(), code_of, strict=True)]
        self._codes: NDArray[np.int64] = np.array(columns, dtype=np.int64).T
        self._by_codes = {tuple(row): place for place, row in enumerate(self._codes.tolist())}
        self._edits = EditDistances([decision.kind for decision in chosen], levels, self._codes)
        self._order = lru_cache(maxsize=_INTERLEAVED)(self._shuffled)
        self._closest: dict[int, list[int]] = {}

    def __contains__(self, arch: object) -> bool:
        return isinstance(arch, Hashable) and arch in self._place

    def sample(self, rng: np.random.Generator) -> ArchT:
        """Draws a member that this generator has not drawn yet; after all were drawn, it starts over.

        The first draw shuffles the members, which is all that is consumed of `rng`.
        """
        return self.members[next(self._order(rng))]

    def _shuffled(self, rng: np.random.Generator) -> Iterator[int]:
        while True:
            yield from rng.permutation(len(self.members)).tolist()

    def mutate(self, arch: ArchT, rng: np.random.Generator) -> ArchT:
        """Draws uniformly one of the members nearest to `arch`."""
        nearest = self.nearest(arch)
        return nearest[int(rng.integers(len(nearest)))]

    def nearest(self, arch: ArchT) -> list[ArchT]:
        """Lists the members nearest to a member, nearest first, without itself: as many as a mutation chooses from."""
        place = self._place_of(arch)
        found = self._closest.get(place)
        if found is None:
            distances, count = self._others(np.array([place]))[0], self._nearest_count
            near = np.flatnonzero(distances <= np.partition(distances, count - 1)[count - 1])
            found = near[np.argsort(distances[near], kind="stable")[:count]].tolist()
            self._closest[place] = found
        return [self.members[at] for at in found]

    def neighbours(self, arch: ArchT) -> list[ArchT]:
        """Lists the members that are among the nearest of `arch` or have it among theirs, nearest first."""
        place, count = self._place_of(arch), len(self)
        keys = self._others(np.array([place]))[0].astype(np.int64) * count + np.arange(count)  # by distance, then place
        mine = keys <= self._reach[place]
        theirs = keys - np.arange(count) + place <= self._reach
        found = np.sort(keys[(mine | theirs) & (np.arange(count) != place)]) % count
        return [self.members[at] for at in found]

    @cached_property
    def _reach(self) -> NDArray[np.int64]:
        """The key of every member's farthest nearest member; all pairs are compared, once."""
        size = max(1, _PAIRS // len(self))
        return np.concatenate(
            [self._reach_of(np.arange(start, min(start + size, len(self)))) for start in range(0, len(self), size)]
        )

    def _reach_of(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        # what sorting all keys would give, sooner: ties are broken by counting
        distances, count = self._others(places), self._nearest_count
        farthest = np.partition(distances, count - 1, axis=1)[:, count - 1, None]
        wanted = count - (distances < farthest).sum(axis=1, keepdims=True)
        tied = (distances == farthest).cumsum(axis=1, dtype=np.int32) == wanted
        keys: NDArray[np.int64] = farthest[:, 0].astype(np.int64) * len(self) + tied.argmax(axis=1)
        return keys

    def _others(self, places: NDArray[np.int64]) -> NDArray[np.uint16]:
        """Returns the edits from each of some members to every member; a member is farthest from itself."""
        distances = self._edits.to_members(self._codes[places]).astype(np.uint16)
        distances[np.arange(len(places)), places] = np.iinfo(np.uint16).max
        return distances

    def encode(self, arch: ArchT) -> tuple[int, ...]:
        """Returns a member's code for each of `variables`."""
        return tuple(self._codes[self._place_of(arch)].tolist())

    def decode(self, codes: Sequence[int]) -> ArchT:
        """Returns the member that has these codes, else the nearest one.

        Nearly no combination of codes was measured; an algorithm that makes up its own would otherwise find nothing.

        Raises:
            ArchitectureError: they are not codes of `variables`.
        """
        wanted = check_codes(codes, self.variables, self.name)
        place = self._by_codes.get(wanted)
        if place is None:
            place = int(self._edits.to_members(np.array([wanted]))[0].argmin())
        return self.members[place]

    def _place_of(self, arch: ArchT) -> int:
        try:
            return self._place[arch]
        except (KeyError, TypeError):
            raise ArchitectureError(f"{self.name}: expected one of the {len(self)} measured, got {arch!r}") from None


def _twins(rows: Sequence[tuple[Any, ...]], count: int) -> list[int]:
    """Counts for each row how many equal ones come before it."""
    seen: dict[tuple[Any, ...], int] = {}
    return [seen.update({row: seen.get(row, -1) + 1}) or seen[row] for row in rows or [()] * count]


def _text(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
