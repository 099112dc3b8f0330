"""What W&B adds to a job, offline.

    python performance/tracking.py

Prints medians over fresh processes; run it on an idle machine. Targets stand beside the figures.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

JOB = """
import json, sys, time
from pathlib import Path
from nasbench_suite import tracking
from nasbench_suite.cli import main
log, spent = tracking.log_job, []
def timed(*args):
    start = time.perf_counter()
    line = log(*args)
    spent.append(time.perf_counter() - start)
    return line
tracking.log_job = timed
main(["run", "-m", "protocol=nb201", "algorithm=random,rea", "seeds={seeds}", "table={table}", "results={results}"])
import wandb
start = time.perf_counter()
wandb.teardown()
print(json.dumps([*spent, time.perf_counter() - start]), file=sys.stderr)
"""
ROWS = """
import json, sys, time
from pathlib import Path
from nasbench_suite.tracking import Axes, LiveRun, RunName
settings = dict(mode="offline", project="benchmark", entity=None, timeout=60)
row = {{f"cifar10/metric{{at}}": 90.0 + at for at in range({metrics})}}
with LiveRun(settings, Path({folder!r}), RunName("rows", "rows", "rows", "train"), {{}}, Axes("epoch")) as run:
    start = time.perf_counter()
    for epoch in range(2000):
        run.log({{"epoch": epoch, **row}})
    logged = time.perf_counter() - start
print(json.dumps(logged / 2000 * 1e6), file=sys.stderr)
"""


def last_line(code: str) -> object:
    """Runs a fresh interpreter and returns the last line that it wrote to standard error, a JSON value."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return json.loads(done.stderr.splitlines()[-1])


def jobs(table: str, rounds: int) -> None:
    """A sweep of two jobs: the first starts W&B, the second finds it running."""
    found = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as results:
            found.append(last_line(JOB.format(seeds=100, table=table, results=results)))
    first, second, end = (statistics.median(times) for times in zip(*found, strict=True))
    print(f"first job                  {first:8.2f} s    (target 1.5), 198 rows, table and artifact included")
    print(f"each further job           {second:8.2f} s")
    print(f"end of the process         {end:8.2f} s")


def rows(metrics: int, rounds: int) -> None:
    """Rows of a live run."""
    found = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            found.append(last_line(ROWS.format(metrics=metrics, folder=str(Path(folder)))))
    print(f"a row of {metrics + 1:>2} metrics        {statistics.median(found):8.0f} us   (target 100)")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--table", default="nb201", help="name of a table of NAS-Bench-201 (default nb201)")
    parser.add_argument("--rounds", type=int, default=5, help="fresh processes a figure (default 5)")
    options = parser.parse_args()
    jobs(options.table, options.rounds)
    for count in (3, 30):
        rows(count, options.rounds)
