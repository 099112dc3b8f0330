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
# # Compare algorithms
#
# Every search is that of the command line, `nasbench-suite run algorithm=rea seeds=10`, and writes the same folder.

# %%
import nasbench_suite as nbs

nbs.algorithms()

# %%
for algorithm in ("random", "rea", "local_search"):
    found = nbs.run(algorithm=algorithm, seeds=10, tracking="disabled", results="results/compared")
found

# %% [markdown]
# What is finished is not searched again; more seeds are added.

# %%
found = nbs.run(algorithm="rea", seeds=12, tracking="disabled", results="results/compared")
assert len(found) == 12

# %% [markdown]
# The report says which differences the tests can tell apart.

# %%
report = nbs.make_report("results/compared")
report

# %%
columns = ["label", "test_mean", "test_std", "seeds", "without_incumbent", "regret_mean"]
report.to_pandas()[columns]

# %% [markdown]
# Every evaluation of every search is a row.

# %%
rows = nbs.load_results("results/compared").to_pandas()
rows.groupby("algorithm").valid_accuracy.describe()
