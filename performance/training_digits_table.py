"""What the table of the digits is like: a figure and the numbers of docs/training.md.

python performance/training_digits_table.py [TABLE] [--figure docs/figures/nb201_digits.png]
"""

import argparse
from pathlib import Path
from typing import NamedTuple

import matplotlib
import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from nasbench_suite.fidelity import Fidelity
from nasbench_suite.registry.tables import open_table
from nasbench_suite.spaces.nb201 import NB201, Architecture
from nasbench_suite.table import Table

matplotlib.use("Agg")
from matplotlib import pyplot as plt

Array = NDArray[np.float64]


class Trained(NamedTuple):
    """One schedule's figures of each class: (architectures, trials), percent; NaN where a training failed."""

    valid: Array
    test: Array
    seconds: Array


def rank(a: Array, b: Array) -> float:
    """Spearman's correlation."""
    return float(spearmanr(a, b, nan_policy="omit").statistic)


def noise(values: Array) -> float:
    """Standard deviation between the trials of an architecture."""
    return float(np.sqrt(np.nanmean(values.var(1, ddof=1))))


def own_spread(values: Array) -> float:
    """Standard deviation of the expected accuracies: that of the means, less what noise between trials adds to it."""
    share = np.nanmean(values.var(1, ddof=1)) / values.shape[1]
    return float(np.sqrt(max(0.0, np.nanvar(values.mean(1), ddof=1) - share)))


def read(table: Table, schedule: int, rows: NDArray[np.int64]) -> Trained:
    """Reads the end of a schedule."""
    end = Fidelity(schedule, schedule)
    metrics = [table.metric("digits", end, name) for name in ("valid_accuracy", "test_accuracy")]
    columns = []
    for metric in (*metrics, table.cost("digits", end)):
        assert metric is not None
        values, known = metric.matrix(rows)
        columns.append(np.where(known, values, np.nan))
    return Trained(*columns)


def classes(table: Table) -> tuple[NDArray[np.int64], list[Architecture]]:
    """Returns the first row of each isomorphism class, and its architecture."""
    first: dict[Architecture, tuple[int, Architecture]] = {}
    for row in range(len(table)):
        arch = table.space.parse(table.architecture(row))
        first.setdefault(table.space.canonical(arch), (row, arch))
    rows, archs = zip(*first.values(), strict=True)
    return np.array(rows), list(archs)


def describe(trained: dict[int, Trained]) -> None:
    """Prints the table of the distributions."""
    columns = ("schedule", "min", "10%", "median", "90%", "max", "spread : trial", "better half", "ranks: trials")
    print("| " + " | ".join((*columns, "valid-test", "s")) + " |\n" + "|---" * (len(columns) + 2) + "|")
    for schedule, one in trained.items():
        mean = one.valid.mean(1)
        low, tenth, median, ninetieth, high = np.nanquantile(mean, [0, 0.1, 0.5, 0.9, 1])
        good = mean >= median
        print(
            f"| {schedule} | {low:.1f} | {tenth:.1f} | {median:.1f} | {ninetieth:.1f} | {high:.1f} | "
            f"{own_spread(one.valid):.1f} : {noise(one.valid):.1f} | "
            f"{own_spread(one.valid[good]):.1f} : {noise(one.valid[good]):.1f} | "
            f"{rank(one.valid[:, 0], one.valid[:, 1]):.2f} | {rank(mean, one.test.mean(1)):.2f} | "
            f"{np.nanmean(one.seconds):.2f} |"
        )
    short, long = (one.valid.mean(1) for one in trained.values())
    good = long >= np.nanmedian(long)
    print(f"\nrank between the schedules: {rank(short, long):.2f}; better half: {rank(short[good], long[good]):.2f}")


def best(table: Table, rows: NDArray[np.int64], last: Trained, end: Fidelity, count: int = 5) -> None:
    """Prints the best architectures, by validation accuracy."""
    print("\n| architecture | valid | test | parameters |\n|---|---|---|---|")
    parameters = table.metric("digits", end, "parameters")
    assert parameters is not None
    for at in np.argsort(-np.nan_to_num(last.valid.mean(1)))[:count]:
        size = parameters.value(int(rows[at]), (0,)) * 1e6
        print(
            f"| `{table.architecture(int(rows[at]))}` | {last.valid[at].mean():.2f} | {last.test[at].mean():.2f} | "
            f"{size:,.0f} |"
        )


def draw(trained: dict[int, Trained], path: Path) -> None:
    """Draws the distributions, and three scatters of one point a class."""
    (short, low), (long, high) = trained.items()
    figure, axes = plt.subplots(2, 2, figsize=(9, 8), layout="constrained")
    bins = np.linspace(0, 100, 51).tolist()
    for schedule, one in trained.items():
        axes[0, 0].hist(one.valid.mean(1), bins, alpha=0.6, label=f"{schedule} epochs")
    axes[0, 0].set(xlabel="validation accuracy, mean of the trials (%)", ylabel="classes of architectures")
    axes[0, 0].legend()
    pairs = (
        (axes[0, 1], high.valid[:, 0], high.valid[:, 1], f"{long} epochs, trial 0: valid (%)", "trial 1: valid (%)"),
        (axes[1, 0], low.valid.mean(1), high.valid.mean(1), f"{short} epochs: valid (%)", f"{long} epochs: valid (%)"),
        (axes[1, 1], high.valid.mean(1), high.test.mean(1), f"{long} epochs: valid (%)", "test (%)"),
    )
    for axis, x, y, below, beside in pairs:
        axis.scatter(x, y, s=2, alpha=0.4, linewidths=0, rasterized=True)
        axis.set(xlabel=below, ylabel=beside, title=f"Spearman's rank correlation {rank(x, y):.2f}")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)


def main() -> None:
    """Reads a table, prints and draws."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", nargs="?", default="nb201_digits", help="name, or path of an .mdb file")
    parser.add_argument("--figure", type=Path, default=Path("docs/figures/nb201_digits.png"))
    arguments = parser.parse_args()
    table = open_table(arguments.table, NB201())
    rows, _ = classes(table)
    print(f"{len(table):,} architectures, {len(rows):,} classes, {table.metadata.counts}\n")
    trained = {schedule: read(table, schedule, rows) for schedule in table.schedules("digits")}
    describe(trained)
    last = max(trained)
    best(table, rows, trained[last], Fidelity(last, last))
    draw(trained, arguments.figure)


if __name__ == "__main__":
    main()
