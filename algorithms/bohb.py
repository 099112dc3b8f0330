"""BOHB (Falkner et al. 2018, arXiv:1807.01774): Hyperband's brackets, filled by a density model."""

from collections.abc import Sequence

import numpy as np

from nasbench_suite.algorithms.density import DensityModel, fit
from nasbench_suite.algorithms.decoding import draw_valid
from nasbench_suite.algorithms.hyperband import Hyperband
from nasbench_suite.errors import ConfigError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.space import ArchT, Space


class BOHB(Hyperband[ArchT]):
    """Draws candidates near good results and takes the one least like the bad ones.

    The model is that of the highest rung with enough results; until one has, architectures are random.
    """

    def __init__(
        self,
        space: Space[ArchT],
        fidelities: Sequence[Fidelity],
        rng: np.random.Generator,
        eta: int,
        min_budget: float,
        max_budget: float,
        iterations: int | None,
        top_rung_only: bool,
        samples: int,
        random_fraction: float,
        good_percent: int,
        min_bandwidth: float,
    ) -> None:
        """
        Args:
            space: where to search.
            fidelities: those on offer, cheapest first; several are the rungs.
            rng: the algorithm's own stream.
            eta, min_budget, max_budget, iterations, top_rung_only: as for successive halving.
            samples: candidates of which the best is taken.
            random_fraction: of architectures that are random, in [0, 1].
            good_percent: percent of a rung's results that are good, in 1..99.
            min_bandwidth: floor of the kernels' bandwidths, in (0, 1].
        """
        super().__init__(space, fidelities, rng, eta, min_budget, max_budget, iterations, top_rung_only)
        if samples < 1 or not 0 <= random_fraction <= 1 or not 1 <= good_percent <= 99 or not 0 < min_bandwidth <= 1:
            raise ConfigError(
                "bohb: expected samples of 1 or more, random_fraction in [0, 1], good_percent in 1..99 and min_bandwidth "
                f"in (0, 1]; got {samples}, {random_fraction}, {good_percent}, {min_bandwidth}"
            )
        self._samples, self._random_fraction = samples, random_fraction
        self._good_percent, self._min_bandwidth = good_percent, min_bandwidth
        self._levels = [len(variable.choices) for variable in space.variables]
        self._codes: list[list[tuple[int, ...]]] = [[] for _ in self._ladder]
        self._accuracies: list[list[float]] = [[] for _ in self._ladder]
        self._model: DensityModel | None = None
        self._model_height = 0

    def _learn(self, height: int, arch: ArchT, accuracy: float) -> None:
        codes, accuracies = self._codes[height], self._accuracies[height]
        codes.append(self.space.encode(arch))
        accuracies.append(accuracy)
        if self._model is None or height >= self._model_height:
            model = fit(codes, accuracies, self._levels, self._good_percent, self._min_bandwidth)
            if model is not None:
                self._model, self._model_height = model, height

    def _new(self) -> ArchT:
        if self._model is None or self.rng.random() < self._random_fraction:
            return self.space.sample(self.rng)
        good = self._model.good
        drawn = [draw_valid(self.space, lambda: good.sample(self.rng), self.rng) for _ in range(self._samples)]
        badness = self._model.badness(np.array([codes for _, codes in drawn]))
        return drawn[int(badness.argmin())][0]
