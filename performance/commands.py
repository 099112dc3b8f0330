"""What commands cost around a search: a job of a sweep, a start, and 500 seeds, in processor time.

    python performance/commands.py [--seeds 500] [--repeats 3]

Every figure is the processor time of a process of its own, children included, the median of some repeats: it is less
disturbed by what else the machine does than the clock on the wall. The table is the one that comes with the package, in
an empty home. `PYTHONPATH` says which copy of the package is measured, so that two can be compared by the same script.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

JOBS = 12
EMPTY = """
import hydra
@hydra.main(version_base="1.3", config_path=None)
def main(config): pass
main()
"""


def processor_seconds(*arguments: str) -> float:
    """Runs Python in an empty folder with an empty home, and returns what it cost."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"NASBENCH_SUITE_HOME": folder, "OMP_NUM_THREADS": "1"}
        script = Path(folder, "empty.py")
        script.write_text(EMPTY)
        process = subprocess.Popen(
            [sys.executable, *arguments], cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        assert process.stderr is not None
        said = process.stderr.read().decode()
        # subprocess's own wait would not tell what it cost
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(arguments)}: {said}")
    return used.ru_utime + used.ru_stime


def sweep(jobs: int) -> tuple[str, ...]:
    """Jobs of one evaluation each, whose search costs nothing to speak of."""
    seeds = ",".join(map(str, range(jobs)))
    overrides = ("algorithm=random", "seeds=1", f"seed={seeds}", "budget.evaluations=1", "tracking=disabled")
    return ("-m", "nasbench_suite", "run", "-m", *overrides)


def empty_sweep(jobs: int) -> tuple[str, ...]:
    """Hydra's own jobs, of an empty config."""
    return ("empty.py", "-m", f"+seed={','.join(map(str, range(jobs)))}")


def main() -> None:
    """Prints a line a figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=500)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()

    def cost(*arguments: str) -> float:
        return statistics.median(processor_seconds(*arguments) for _ in range(options.repeats))

    def per_job(command: Callable[[int], tuple[str, ...]]) -> float:
        """A job more, without the start."""
        return (cost(*command(JOBS)) - cost(*command(1))) / (JOBS - 1)

    compare("a sweep's job beyond the start", per_job(sweep), "Hydra's", per_job(empty_sweep))
    ours, hydras = cost(*sweep(JOBS)) / JOBS, cost(*empty_sweep(JOBS)) / JOBS
    compare("a sweep's job, a twelfth of the whole (target 1.5)", ours, "Hydra's", hydras)
    one = cost("-m", "nasbench_suite", "run", "seeds=1", "tracking=disabled")
    compare("run seeds=1 (target 2.5)", one, "its imports", cost("-c", "import numpy, hydra"))
    for algorithm in ("random", "rea"):
        settings = (f"algorithm={algorithm}", f"seeds={options.seeds}", "tracking=disabled")
        seconds = cost("-m", "nasbench_suite", "run", *settings)
        print(f"{f'{options.seeds} seeds of {algorithm}, whole command':<52}{seconds:7.2f} s", flush=True)


def compare(what: str, ours: float, whose: str, theirs: float) -> None:
    """Prints two figures and their ratio."""
    print(f"{what:<52}{ours:7.3f} s, {whose} {theirs:.3f} s, ratio {ours / theirs:.1f}", flush=True)


if __name__ == "__main__":
    main()
