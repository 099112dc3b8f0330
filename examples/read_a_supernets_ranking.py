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
# # Read a supernet's ranking
#
# A weight-sharing algorithm trains one network that contains every architecture. How well does it rank them? Here a
# small one is trained for a few epochs on handwritten digits, and compared with the table's true accuracies.

# %%
import nasbench_suite as nbs

found = nbs.run(
    algorithm="rsps", seeds=1, tracking="disabled", results="results/ranking",
    supernet={"epochs": 2, "network": {"channels": 4, "cells": 3}}, ranking={"architectures": 10, "every": 1},
)  # fmt: skip
found

# %% [markdown]
# One row per epoch: the supernet's own accuracy, and Kendall's tau between its accuracies of 10 architectures and their
# true ones.

# %%
for epoch, accuracy, tau in zip(
    found.epochs["epoch"], found.epochs["valid_accuracy"], found.epochs["kendall_tau"], strict=True
):
    print(f"epoch {epoch}: valid accuracy {accuracy:.1f}%, Kendall's tau {tau:.2f}")

# %% [markdown]
# What ranks well without training a supernet? Training every architecture for a few epochs does.

# %%
table = nbs.open_table("nb201_digits")
[table.rank_correlation("digits", "valid_accuracy", "test_accuracy", fidelity=schedule) for schedule in (3, 6)]
