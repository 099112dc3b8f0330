"""Searching a sample: a space whose architectures are those that somebody happened to measure.

Nothing but the measured architectures has a score, so a search moves among them: draws are without replacement, and
mutation and neighbours lead to the nearest members under the edit distance that the space declares. A pool knows its
members and nothing of their scores.
"""

import math
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any, Generic, Literal, NamedTuple, Never

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.errors import ArchitectureError, ConfigError
from nasbench_suite.space import Space
from nasbench_suite.variables import ArchT, Categorical
from nasbench_suite.whole_number import is_whole

# searches that may draw from one pool in turns, each without replacement
_INTERLEAVED = 32
# pairs of members whose distances are held at a time: 64 MiB
_PAIRS = 1 << 23


Kind = Literal["named", "ladder", "octaves"]


class Decision(NamedTuple):
    """One decision of an architecture, and what a change of it counts.

    Attributes:
        name: unique within the space.
        kind: `named`: any other value is one edit away; `ladder`: values are in order, and an edit is a step to the
            next one that occurs in the pool; `octaves`: positive numbers, and an edit is a factor of two.
    """

    name: str
    kind: Kind


class SampledSpace(Space[ArchT]):
    """A space of which a sample was measured; `confined` makes it searchable.

    Attributes:
        nearest: how many nearest members a mutation chooses from.
    """

    confines = True
    variables: tuple[Categorical, ...] = ()

    def __init__(self, nearest: int = 10) -> None:
        """
        Args:
            nearest: how many nearest members a mutation chooses from.

        Raises:
            ConfigError: it is not a positive number.
        """
        if not is_whole(nearest, 1):
            raise ConfigError(f"space {self.name}: expected nearest to be 1 or more, got {nearest!r}")
        self.nearest = nearest

    @abstractmethod
    def decisions(self, members: Sequence[ArchT]) -> Mapping[Decision, Sequence[Any]]:
        """Returns what makes up the architectures: each decision with its value in every member.

        Members that agree in all of them are told apart by the order in which they come.
        """

    def confined(self, measured: Callable[[], Sequence[ArchT]]) -> "MeasuredMembers[ArchT]":
        """Returns the pool of the measured architectures."""
        return MeasuredMembers(self, measured())

    def _needs_pool(self) -> Never:
        raise ConfigError(
            f"space {self.name} is a sample, and is searched among the architectures of a table: "
            "use space.confined(...) with those"
        )

    def sample(self, rng: np.random.Generator) -> Never:
        """Raises ConfigError: only a pool can be drawn from."""
        self._needs_pool()

    def mutate(self, arch: ArchT, rng: np.random.Generator) -> Never:
        """Raises ConfigError: only a pool has members to move to."""
        self._needs_pool()

    def neighbours(self, arch: ArchT) -> Never:
        """Raises ConfigError: only a pool has neighbours."""
        self._needs_pool()

    def encode(self, arch: ArchT) -> Never:
        """Raises ConfigError: the choices are those of a pool."""
        self._needs_pool()

    def decode(self, codes: Sequence[int]) -> Never:
        """Raises ConfigError: the choices are those of a pool."""
        self._needs_pool()

    def enumerate(self) -> Never:
        """Raises ConfigError: only a pool can be listed."""
        self._needs_pool()


class MeasuredMembers(Space[ArchT], Generic[ArchT]):
    """The measured architectures of a sampled space.

    Distances are edits, as the space's `decisions` count them; ties are broken by the order of the members, so that
    everything here is a function of the members and the generator.
    """

    def __init__(self, space: SampledSpace[ArchT], members: Sequence[ArchT]) -> None:
        """
        Args:
            space: knows the architectures.
            members: those that were measured, each once.

        Raises:
            ConfigError: there are fewer than two, so that there is nothing to search.
        """
        if len(members) < 2:
            raise ConfigError(f"space {space.name}: expected at least 2 measured architectures, got {len(members)}")
        self.space = space
        self.name, self.datasets = space.name, space.datasets
        self.members = tuple(members)
        self._place = {member: place for place, member in enumerate(self.members)}
        if len(self._place) < len(self.members):
            raise ConfigError(f"space {space.name}: an architecture is among the measured ones twice")
        self._nearest_count = min(space.nearest, len(self.members) - 1)
        # a decision on which all members agree decides nothing
        chosen = {d: values for d, values in space.decisions(self.members).items() if len(set(values)) > 1}
        twins = _twins(list(zip(*chosen.values(), strict=True)), len(self.members))
        if any(twins):
            chosen[Decision("twin", "named")] = twins
        self._kinds = [decision.kind for decision in chosen]
        self._levels = [sorted(set(values)) for values in chosen.values()]
        self.variables = tuple(
            Categorical(decision.name, tuple(map(_text, levels)))
            for decision, levels in zip(chosen, self._levels, strict=True)
        )
        code_of = [{value: code for code, value in enumerate(levels)} for levels in self._levels]
        columns = [[code[v] for v in values] for values, code in zip(chosen.values(), code_of, strict=True)]
        self._codes: NDArray[np.int64] = np.array(columns, dtype=np.int64).T
        self._by_codes = {tuple(row): place for place, row in enumerate(self._codes.tolist())}
        self._order = lru_cache(maxsize=_INTERLEAVED)(self._shuffled)
        self._closest: dict[int, list[int]] = {}

    def __len__(self) -> int:
        return len(self.members)

    def enumerate(self) -> Iterator[ArchT]:
        """Lists the members in the table's order."""
        return iter(self.members)

    def sample(self, rng: np.random.Generator) -> ArchT:
        """Draws a member that this generator has not drawn yet; when all were drawn, it starts over.

        The first draw shuffles the pool, which is all that is consumed of `rng`.
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
        """Lists the `space.nearest` members nearest to a member, nearest first, without itself."""
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
        distances = self._distances(self._codes[places]).astype(np.uint16)
        distances[np.arange(len(places)), places] = np.iinfo(np.uint16).max
        return distances

    def parse(self, text: str) -> ArchT:
        """Reads the text form, of a member or not."""
        return self.space.parse(text)

    def format(self, arch: ArchT) -> str:
        """Writes the text form."""
        return self.space.format(arch)

    def canonical(self, arch: ArchT) -> ArchT:
        """Returns the representative of the isomorphism class, which need not be a member."""
        return self.space.canonical(arch)

    def encode(self, arch: ArchT) -> tuple[int, ...]:
        """Returns a member's code for each of `variables`."""
        return tuple(self._codes[self._place_of(arch)].tolist())

    def decode(self, codes: Sequence[int]) -> ArchT:
        """Returns the member that has these codes, else the nearest one.

        Nearly no combination of codes was measured; an algorithm that makes up its own would otherwise find nothing.

        Raises:
            ArchitectureError: they are no codes of `variables`.
        """
        wanted = tuple(int(code) for code in codes)
        place = self._by_codes.get(wanted)
        if place is None:
            counts = [len(values) for values in self._levels]
            if len(wanted) != len(counts) or not all(0 <= c < n for c, n in zip(wanted, counts, strict=True)):
                raise ArchitectureError(f"{self.name}: expected a code below each of {counts}, got {list(wanted)}")
            place = int(self._distances(np.array([wanted]))[0].argmin())
        return self.members[place]

    def _place_of(self, arch: ArchT) -> int:
        try:
            return self._place[arch]
        except (KeyError, TypeError):
            raise ArchitectureError(f"{self.name}: expected one of the {len(self)} measured, got {arch!r}") from None

    def _distances(self, codes: NDArray[np.int64]) -> NDArray[np.float32]:
        """Returns the edits from each of some codes (Q, variables) to every member: (Q, members)."""
        # |a - b| = a + b - 2 min(a, b) on a ladder, 1 - [a = b] elsewhere; sums of small whole numbers are exact
        bits, ordered = self._bits(codes), self._ordered
        members, heights = self._member_bits
        named = self._kinds.count("named")
        edits: NDArray[np.float32] = (
            bits[:, ordered].sum(axis=1)[:, None] + heights + np.float32(named) - bits @ members
        )
        return edits

    @cached_property
    def _member_bits(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The members' bits, those of ladders counting twice: (bits, members); and their heights: (members,)."""
        bits = self._bits(self._codes)
        return np.ascontiguousarray((bits * (1 + self._ordered)).T, dtype=np.float32), bits[:, self._ordered].sum(
            axis=1
        )

    @cached_property
    def _heights(self) -> list[NDArray[np.int64]]:
        """Where each level of each decision stands: on its ladder, in octaves above the lowest, or just its code."""
        return [
            _octaves(levels) if kind == "octaves" else np.arange(len(levels))
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

    def _bits(self, codes: NDArray[np.int64]) -> NDArray[np.float32]:
        """Writes a height h as h ones and a named choice as a single one, so that products count what agrees."""
        parts = []
        for at, (kind, heights) in enumerate(zip(self._kinds, self._heights, strict=True)):
            place, rungs = heights[codes[:, at]][:, None], np.arange(self._width(at))
            parts.append(place == rungs if kind == "named" else place > rungs)
        return np.concatenate(parts, axis=1).astype(np.float32)

    def network(self, arch: ArchT, **settings: object) -> Any:
        """Builds the network of an architecture, a member or not."""
        return self.space.network(arch, **settings)

    def steps_per_epoch(self, trial_set: str) -> int | None:
        """Returns the training steps of an epoch; None where unknown."""
        return self.space.steps_per_epoch(trial_set)

    def describe_seconds(self, trial_set: str) -> str | None:
        """Says by which formula the seconds of a search come about."""
        return self.space.describe_seconds(trial_set)

    def index(self, archs: Sequence[ArchT]) -> dict[str, NDArray[np.generic]]:
        """Returns the arrays of the space."""
        return self.space.index(archs)

    def locator(self, index: Mapping[str, NDArray[np.generic]]) -> Callable[[ArchT], int]:
        """Returns the look-up of the space."""
        return self.space.locator(index)


def _octaves(levels: Sequence[float]) -> NDArray[np.int64]:
    """Returns the rounded log2 above the lowest positive level; levels of zero stand one octave below it."""
    rounded = [round(math.log2(level)) if level > 0 else None for level in levels]
    lowest = min((octave for octave in rounded if octave is not None), default=0)
    floor = lowest - 1 if None in rounded else lowest
    return np.array([0 if octave is None else octave - floor for octave in rounded])


def _twins(rows: Sequence[tuple[Any, ...]], count: int) -> list[int]:
    """Counts for each row how many equal ones come before it."""
    seen: dict[tuple[Any, ...], int] = {}
    return [seen.update({row: seen.get(row, -1) + 1}) or seen[row] for row in rows or [()] * count]


def _text(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
