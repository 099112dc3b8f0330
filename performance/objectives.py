"""How fast searches with several objectives and their reports are, on one core.

    nasbench-suite import nb201 nas_bench_201.csv.gz
    nasbench-suite annotate nb201 nas_bench_201_hardware.csv.gz
    python performance/objectives.py

NSGA-II, 500 seeds of 200 evaluations: the whole command. Hypervolume curves of 60 configurations: their files are read
before. Processor seconds, as others may work on the machine; targets stand beside.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from nasbench_suite.report.fronts import fronts_of
from nasbench_suite.report.load import load

OBJECTIVES = "objectives=[valid_accuracy,edgegpu_latency]"


def search(results: Path, table: str, *overrides: str) -> float:
    """Returns the processor seconds of one run of NSGA-II, 200 evaluations per search."""
    command = [sys.executable, "-m", "nasbench_suite", "run", "protocol=nb201", f"table={table}", "algorithm=nsga2"]
    command += [OBJECTIVES, "budget=unlimited", "budget.evaluations=200", "tracking=disabled", f"results={results}"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([*command, *overrides], check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def curves(results: Path) -> float:
    """Returns the processor seconds of the hypervolume curves of all configurations in a folder."""
    loaded = load([results]).results
    start = time.process_time()
    for each in loaded:
        fronts = fronts_of(each)
        assert fronts is not None
        _ = fronts.curves().band
    return time.process_time() - start


def main() -> None:
    """Prints a line per measurement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--table", default="nb201", help="name of an annotated table of NAS-Bench-201 (default nb201)")
    parser.add_argument("--seeds", type=int, default=20, help="searches of each of the 60 configurations (default 20)")
    options = parser.parse_args()
    load_now = os.getloadavg()[0]
    print(f"python {sys.version.split()[0]}, {os.cpu_count()} cores, load {load_now:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        taken = search(Path(folder), options.table, "seeds=500")
        print(f"nsga2, 500 seeds of 200 evaluations: {taken:.2f} s (target 10)")
    with tempfile.TemporaryDirectory() as folder:
        sizes = ",".join(map(str, range(10, 70)))
        search(Path(folder), options.table, "-m", f"algorithm.population={sizes}", f"seeds={options.seeds}")
        taken = curves(Path(folder))
        print(f"hypervolume curves of 60 configurations of {options.seeds} searches: {taken:.2f} s (target 5)")


if __name__ == "__main__":
    main()
