"""Settings of weight sharing on the digits, tried on seeds that are not reported, by validation accuracy alone.

Each line of FILE is an algorithm and what differs from its settings, as on the command line. Every search is a process
of one thread; what is finished is not searched again. Printed are, over the seeds, the validation accuracy that the
shipped table has of the cells found, Kendall's tau of the supernets after the last epoch, and processor seconds.

python performance/one_shot_digits_study.py FILE [--seeds 100 101 102 103] [--cores 2] [--minutes 60] [--results DIR]
"""

import argparse
import json
import os
import shlex
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from statistics import mean, stdev
from typing import Any

COMMAND = [sys.executable, "-m", "nasbench_suite"]
ENVIRONMENT = os.environ | {"OMP_NUM_THREADS": "1"}


def search(line: str, seed: int, folder: Path, until: float) -> dict[str, Any] | None:
    """Does a search; returns its row of the report, None where there was no time for it."""
    algorithm, *changes = shlex.split(line)
    run = [
        *COMMAND, "run", "protocol=digits", f"algorithm={algorithm}", "seeds=1", f"seed={seed}", "tracking=disabled",
        "ranking.architectures=50", "ranking.every=1000", f"results={folder}", *changes,
    ]  # fmt: skip
    if (left := until - time.monotonic()) < 0:
        return None
    try:
        subprocess.run(run, check=True, stdout=subprocess.DEVNULL, env=ENVIRONMENT, timeout=left)
    except subprocess.TimeoutExpired:
        return None
    report = [*COMMAND, "report", str(folder), "--format", "json"]
    row: dict[str, Any]
    (row,) = json.loads(subprocess.run(report, check=True, capture_output=True, text=True, env=ENVIRONMENT).stdout)
    return row


def main() -> None:
    """Searches, and prints a table of Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[100, 101, 102, 103])
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--results", type=Path, default=Path("results/digits_study"))
    arguments = parser.parse_args()
    lines = [line for line in arguments.file.read_text().splitlines() if line and not line.startswith("#")]
    until = time.monotonic() + 60 * arguments.minutes
    with ThreadPoolExecutor(arguments.cores) as pool:
        tried = {
            (line, seed): pool.submit(search, line, seed, arguments.results / f"{at}-{seed}", until)
            for seed, (at, line) in product(arguments.seeds, enumerate(lines))
        }
    print("| settings | seeds | valid | each | Kendall's tau | s |\n|---|---|---|---|---|---|")
    for line in lines:
        rows = [row for seed in arguments.seeds if (row := tried[line, seed].result()) is not None]
        if not rows:
            print(f"| `{line}` | 0 | | | | |")
            continue
        valid, tau, taken = ([row[key] for row in rows] for key in ("valid_mean", "kendall_tau_mean", "seconds_mean"))
        spread = f"±{stdev(valid):.2f}" if len(valid) > 1 else ""
        each = " ".join(f"{one:.1f}" for one in valid)
        taus = "-" if None in tau else f"{mean(tau):.2f}"
        figures = (f"`{line}`", len(rows), f"{mean(valid):.2f}{spread}", each, taus, f"{mean(taken):.0f}")
        print(f"| {' | '.join(map(str, figures))} |", flush=True)


if __name__ == "__main__":
    main()
