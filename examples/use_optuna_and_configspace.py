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
# # Use Optuna and ConfigSpace
#
# `pip install nasbench-suite[adapters]`

# %%
import optuna

import nasbench_suite as nbs
from nasbench_suite.adapters.config_space import configuration_space, to_architecture, to_configuration
from nasbench_suite.adapters.optuna import TableObjective

table = nbs.open_table("nb201_digits")

# %% [markdown]
# A table is an objective of a study. The ledger stops the study when the budget is spent.

# %%
benchmark = nbs.Benchmark(table, "digits", nbs.Ledger(evaluations=30))
study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=0))
study.optimize(TableObjective(benchmark, 6), n_trials=100)
study.best_value, study.best_trial.user_attrs

# %% [markdown]
# A sampler is an algorithm like any other, under the same ledger, seeds and report.

# %%
nbs.run(algorithm="optuna", seeds=2, budget={"evaluations": 20}, tracking="disabled", results="results/optuna")

# %% [markdown]
# A space is a `ConfigurationSpace`; architectures go there and back.

# %%
space = table.space
within = configuration_space(space, seed=0)
configuration = within.sample_configuration()
arch = to_architecture(space, configuration)
assert to_configuration(space, arch, within) == configuration
space.show(arch)
