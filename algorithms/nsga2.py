"""NSGA-II (Deb et al. 2002, "A fast and elitist multiobjective genetic algorithm", IEEE TEC 6(2)): elitist and crowded.

Architectures are strings of choices: crossover at one point and a mutation of each choice, as the paper has them for
binary-coded variables.
"""

from collections.abc import Sequence
from typing import Generic, NamedTuple

import numpy as np

from nasbench_suite.algorithm import Algorithm, Proposal
from nasbench_suite.algorithms.decoding import draw_valid
from nasbench_suite.algorithms.domination import Standing, distances, ranks
from nasbench_suite.errors import ConfigError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.observation import Observation
from nasbench_suite.space import Space
from nasbench_suite.variables import ArchT


class Parent(NamedTuple, Generic[ArchT]):
    """A member of the population.

    Attributes:
        arch: the architecture.
        standing: what it is worth.
        rank: of its front, 0 the first.
        distance: crowding distance within the front.
    """

    arch: ArchT
    standing: Standing
    rank: int
    distance: float


class NSGA2(Algorithm[ArchT]):
    """Keeps the first fronts of parents and children together, and of the last front that fits the least crowded.

    A generation is asked for as a whole: while results are missing, nothing further is asked.
    """

    multi_objective = True
    constrained = True

    def __init__(
        self,
        space: Space[ArchT],
        fidelities: Sequence[Fidelity],
        rng: np.random.Generator,
        population: int = 100,
        crossover: float = 0.9,
        mutation: float | None = None,
    ) -> None:
        """
        Args:
            space: where to search.
            fidelities: those on offer, cheapest first; the highest is queried.
            rng: the algorithm's own stream.
            population: N, of parents and of children. Defaults are the paper's, section V.
            crossover: chance that a child has two parents.
            mutation: chance that each choice of a child becomes another; None for one in the number of variables, as
                in the paper.
        """
        super().__init__(space, fidelities, rng)
        if population < 2:
            raise ConfigError(f"nsga2: expected population of 2 or more, got {population}")
        for name, chance in (("crossover", crossover), ("mutation", mutation)):
            if chance is not None and not 0 <= chance <= 1:
                raise ConfigError(f"nsga2: expected {name} in 0..1, got {chance}")
        self._size, self._crossover = population, crossover
        self._choices = [len(variable.choices) for variable in space.variables]
        self._mutation = 1 / max(len(self._choices), 1) if mutation is None else mutation
        self._parents: list[Parent[ArchT]] = []
        self._mates: list[Parent[ArchT]] = []
        self._children: list[tuple[ArchT, Standing]] = []
        self._asked = 0

    def ask(self) -> Proposal[ArchT] | None:
        """Returns a random architecture in the first generation, then children; None until a generation is complete."""
        if self._asked == self._size:
            if len(self._children) < self._size:
                return None
            self._select()
        self._asked += 1
        return self.propose(self._child() if self._parents else self.space.sample(self.rng))

    def tell(self, proposal: Proposal[ArchT], observation: Observation) -> None:
        """Takes a result; the generation's last one lets the next begin."""
        self._children.append((proposal.arch, Standing.of(observation)))

    def _select(self) -> None:
        """Makes the next parents of parents and children."""
        members = [*((each.arch, each.standing) for each in self._parents), *self._children]
        standings = [standing for _, standing in members]
        fronts = ranks(standings)
        apart = distances(standings, fronts)
        best = np.lexsort((-apart, fronts))[: self._size].tolist()
        self._parents = [Parent(members[at][0], members[at][1], int(fronts[at]), float(apart[at])) for at in best]
        self._mates = self._winners(2 * self._size)
        self._children, self._asked = [], 0

    def _child(self) -> ArchT:
        first, second = (self.space.encode(self._mates.pop().arch) for _ in range(2))
        return draw_valid(self.space, lambda: self._mutated(self._crossed(first, second)), self.rng)[0]

    def _winners(self, count: int) -> list[Parent[ArchT]]:
        """Returns the winners of tournaments of two: by front, then by distance, then the first drawn."""
        # drawn at once: a draw of its own for each would be a quarter of a search's time
        drawn = self.rng.integers(len(self._parents), size=(count, 2)).tolist()
        pairs = [(self._parents[one], self._parents[other]) for one, other in drawn]
        return [other if (other.rank, -other.distance) < (one.rank, -one.distance) else one for one, other in pairs]

    def _crossed(self, first: tuple[int, ...], second: tuple[int, ...]) -> tuple[int, ...]:
        if len(first) < 2 or self.rng.random() >= self._crossover:
            return first
        cut = int(self.rng.integers(1, len(first)))
        return first[:cut] + second[cut:]

    def _mutated(self, codes: tuple[int, ...]) -> tuple[int, ...]:
        mutated = list(codes)
        for at, drawn in enumerate(self.rng.random(len(codes)).tolist()):
            if drawn < self._mutation:
                mutated[at] = self._another(codes[at], at)
        return tuple(mutated)

    def _another(self, code: int, variable: int) -> int:
        choices = self._choices[variable]
        return code if choices < 2 else int((code + self.rng.integers(1, choices)) % choices)
