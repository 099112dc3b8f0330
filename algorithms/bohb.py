"""BOHB (Falkner et al. 2018, arXiv:1807.01774): Hyperband's brackets, filled by a density model."""

from collections.abc import Sequence

import numpy as np

from nasbench_suite.algorithms.brackets import BracketSettings
from nasbench_suite.algorithms.density import DensitySampler, DensitySettings
from nasbench_suite.algorithms.hyperband import Hyperband
from nasbench_suite.errors import ConfigError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.space import Space
from nasbench_suite.variables import ArchT


class BOHB(Hyperband[ArchT]):
    """Fills brackets with what looks like good results and unlike bad ones.

    The model is that of the highest rung with enough results; until one has, architectures are random.
    """

    def __init__(
        self,
        space: Space[ArchT],
        fidelities: Sequence[Fidelity],
        rng: np.random.Generator,
        brackets: BracketSettings = BracketSettings(min_budget=0.01, max_budget=1, top_rung_only=True),
        density: DensitySettings = DensitySettings(),
        random_fraction: float = 1 / 3,
    ) -> None:
        """
        Args:
            space: where to search.
            fidelities: those on offer, cheapest first; several are the rungs.
            rng: the algorithm's own stream.
            brackets: rungs, and how many brackets; by default those of HpBandSter, the authors' code, without end.
            density: of each rung's model; by default HpBandSter's.
            random_fraction: of architectures that are random once there is a model, in [0, 1]; HpBandSter's is 1/3.
        """
        super().__init__(space, fidelities, rng, brackets)
        if not 0 <= random_fraction <= 1:
            raise ConfigError(f"bohb: expected random_fraction in [0, 1], got {random_fraction}")
        self._random_fraction = random_fraction
        self._models = [DensitySampler(space, density) for _ in self._ladder]

    def _learn(self, height: int, arch: ArchT, accuracy: float) -> None:
        self._models[height].add(arch, accuracy)

    def _new(self) -> ArchT:
        model = next((model for model in reversed(self._models) if model.ready), None)
        if model is None or self.rng.random() < self._random_fraction:
            return self.space.sample(self.rng)
        return model.draw(self.rng)
