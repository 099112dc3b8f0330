"""What a job of a sweep of 500 costs through joblib on two cores, beside Hydra's own, and whether memory grows.

    python performance/sweep.py [--jobs 500] [--processes 2]

Jobs of one evaluation each on the table that comes with the package, in an empty home, without W&B: of as many
configurations. Processor time and memory are read from `/proc`, of the launcher and of its workers, each time that a
fifth of the jobs has ended; the clock on the wall says little on a machine that does other things.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from surface import compare

MIB = 1024
TICKS = os.sysconf("SC_CLK_TCK")
EMPTY = """
import hydra
@hydra.main(version_base="1.3", config_path=None)
def main(config): print("results: none", flush=True)
main()
"""


class Usage(NamedTuple):
    """What a launcher and its workers have used so far.

    Attributes:
        wall: seconds since the start.
        launcher: its processor time in seconds.
        workers: theirs, all together.
        memory: MiB that are resident of the launcher, then of each worker.
    """

    wall: float
    launcher: float
    workers: float
    memory: tuple[float, ...]


def usage(launcher: int, began: float) -> Usage:
    """Reads what is used at this moment."""
    workers = joblibs_workers(launcher)
    seconds = sum(map(processor_seconds, workers))
    memory = tuple(map(resident, (launcher, *workers)))
    return Usage(time.perf_counter() - began, processor_seconds(launcher), seconds, memory)


def processor_seconds(process: int) -> float:
    """Seconds of user and system time of a process, without its children."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident(process: int) -> float:
    """MiB of a process that are in memory."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / MIB


def joblibs_workers(launcher: int) -> list[int]:
    """Joblib's processes."""
    children = Path(f"/proc/{launcher}/task/{launcher}/children").read_text().split()
    return [int(one) for one in children if b"LokyProcess" in Path(f"/proc/{one}/cmdline").read_bytes()]


def measure(command: Sequence[str], jobs: int, processes: int) -> list[Usage]:
    """Runs a sweep; returns what was used after each fifth of its jobs."""
    launcher = ("hydra/launcher=joblib", f"hydra.launcher.n_jobs={processes}")
    used, done, began = [], 0, time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "empty.py").write_text(EMPTY)
        process = subprocess.Popen(
            [sys.executable, *command, *launcher],
            cwd=folder,
            env=os.environ | {"NASBENCH_SUITE_HOME": folder, "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        for line in process.stdout:
            done += line.count("results: ")  # two workers may share a line
            if done >= (len(used) + 1) * jobs // 5:
                used.append(usage(process.pid, began))
        if process.wait():
            sys.exit(f"the sweep ended with {process.returncode}")
    return used


def show(name: str, used: Sequence[Usage], jobs: int) -> float:
    """Prints a line per fifth of the jobs; returns the milliseconds of processor time per job, the start included."""
    print(
        f"{name}: jobs, wall s, per job of this fifth: ms of the launcher, of workers; MiB of launcher, of each worker"
    )
    before = Usage(0, 0, 0, ())
    for number, now in enumerate(used, start=1):
        launcher, workers = (1000 * (now[at] - before[at]) / (jobs // 5) for at in (1, 2))
        memory = " ".join(f"{one:5.0f}" for one in now.memory)
        print(f"{number * (jobs // 5):6d} {now.wall:7.1f} {launcher:7.1f} {workers:7.1f}   {memory}")
        before = now
    return 1000 * (used[-1].launcher + used[-1].workers) / jobs


def main() -> None:
    """Prints what was used, ours and Hydra's own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=500)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    load, jobs = os.getloadavg()[0], options.jobs

    def per_job(name: str, *command: str) -> float:
        return show(name, measure(command, jobs, options.processes), jobs) / 1000

    ours = (
        "-m",
        "nasbench_suite",
        "run",
        "-m",
        "algorithm=rea",
        "seeds=1",
        "budget.evaluations=1",
        "tracking=disabled",
    )
    different = per_job("ours", *ours, f"algorithm.population=range(2,{jobs + 2})")
    hydras = per_job("Hydra's, of an empty config", "empty.py", "-m", f"+seed=range({jobs})")
    compare("processor time per job (target 1.5)", different, "Hydra's", hydras)
    print(f"load {load:.1f} before, {os.getloadavg()[0]:.1f} after")


if __name__ == "__main__":
    main()
