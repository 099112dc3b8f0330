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
# # Add a space and a CSV
#
# A space of your own, numbers of your own, and a search among them.

# %%
import csv
from itertools import product
from pathlib import Path

import numpy as np

import nasbench_suite as nbs
from nasbench_suite.errors import ArchitectureError
from nasbench_suite.folders import table_path
from nasbench_suite.registry.importers import import_file
from nasbench_suite.variables import check_codes

WIDTHS = ("8", "16", "32", "64")


class Chain(nbs.Space):
    """Three layers, each of one of four widths; an architecture is three codes, `8-32-16` its text."""

    name = "chain"
    variables = tuple(nbs.Categorical(f"layer_{at}", WIDTHS) for at in range(3))

    def sample(self, rng):
        return tuple(rng.integers(len(WIDTHS), size=3).tolist())

    def mutate(self, arch, rng):
        neighbours = self.neighbours(arch)
        return neighbours[rng.integers(len(neighbours))]

    def neighbours(self, arch):
        return [
            (*arch[:at], code, *arch[at + 1 :]) for at in range(3) for code in range(len(WIDTHS)) if code != arch[at]
        ]

    def parse(self, text):
        names = text.split("-")
        if len(names) != 3 or not set(names) <= set(WIDTHS):
            raise ArchitectureError(f"chain: expected three widths as 8-32-16, got {text!r:.80}")
        return tuple(WIDTHS.index(name) for name in names)

    def format(self, arch):
        return "-".join(WIDTHS[code] for code in self.encode(arch))

    def canonical(self, arch):
        return arch

    def encode(self, arch):
        return check_codes(arch, self.variables, self.name)

    def decode(self, codes):
        return check_codes(codes, self.variables, self.name)

    def enumerate(self):
        return product(range(len(WIDTHS)), repeat=3)


space = Chain()
space

# %% [markdown]
# One row per training: the architecture's text, the data set, the schedule in epochs, and what was measured. Here the
# numbers are made up, at schedules of 5 and 20 epochs.

# %%
rng = np.random.default_rng(0)
with Path("chain.csv").open("w", newline="") as file:
    writer = csv.writer(file)
    writer.writerow(["arch", "dataset", "epochs", "seed", "valid_accuracy", "test_accuracy", "train_seconds"])
    for arch in space:
        for epochs in (5, 20):
            worth = 50 + 4 * sum(arch) - abs(arch[0] - arch[2]) + epochs / 4
            valid, test = worth + rng.normal(0, 1, 2)
            writer.writerow([space.format(arch), "shapes", epochs, 0, valid, test, epochs * (1 + sum(arch))])

import_file(space, Path("chain.csv"), table_path("chain"), force=True)
table = nbs.open_table("chain", space)
table

# %%
table.top(3, "shapes"), table.rank_correlation("shapes", "valid_accuracy", fidelity=5)

# %% [markdown]
# A file names the space, and the protocol `free` takes the budget that you name. In a package of yours, an entry point
# of the group `nasbench_suite.spaces` makes it known by name everywhere.

# %%
folder = Path("my_conf/space")
folder.mkdir(parents=True, exist_ok=True)
(folder / "chain.yaml").write_text("_target_: __main__.Chain\n")
nbs.run(
    space="chain", table="chain", dataset="shapes", protocol="free", algorithm="local_search", seeds=5,
    budget={"epochs": 400}, label="mine", tracking="disabled", results="results/chain", config_dir="my_conf",
)  # fmt: skip
report = nbs.make_report("results/chain")
report
