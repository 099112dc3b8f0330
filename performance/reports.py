"""Reports of sixty configurations, 500 seeds each: seconds and memory of every format.

    python performance/reports.py [RESULTS] [--checkout DIR ...]

Without RESULTS, a folder of sixty configurations is made first, which takes minutes: the table that comes with the
package, searched by regularized evolution, random search, local search, ASHA, successive halving and Hyperband. Each
format is a command of its own in a fresh process, and every checkout is measured in turn: name one of before a change
beside this one to have both in one run. The target is under 5 s and 1 GB each, and a page under 3 MB.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
PLAIN = ["seeds=500", "tracking=disabled"]
SWEEPS = [  # 36 + 8 + 4 + 12 configurations
    ["algorithm=rea", "algorithm.population=10,20,30,50", "algorithm.tournament=3,5,10", "budget.seconds=50,40,25"],
    ["algorithm=random", "budget.seconds=50,45,40,35,30,25,20,15"],
    ["algorithm=local_search", "budget.seconds=50,40,30,20"],
    ["algorithm=asha,successive_halving,hyperband", "budget.seconds=50,40,30,20"],
]
REPORTS = [
    *(["--format", name] for name in ("json", "csv", "markdown", "latex", "html")),
    *(["--format", name, "--at", "10", "20"] for name in ("markdown", "html")),
]


def main() -> None:
    """Prints a line per checkout and format."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", nargs="?", type=Path)
    parser.add_argument("--checkout", nargs="+", type=Path, default=[ROOT])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        results = options.results or make(Path(folder) / "results")
        for arguments in REPORTS:
            for checkout in options.checkout:
                measure(checkout.resolve(), results.resolve(), arguments, Path(folder) / "report")


def make(results: Path) -> Path:
    """Searches; returns where the results are."""
    for sweep in SWEEPS:
        command = [sys.executable, "-m", "nasbench_suite", "run", "-m", *sweep, *PLAIN, f"results={results}"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=ROOT, env=environment(ROOT))
    return results


def environment(checkout: Path) -> dict[str, str]:
    """Returns the variables with which Python finds a checkout's package first."""
    return {**os.environ, "PYTHONPATH": str(checkout)}


def measure(checkout: Path, results: Path, arguments: list[str], output: Path) -> None:
    """Writes one report in a process of its own, and prints what it took."""
    command = [sys.executable, "-m", "nasbench_suite", "report", str(results), *arguments]
    start = time.perf_counter()
    with output.open("wb") as file:
        process = subprocess.Popen(command, stdout=file, cwd=checkout, env=environment(checkout))
        _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    assert status == 0, f"{' '.join(command)}: status {status}"
    spent = used.ru_utime + used.ru_stime
    print(
        f"{checkout.name:>12} {' '.join(arguments):<30} {wall:5.1f} s ({spent:.1f} of processors, load "
        f"{os.getloadavg()[0]:.1f}), {used.ru_maxrss / 1024:,.0f} MiB, {output.stat().st_size / 1e6:.2f} MB",
        flush=True,
    )


if __name__ == "__main__":
    main()
