"""How well scores rank architectures: their rank correlation with accuracy, as a table of docs/zero-cost.md.

    nasbench-suite annotate nb201 nb201_cifar10.csv.gz --dataset cifar10     # published scores
    nasbench-suite score table=nb201_digits architectures=200                # or your own
    python performance/score_correlations.py nb201 nb201_digits

For each table, data set and column whose unit is `score`: Spearman's and Kendall's correlation with the judge's
accuracy (test, or validation where the table has no test figures), over the architectures that have both.
"""

import argparse
from collections.abc import Iterator

import numpy as np
from scipy.stats import kendalltau, spearmanr

from nasbench_suite.benchmark import Benchmark
from nasbench_suite.registry.tables import open_table
from nasbench_suite.table import Table

FAILED = -1e8  # what NAS-Bench-Suite-Zero's file has where a score could not be computed
HERE = ".score."  # in the names of files that `nasbench-suite score` writes


def lines(table: Table) -> Iterator[str]:
    """Writes a line per column of scores."""
    for file in table.columns.files:
        source = "computed here" if HERE in file.path.name else "published"
        for column in file.annotation.columns:
            if column.unit != "score" or column.dataset is None:
                continue
            judge = Benchmark(table, column.dataset)
            test, valid = (judge.means(column.dataset, f"{split}_accuracy") for split in ("test", "valid"))
            accuracy, split = (valid, "valid") if np.isnan(test).all() else (test, "test")
            both = column.known & ~np.isnan(accuracy) & (column.values != FAILED)
            scores = column.values[both], accuracy[both]
            ranks, pairs = spearmanr(*scores).statistic, kendalltau(*scores).statistic
            where = f"{table.space.name} | {column.dataset}, {split} | {column.name} | {source}"
            yield f"| {where} | {both.sum():,} | {ranks:.3f} | {pairs:.3f} |"


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tables", nargs="+", help="names of tables with columns of scores")
    print("| space | accuracy | score | source | architectures | Spearman | Kendall |\n|---|---|---|---|---|---|---|")
    for name in parser.parse_args().tables:
        for line in lines(open_table(name)):
            print(line)


if __name__ == "__main__":
    main()
