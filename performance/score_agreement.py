"""How well scores computed here agree with NAS-Bench-Suite-Zero's, on architectures of NAS-Bench-201.

    python performance/score_agreement.py nb201_cifar10.csv.gz --dataset cifar10 --datasets-root DIR

Draws architectures from the published file, computes their scores, and prints rank and linear correlations and
processor seconds per architecture. Started again, it goes on.
"""

import argparse
import csv
import subprocess
import sys
from pathlib import Path

import numpy as np
from scipy.stats import pearsonr, spearmanr

from nasbench_suite.progress import Progress
from nasbench_suite.scores import OURS
from nasbench_suite.spaces.nb201 import NB201
from nasbench_suite.spaces.nb201.column_readers import ScoreCsvReader

FAILED = -1e8  # what the published file has where a score could not be computed


def published(path: Path) -> dict[str, dict[str, float]]:
    """Reads the published scores by architecture's text."""
    space = NB201()
    with Progress("read", path.stat().st_size, unit="B") as progress:
        records = list(ScoreCsvReader().read(path, space, progress))
    return {space.format(record.arch): dict(record.values) for record in records}


def compute(archs: list[str], scores: list[str], options: argparse.Namespace) -> dict[str, dict[str, float]]:
    """Computes scores by the command, and reads them with their seconds."""
    options.results.mkdir(parents=True, exist_ok=True)
    named = options.results / "architectures.txt"
    named.write_text("\n".join(archs) + "\n")
    command = [sys.executable, "-m", "nasbench_suite", "score", "space=nb201", f"architectures={named}"]
    command += [f"dataset={options.dataset}", f"scores=[{','.join(scores)}]", f"results={options.results}"]
    command += ["official=false", *([f"datasets_root={options.datasets_root}"] if options.datasets_root else [])]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    (path,) = options.results.glob("*/scores.csv")
    with path.open(newline="") as file:
        rows = {row.pop("arch"): row for row in csv.DictReader(file)}
    return {
        arch: {name.partition(" ")[0]: float(text) for name, text in row.items() if name != "dataset" and text}
        for arch, row in rows.items()
    }


def main() -> None:
    """Prints a line per score."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("published", type=Path, help="NAS-Bench-Suite-Zero's scores as a CSV")
    parser.add_argument("--dataset", default="cifar10", help="that the scores are for (default cifar10)")
    parser.add_argument("--datasets-root", help="folder of the images; left out: the user's")
    parser.add_argument("--architectures", type=int, default=200, help="how many (default 200)")
    parser.add_argument("--scores", nargs="+", default=list(OURS), help="which (default all)")
    parser.add_argument("--results", type=Path, default=Path("scores"), help="folder of finished scores")
    options = parser.parse_args()
    theirs = published(options.published)
    order = np.random.default_rng(0).permutation(len(theirs))[: options.architectures]
    archs = [list(theirs)[at] for at in order]
    ours = compute(archs, options.scores, options)
    print("| score | architectures | Spearman | Pearson | seconds each |\n|---|---|---|---|---|")
    for name in options.scores:
        both = [arch for arch in archs if name in ours[arch] and theirs[arch].get(name, FAILED) != FAILED]
        here, there = ([source[arch][name] for arch in both] for source in (ours, theirs))
        seconds = np.mean([ours[arch][f"{name}_seconds"] for arch in archs])
        ranks, line = spearmanr(here, there).statistic, pearsonr(here, there).statistic
        print(f"| {name} | {len(both)} | {ranks:.4f} | {line:.4f} | {seconds:.2f} |")


if __name__ == "__main__":
    main()
