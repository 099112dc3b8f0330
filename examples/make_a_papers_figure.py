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
# # Make a paper's figure
#
# From results folders to a figure and a table for LaTeX.

# %%
from pathlib import Path

import nasbench_suite as nbs
from nasbench_suite.report.figures import incumbents
from nasbench_suite.report.writers import write

for algorithm in ("random", "rea", "bohb"):
    nbs.run(algorithm=algorithm, seeds=10, tracking="disabled", results="results/figure")
report = nbs.make_report("results/figure", at=[10, 50])
report

# %% [markdown]
# The curves: the incumbent's accuracy over simulated seconds, the mean over searches with a band.

# %%
incumbents.save(report, Path("curves.pdf"), ("accuracy",))
incumbents.draw(report, ("accuracy",))

# %%
Path("table.tex").write_text(write(report, "latex", []))
print(Path("table.tex").read_text())
