"""TPE (Bergstra et al. 2011, NeurIPS 24): propose what looks like good results and unlike bad ones.

With one multivariate density over the categorical variables, as BOHB has it (arXiv:1807.01774).
"""

from collections.abc import Sequence

import numpy as np

from nasbench_suite.algorithm import Algorithm, Proposal
from nasbench_suite.algorithms.density import DensitySampler, DensitySettings
from nasbench_suite.errors import ConfigError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.observation import Observation
from nasbench_suite.space import Space
from nasbench_suite.variables import ArchT


class TPE(Algorithm[ArchT]):
    """Random architectures first; then, at each step, the best of some candidates that the model draws."""

    def __init__(
        self,
        space: Space[ArchT],
        fidelities: Sequence[Fidelity],
        rng: np.random.Generator,
        startup: int = 20,
        density: DensitySettings = DensitySettings(samples=24, min_bandwidth=0.3, levels="own"),
    ) -> None:
        """
        Args:
            space: where to search.
            fidelities: those on offer, cheapest first; the highest is queried.
            rng: the algorithm's own stream.
            startup: random architectures before the model; more where the model needs more results. The default is that
                of Hyperopt, the authors' code.
            density: of the model; by default 24 candidates (Hyperopt's) and 15 percent (the paper's gamma), with the
                bandwidths of BOHB on these benchmarks and the sounder kernel, for the paper has neither.
        """
        super().__init__(space, fidelities, rng)
        if startup < 0:
            raise ConfigError(f"tpe: expected startup of 0 or more, got {startup}")
        self._startup, self._told = startup, 0
        self._sampler = DensitySampler(space, density)

    def ask(self) -> Proposal[ArchT]:
        """Returns the model's pick, or a random architecture before there is a model."""
        if self._told < self._startup or not self._sampler.ready:
            return self.propose(self.space.sample(self.rng))
        return self.propose(self._sampler.draw(self.rng))

    def tell(self, proposal: Proposal[ArchT], observation: Observation) -> None:
        """Gives the model a result."""
        self._told += 1
        self._sampler.add(proposal.arch, observation.valid_accuracy)
