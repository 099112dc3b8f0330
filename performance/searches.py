"""How fast whole searches are, on a table of the full NAS-Bench-201, one core.

    nasbench-suite import nb201 nas_bench_201.csv.gz
    python performance/searches.py

500 seeds under the protocol nb201, the whole command: interpreter, Hydra, searches, scores and files. Prints medians of
three; run it on an idle machine. Targets, and the published code's times with its table already loaded, stand beside.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

# algorithm: (target, the published code), seconds
TARGETS: dict[str, tuple[float | None, float | None]] = {
    "random": (2, None),
    "rea": (2, None),
    "reinforce": (5, 21),
    "bohb": (60, 600),
    "hyperband": (None, None),
    "successive_halving": (None, None),
    "asha": (None, None),
    "local_search": (None, None),
    "tpe": (None, None),
}


def whole_command(algorithm: str, table: str, seeds: int, *more: str) -> float:
    """Returns the seconds of one run."""
    with tempfile.TemporaryDirectory() as results:
        command = [sys.executable, "-m", "nasbench_suite", "run", "protocol=nb201"]
        command += [f"algorithm={algorithm}", f"table={table}"]
        start = time.perf_counter()
        command += [f"seeds={seeds}", f"results={results}", "tracking=disabled", *more]  # W&B: performance/tracking.py
        subprocess.run(command, check=True, capture_output=True)
        return time.perf_counter() - start


def main() -> None:
    """Prints a line per algorithm."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--table", default="nb201", help="name of a table of NAS-Bench-201 (default nb201)")
    parser.add_argument("--seeds", type=int, default=500)
    options = parser.parse_args()
    print(f"python {sys.version.split()[0]}, {os.cpu_count()} cores, table {options.table}, {options.seeds} seeds")
    for algorithm, (target, published) in TARGETS.items():
        seconds = statistics.median(whole_command(algorithm, options.table, options.seeds) for _ in range(3))
        wanted = "" if target is None else f"  (target {target:g})"
        theirs = "" if published is None else f", the published code {published:g}"
        print(f"{algorithm:<20}{seconds:8.2f} s{wanted}{theirs}")
    one = whole_command("rea", options.table, options.seeds)
    eight = whole_command("rea", options.table, options.seeds, "workers=8", "budget.seconds=1500")
    print(f"rea, 8 simulated workers, an eighth of the time: {eight:.2f} s, one worker {one:.2f} s")


if __name__ == "__main__":
    main()
