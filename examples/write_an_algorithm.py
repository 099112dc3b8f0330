# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Write an algorithm
#
# An algorithm answers two questions: what to evaluate next (`ask`), and what to make of a result (`tell`). It gets a
# space, the fidelities on offer and a random generator, and nothing else.

# %%
from pathlib import Path

import numpy as np

import nasbench_suite as nbs


class HillClimber(nbs.Algorithm):
    """Mutates the best architecture so far."""

    def __init__(self, space, fidelities, rng, startup=10):
        super().__init__(space, fidelities, rng)
        self._left, self._best = startup, (-np.inf, None)

    def ask(self):
        self._left -= 1
        if self._left >= 0 or self._best[1] is None:
            return self.propose(self.space.sample(self.rng))
        return self.propose(self.space.mutate(self._best[1], self.rng))

    def tell(self, proposal, observation):
        if observation.valid_accuracy > self._best[0]:
            self._best = observation.valid_accuracy, proposal.arch


# %% [markdown]
# ## Driven by the loop

# %%
table = nbs.open_table("nb201_digits")
benchmark = nbs.Benchmark(table, "digits", nbs.Ledger(evaluations=100))
climber = HillClimber(table.space, [nbs.Fidelity(6, 6)], np.random.default_rng(0))
trajectory = nbs.search(climber, lambda p: benchmark.query(p.arch, p.fidelity, "mean"), benchmark.ledger)
trajectory

# %%
table.space.show(trajectory.found()[-1])

# %% [markdown]
# ## Driven from outside
#
# The same ten lines drive any algorithm of ours from a program of yours.

# %%
from nasbench_suite.algorithms import RegularizedEvolution

evolution = RegularizedEvolution(table.space, [nbs.Fidelity(6, 6)], np.random.default_rng(0), population=20)
benchmark = nbs.Benchmark(table, "digits")
for _ in range(100):
    proposal = evolution.ask()
    observation = benchmark.query(proposal.arch, proposal.fidelity, trial="mean")
    evolution.tell(proposal, observation)
benchmark.ledger

# %% [markdown]
# ## Under the ledger, with many seeds, as a job
#
# A file in a folder of your own names the class and its settings. In a module of yours it is `my_module.HillClimber`.

# %%
folder = Path("my_conf/algorithm")
folder.mkdir(parents=True, exist_ok=True)
(folder / "climber.yaml").write_text("# @package _global_\nalgorithm: {_target_: __main__.HillClimber, startup: 20}\n")
found = nbs.run(algorithm="climber", seeds=10, tracking="disabled", results="results/mine", config_dir="my_conf")
found

# %% [markdown]
# `nasbench_suite.testing.AlgorithmContract` is what every algorithm must do, as tests: subclass it in a test file.
