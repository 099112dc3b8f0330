"""BANANAS (White et al. 2021, arXiv:1910.11858): networks that read paths choose among mutants of the best.

Candidates are mutants of the best; each gets a draw from the ensemble's normal distribution of its error (independent
Thompson sampling), and those with the lowest draws are evaluated.
"""

from collections.abc import Hashable, Iterator, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.algorithm import Algorithm, Proposal
from nasbench_suite.algorithms.networks import Networks, NetworkSettings
from nasbench_suite.errors import ConfigError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.observation import Observation
from nasbench_suite.sampled_space.subset import SubsetSpace
from nasbench_suite.space import Space
from nasbench_suite.variables import ArchT

# times as many of the best are mutated where their mutants were evaluated before
_PATIENCE = 5


class BANANAS(Algorithm[ArchT]):
    """Evaluates random architectures, then batches of the mutants that an ensemble draws low errors for."""

    def __init__(
        self,
        space: Space[ArchT],
        fidelities: Sequence[Fidelity],
        rng: np.random.Generator,
        startup: int = 10,
        batch: int = 10,
        candidates: int = 100,
        parents: int = 10,
        paths: int | None = None,
        networks: NetworkSettings = NetworkSettings(),
    ) -> None:
        """
        Args:
            space: where to search; one whose architectures are single cells has them encoded by paths, any other by
                one bit per choice of its variables.
            fidelities: those on offer, cheapest first; the highest is queried.
            rng: the algorithm's own stream.
            startup: random architectures first. Defaults are the paper's.
            batch: architectures that one ensemble chooses.
            candidates: that it chooses from.
            parents: best architectures that are mutated, each `candidates / parents` times; the next best follow where
                mutants were evaluated before.
            paths: how many of the paths the encoding has, the shortest first; None for all.
            networks: the ensemble's.
        """
        super().__init__(space, fidelities, rng)
        for name, value in {"startup": startup, "batch": batch, "candidates": candidates, "parents": parents}.items():
            if value < 1:
                raise ConfigError(f"bananas: expected {name} of 1 or more, got {value}")
        if paths is not None and not 1 <= paths <= space.path_count:
            known = f"1 to {space.path_count}, or null" if space.path_count else "null"
            raise ConfigError(f"bananas: expected paths={known} on space {space.name}, got {paths}")
        self._startup, self._batch, self._networks = startup, batch, networks
        self._candidates, self._parents = candidates, parents
        self._paths = space.path_count if paths is None else paths
        self._results: list[tuple[float, ArchT]] = []
        self._waiting: list[ArchT] = []
        self._seen: set[Hashable] = set()
        self._asked = self._told = 0
        self._exhausted = False

    def ask(self) -> Proposal[ArchT] | None:
        """Returns the next of a batch; None until all results of the batch before are there."""
        if not self._waiting:
            if self._told < self._asked:
                return None
            self._waiting = self._next_batch()[::-1]
        self._asked += 1
        return self.propose(self._waiting.pop())

    def tell(self, proposal: Proposal[ArchT], observation: Observation) -> None:
        """Takes a result; the networks learn nothing from a training that diverged."""
        self._told += 1
        if observation.valid_accuracy == observation.valid_accuracy:
            self._results.append((100.0 - observation.valid_accuracy, proposal.arch))

    def encode(self, archs: Sequence[ArchT]) -> NDArray[np.float64]:
        """Returns what the networks see: (architectures, paths or choices) of 0 and 1."""
        if not self._paths:
            return np.array([self._one_hot(arch) for arch in archs])
        encoded = np.zeros((len(archs), self._paths))
        for row, arch in enumerate(archs):
            encoded[row, [number for number in self.space.paths(arch) if number < self._paths]] = 1.0
        return encoded

    def _one_hot(self, arch: ArchT) -> NDArray[np.float64]:
        codes = zip(self.space.encode(arch), self.space.variables, strict=True)
        return np.concatenate([np.eye(len(variable.choices))[code] for code, variable in codes])

    def _next_batch(self) -> list[ArchT]:
        if self._exhausted:
            return [self.space.sample(self.rng) for _ in range(self._batch)]
        if not self._asked or not self._results:
            return self._random(self._batch if self._asked else self._startup)
        candidates = list(self._mutants())
        if not candidates:
            return self._random(self._batch)
        errors = np.array([error for error, _ in self._results])
        features, wanted = self.encode([arch for _, arch in self._results]), self.encode(candidates)
        ensemble = Networks(self._networks, features.shape[1], self.rng)
        ensemble.fit(features, errors)
        chosen = [candidates[at] for at in thompson_order(ensemble.predict(wanted), self.rng)[: self._batch]]
        self._seen |= {self.space.canonical(arch) for arch in chosen}
        return chosen

    def _random(self, count: int) -> list[ArchT]:
        """Draws architectures that are new, where there are some."""
        found: list[ArchT] = []
        for _ in range(count * _PATIENCE):
            arch = self.space.sample(self.rng)
            if self._is_new(arch):
                found.append(arch)
            if len(found) == count:
                break
        return found or self._left(count) or [self.space.sample(self.rng)]

    def _left(self, count: int) -> list[ArchT]:
        """Draws among the members that are new, where the space is a sample; notes when there are none any more."""
        if not isinstance(self.space, SubsetSpace):
            return []
        members = [self.space.members[at] for at in self.rng.permutation(len(self.space))]
        found = list(islice(filter(self._is_new, members), count))
        self._exhausted = not found
        return found

    def _mutants(self) -> Iterator[ArchT]:
        """Yields candidates that were not evaluated, in no two forms."""
        each, left = max(1, self._candidates // self._parents), self._candidates
        seen = set(self._seen)
        best = sorted(self._results, key=lambda result: result[0])[: self._parents * _PATIENCE]
        for _, parent in best:
            for _ in range(each):
                mutant = self.space.mutate(parent, self.rng)
                if left and (name := self.space.canonical(mutant)) not in seen:
                    seen.add(name)
                    left -= 1
                    yield mutant

    def _is_new(self, arch: ArchT) -> bool:
        name = self.space.canonical(arch)
        is_new = name not in self._seen
        self._seen.add(name)
        return is_new


def thompson_order(predictions: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.intp]:
    """Returns candidates by independent Thompson sampling, the lowest draw first.

    Args:
        predictions: errors, (networks, candidates).
        rng: consumed by one normal draw per candidate.
    """
    return np.argsort(rng.normal(predictions.mean(axis=0), predictions.std(axis=0)), kind="stable")
