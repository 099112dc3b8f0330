"""Optuna (Akiba et al. 2019, arXiv:1907.10902): a table as an objective, and a sampler as an algorithm.

study = optuna.create_study(direction="maximize")
study.optimize(TableObjective(nbs.Benchmark(table, "cifar10", nbs.Ledger(epochs=2400)), 12), n_trials=500)

nasbench-suite run algorithm=optuna algorithm.sampler=TPESampler
"""

# annotations that are not evaluated spare those who have no Optuna
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nasbench_suite.algorithm import Algorithm, Proposal
from nasbench_suite.benchmark import Benchmark
from nasbench_suite.errors import ArchitectureError, BudgetExhaustedError, ConfigError
from nasbench_suite.fidelity import Fidelity, check_fidelity
from nasbench_suite.observation import Observation
from nasbench_suite.space import Space
from nasbench_suite.table.trials import TrialPolicy, check_policy
from nasbench_suite.variables import ArchT

# suggestions that are no architecture, one after the other, before one is drawn as the benchmark's paper draws
_ATTEMPTS = 100


def distributions(space: Space[Any]) -> dict[str, Any]:
    """Returns Optuna's distribution of each of a space's variables.

    Raises:
        ConfigError: Optuna is not installed, or the space has no variables before its measured members are known.
    """
    optuna = _optuna()
    if not space.variables:
        raise ConfigError(
            f"space {space.name} has no variables; use space.confined_to(...) with a table's architectures"
        )
    return {one.name: optuna.distributions.CategoricalDistribution(one.choices) for one in space.variables}


class TableObjective:
    """What a study maximises: the accuracy that a benchmark answers, charged to its ledger.

    A suggestion that is no architecture is pruned. A spent budget stops the study. A diverged training fails its trial.
    The user attributes `architecture` and `seconds` say what was asked and what it cost.
    """

    def __init__(self, benchmark: Benchmark, fidelity: Fidelity | int, trial: TrialPolicy = "mean") -> None:
        """
        Args:
            benchmark: that answers.
            fidelity: how far an architecture is trained; a number is a schedule, to its end.
            trial: which training answers.

        Raises:
            ConfigError: what was named is no benchmark, fidelity or trial policy; or Optuna is not installed.
        """
        if not isinstance(benchmark, Benchmark):
            raise ConfigError(f"TableObjective: expected a Benchmark, got {benchmark!r:.80}")
        self.benchmark, self.fidelity, self.trial = benchmark, check_fidelity(fidelity), check_policy(trial)
        self._space = benchmark.table.space
        self._distributions = distributions(self._space)

    def __call__(self, trial: Any) -> float:
        """Answers a trial of Optuna's with an accuracy in percent.

        Raises:
            optuna.TrialPruned: it is no architecture, or the budget is spent.
        """
        pruned = _optuna().TrialPruned
        names = {name: trial.suggest_categorical(name, one.choices) for name, one in self._distributions.items()}
        try:
            arch = _decoded(self._space, names)
        except ArchitectureError as error:
            raise pruned(str(error)) from None
        trial.set_user_attr("architecture", self._space.format(arch))
        try:
            observation = self.benchmark.query(arch, self.fidelity, self.trial)
        except BudgetExhaustedError as error:
            trial.study.stop()
            raise pruned(str(error)) from None
        trial.set_user_attr("seconds", observation.seconds)
        return observation.valid_accuracy


class OptunaSearch(Algorithm[ArchT]):
    """A sampler of Optuna's behind ask / tell, over a space's categorical variables, at the highest fidelity."""

    def __init__(
        self,
        space: Space[ArchT],
        fidelities: Sequence[Fidelity],
        rng: np.random.Generator,
        sampler: str = "TPESampler",
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        """
        Args:
            space: where to search.
            fidelities: those on offer, cheapest first; the highest is queried.
            rng: gives the sampler its seed, and draws where it suggests no architecture.
            sampler: a class of `optuna.samplers` that takes a seed.
            settings: its further arguments; None for its defaults.

        Raises:
            ConfigError: Optuna is not installed, or has no such sampler, or the sampler does not take the settings.
        """
        super().__init__(space, fidelities, rng)
        optuna = _optuna()
        self._distributions = distributions(space)
        if optuna.logging.get_verbosity() == optuna.logging.INFO:  # its default, for those who start studies by hand
            optuna.logging.set_verbosity(optuna.logging.WARNING)
        self._study = optuna.create_study(
            direction="maximize", sampler=_sampler(optuna, sampler, settings or {}, int(rng.integers(2**31)))
        )
        self._failed, self._pruned = optuna.trial.TrialState.FAIL, optuna.trial.TrialState.PRUNED
        self._under_way: dict[int, Any] = {}

    def ask(self) -> Proposal[ArchT]:
        """Returns what the sampler suggests; what it suggests that is no architecture counts as the worst."""
        for _ in range(_ATTEMPTS):
            trial = self._study.ask(self._distributions)
            try:
                return self._proposed(_decoded(self.space, trial.params), trial)
            except ArchitectureError:
                self._study.tell(trial, state=self._pruned)
        arch = self.space.sample(self.rng)
        self._study.enqueue_trial(_encoded(self.space, arch))
        return self._proposed(arch, self._study.ask(self._distributions))

    def tell(self, proposal: Proposal[ArchT], observation: Observation) -> None:
        """Gives the sampler a result; a diverged training is a failed trial."""
        trial, value = self._under_way.pop(proposal.id), observation.valid_accuracy
        if value == value:
            self._study.tell(trial, value)
        else:
            self._study.tell(trial, state=self._failed)

    def _proposed(self, arch: ArchT, trial: Any) -> Proposal[ArchT]:
        proposal = self.propose(arch)
        self._under_way[proposal.id] = trial
        return proposal


def _optuna() -> Any:
    try:
        import optuna
    except ImportError as error:
        raise ConfigError(f"Optuna is not installed ({error}); `pip install nasbench-suite[adapters]` does") from error
    return optuna


def _sampler(optuna: Any, name: str, settings: Mapping[str, Any], seed: int) -> Any:
    classes = {each: found for each, found in vars(optuna.samplers).items() if isinstance(found, type)}
    known = sorted(each for each, found in classes.items() if issubclass(found, optuna.samplers.BaseSampler))
    if name not in known:
        raise ConfigError(f"optuna: sampler: expected one of {', '.join(known)}; got {name!r:.80}")
    try:
        return getattr(optuna.samplers, name)(seed=seed, **settings)
    except (TypeError, ValueError, ImportError) as error:
        raise ConfigError(f"optuna: sampler {name}: {error}") from error


def _decoded(space: Space[ArchT], names: Mapping[str, str]) -> ArchT:
    return space.decode([one.choices.index(names[one.name]) for one in space.variables])


def _encoded(space: Space[ArchT], arch: ArchT) -> dict[str, str]:
    codes = zip(space.variables, space.encode(arch), strict=True)
    return {one.name: one.choices[code] for one, code in codes}
