"""How fast a table is: opening it, first answer, queries one by one and in batches, memory; on the full NAS-Bench-201.

    nasbench-suite import nb201 nas_bench_201.csv.gz
    python performance/table_queries.py

Prints medians; run it on an idle machine. Targets stand beside the figures.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from nasbench_suite import Benchmark, Fidelity, open_table

FIRST_ANSWER = """
import time, numpy
start = time.perf_counter()
from nasbench_suite import Benchmark, Fidelity, open_table
table = open_table({table!r})
arch = table.space.parse("|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|none~1|none~2|")
Benchmark(table, "cifar10").query(arch, Fidelity(12, 12), trial="mean")
print(time.perf_counter() - start)
"""
PSS = """
import sys, time
import numpy as np
def pss():
    lines = open("/proc/self/smaps_rollup").read().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
print("ready", flush=True); sys.stdin.readline()
print(pss(), flush=True); sys.stdin.readline()
from nasbench_suite import Benchmark, Fidelity, open_table
table = open_table({table!r})
benchmark, rng = Benchmark(table, "cifar10"), np.random.default_rng(0)
for _ in range(2000):
    arch = table.space.sample(rng)
    benchmark.query(arch, Fidelity(12, 12), trial="mean"); benchmark.score(arch)
print("ready", flush=True); sys.stdin.readline()
print(pss(), flush=True); sys.stdin.readline()
"""
FIRST_EVALUATION = """
import sys, time
start = time.perf_counter()
import nasbench_suite.benchmark as module
query = module.Benchmark.query
def first(*args):
    print(time.perf_counter() - start, "torch" in sys.modules, "wandb" in sys.modules, file=sys.stderr)
    module.Benchmark.query = query
    return query(*args)
module.Benchmark.query = first
from nasbench_suite.cli import main
main(["run", "seeds=1", "protocol=nb201", "table={table}", "results={results}", "tracking=disabled"])
"""


def median(times: list[float]) -> float:
    """Returns the median."""
    return statistics.median(times)


def per_call(call: Callable[[], object], calls: int) -> float:
    """Returns the median microseconds of a call over seven rounds."""
    rounds = []
    for _ in range(7):
        start = time.perf_counter()
        for _ in range(calls):
            call()
        rounds.append((time.perf_counter() - start) / calls * 1e6)
    return median(rounds)


def script(code: str) -> str:
    """Runs a fresh interpreter and returns the last word of what it wrote."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip() or done.stderr.strip()


def first_answer(table: str) -> None:
    """Opening the table and answering, beyond the start of the interpreter and NumPy."""
    times = [float(script(FIRST_ANSWER.format(table=table))) for _ in range(11)]
    print(f"open and first answer       {median(times) * 1e3:8.1f} ms   (target 50)")


def queries(table: str) -> None:
    """Single queries and batches."""
    opened = open_table(table)
    benchmark, rng = Benchmark(opened, "cifar10", rng=np.random.default_rng(0)), np.random.default_rng(0)
    archs = [opened.space.sample(rng) for _ in range(10_000)]
    arch = archs[0]
    for schedule, seed in ((12, "random_or_mean"), (200, "mean"), (200, "random")):
        fidelity = Fidelity(schedule, schedule)
        single = per_call(lambda f=fidelity, s=seed: benchmark.query(arch, f, s), 20_000)
        batch = per_call(lambda f=fidelity, s=seed: benchmark.query_many(archs, f, s), 5) / len(archs)
        print(f"query, {schedule} epochs, {seed:<15}{single:8.2f} us   (target 5);  in batches {batch:.2f} us (0.5)")


def searches(table: str) -> None:
    """500 seeds of each algorithm in one process: the whole command, files written; W&B is performance/tracking.py."""
    for algorithm in ("random", "rea"):
        whole = []
        for _ in range(5):
            with tempfile.TemporaryDirectory() as results:
                command = [
                    "-m",
                    "nasbench_suite",
                    "run",
                    "protocol=nb201",
                    f"algorithm={algorithm}",
                    f"table={table}",
                    "tracking=disabled",
                ]
                start = time.perf_counter()
                subprocess.run(
                    [sys.executable, *command, "seeds=500", f"results={results}"], check=True, capture_output=True
                )
                whole.append(time.perf_counter() - start)
        print(f"500 seeds of {algorithm:<15}{median(whole):8.2f} s    (target 2), the whole command")


def first_evaluation(table: str) -> None:
    """From the start of `nasbench-suite run` to its first query."""
    times = []
    for _ in range(5):
        with tempfile.TemporaryDirectory() as results:
            code = FIRST_EVALUATION.format(table=table, results=results)
            done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
            seconds, torch, wandb = done.stderr.split()[:3]
            times.append(float(seconds))
            assert (torch, wandb) == ("False", "False"), "the table path loaded torch or wandb"
    print(f"run: first evaluation after {median(times):8.2f} s    (target 1), neither torch nor wandb loaded")


def memory(table: str, processes: int = 8) -> None:
    """What a table adds to each of several processes that all use it, as proportional set size."""
    running = [
        subprocess.Popen(
            [sys.executable, "-c", PSS.format(table=table)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(processes)
    ]

    def step() -> list[str]:
        """Reads a line of every process, and lets all go on together."""
        lines = [process.stdout.readline().strip() for process in running]  # type: ignore[union-attr]
        for process in running:
            print("go", file=process.stdin, flush=True)
        return lines

    step()
    before = step()
    step()
    after = step()
    for process in running:
        process.wait()
    added = [(int(a) - int(b)) / 1024 for a, b in zip(after, before, strict=True)]
    print(f"{processes} processes, each adds      {median(added):8.1f} MB   (target 15), beyond numpy")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--table", default="nb201", help="name of a table of NAS-Bench-201 (default nb201)")
    options = parser.parse_args()
    print(f"python {sys.version.split()[0]}, {os.cpu_count()} cores, table {options.table}")
    print(f"{Path(open_table(options.table).path).stat().st_size / 2**20:.1f} MiB on disk")
    for figure in (first_answer, queries, searches, first_evaluation, memory):
        figure(options.table)
