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
# # Query a table
#
# The table that comes with the package has the 15,625 architectures of NAS-Bench-201, trained on handwritten digits.

# %%
import nasbench_suite as nbs

nbs.tables(), nbs.spaces()

# %%
table = nbs.open_table("nb201_digits")
table

# %% [markdown]
# An architecture is a value of the space, or its text. Both can be asked for; a notebook draws it.

# %%
text = "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|none~1|none~2|"
table.space.show(text)

# %%
assert text in table and table.space.parse(text) in table.space
len(table), len(table.space), next(iter(table))

# %% [markdown]
# A search asks a benchmark: a data set of a table, and a ledger that counts what was spent. It sees no test accuracy.

# %%
benchmark = nbs.Benchmark(table, "digits", nbs.Ledger(epochs=100))
benchmark.query(text, 6, trial="mean"), benchmark.query(text, nbs.Fidelity(schedule=6, epoch=3), trial=0)

# %%
benchmark

# %% [markdown]
# A judge sees all there is, and is charged nothing.

# %%
benchmark.score(text)["digits"]

# %%
table.top(3, "digits")

# %% [markdown]
# How well do three epochs rank what six epochs find? Kendall's tau, over all architectures.

# %%
table.rank_correlation("digits", "valid_accuracy", fidelity=3)

# %%
table.to_pandas("digits").nlargest(5, "test_accuracy")[["architecture", "valid_accuracy", "test_accuracy", "seconds"]]
