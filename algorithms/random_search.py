"""Random search: draws architectures independently, repeats included (Bergstra and Bengio 2012)."""

from nasbench_suite.algorithm import Algorithm, Proposal
from nasbench_suite.observation import Observation
from nasbench_suite.variables import ArchT


class RandomSearch(Algorithm[ArchT]):
    """Proposes what the space samples, always at the highest fidelity on offer."""

    multi_objective = True
    constrained = True

    def ask(self) -> Proposal[ArchT]:
        """Returns a fresh sample."""
        return self.propose(self.space.sample(self.rng))

    def tell(self, proposal: Proposal[ArchT], observation: Observation) -> None:
        """Learns nothing."""
