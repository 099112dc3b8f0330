"""Times queries and searches on a full-size NAS-Bench-101 table, beside nasbench's own figures.

    python performance/nb101_table.py [TABLE]

TABLE is a name, nb101 unless another is given, or an `.mdb` file;
`generators/nb101_tfrecord.py --full` and `nasbench-suite import nb101` make one.
nasbench's figures are from one core of a two-core machine: opening is that of the full file, read without TensorFlow.
"""

import statistics
import subprocess
import sys
import timeit
from collections.abc import Callable

import numpy as np

from nasbench_suite.algorithms.rea import RegularizedEvolution
from nasbench_suite.benchmark import Benchmark
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.ledger import Ledger
from nasbench_suite.registry.tables import open_table
from nasbench_suite.search import search
from nasbench_suite.spaces.nb101 import Cell

FINAL = Fidelity(108, 108)
# a fresh process; resident memory counts the pages of the table around those that were read, which all processes share
FIRST_ANSWER = """
import sys, time
import numpy
def memory():
    with open("/proc/self/status") as file:
        kib = {line.split(":")[0]: line.split()[1] for line in file if line.startswith(("VmRSS", "RssAnon"))}
    return numpy.array([int(kib["VmRSS"]), int(kib["RssAnon"])])
before, start = memory(), time.perf_counter()
from nasbench_suite.benchmark import Benchmark
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.spaces.nb101 import NB101
from nasbench_suite.table import open_table
space = NB101()
benchmark = Benchmark(open_table(sys.argv[1], space), "cifar10")
benchmark.query(space.parse("010001000|input,conv3x3-bn-relu,output"), Fidelity(108, 108), 0)
print((time.perf_counter() - start) * 1e3, *(memory() - before) / 1024)
"""


def microseconds(action: Callable[[], object], number: int) -> float:
    """Median over seven runs of `number` calls, a call."""
    return statistics.median(timeit.repeat(action, number=number, repeat=7)) / number * 1e6


def show(what: str, measured: float, unit: str, peer: str = "") -> None:
    print(f"{what:<52}{measured:>10.3g} {unit:<4}{peer:>16}", flush=True)


def main() -> None:
    name = sys.argv[1] if len(sys.argv) > 1 else "nb101"
    print(f"{'':<52}{'here':>15}{'nasbench':>16}")
    command = [sys.executable, "-c", FIRST_ANSWER, name]
    runs = [subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True) for _ in range(9)]
    figures = np.array([list(map(float, run.stdout.split())) for run in runs])
    open_ms, resident_mib, private_mib = np.median(figures, axis=0)
    show("open and first answer, numpy imported", open_ms, "ms", "70.6 s")
    show("resident memory for it", resident_mib, "MiB", "3395 MiB")
    show("memory that is its own", private_mib, "MiB")

    table = open_table(name)
    space = table.space
    rng = np.random.default_rng(0)
    drawn: list[Cell] = [space.sample(rng) for _ in range(1000)]
    matrices = [([list(row) for row in cell.matrix], list(cell.operations)) for cell in drawn]
    arrays = [(np.array(matrix), operations) for matrix, operations in matrices]
    for policy in (0, "random", "mean"):
        benchmark = Benchmark(table, "cifar10", Ledger(), np.random.default_rng(0))
        query = benchmark.query
        single = microseconds(lambda: [query(cell, FINAL, policy) for cell in drawn], 20) / len(drawn)  # noqa: B023
        show(f"query of a cell, {policy}", single, "us")
    query = Benchmark(table, "cifar10", Ledger(), np.random.default_rng(0)).query

    def ask(pairs: list) -> None:
        for matrix, operations in pairs:
            query(Cell.of(matrix, operations), FINAL, 0)

    show("query of a matrix (lists) and operations", microseconds(lambda: ask(matrices), 20) / 1000, "us", "105 us")
    show("query of a matrix (NumPy) and operations", microseconds(lambda: ask(arrays), 20) / 1000, "us", "105 us")
    many = Benchmark(table, "cifar10", Ledger(), np.random.default_rng(0)).query_many
    numbers = np.array(drawn)
    show("rows of 1,000 cells at once, each", microseconds(lambda: table.rows(drawn), 50) / 1000, "us")
    show("rows of 1,000 cells as an array, each", microseconds(lambda: table.rows(numbers), 50) / 1000, "us")
    show("query of 1,000 cells at once, each", microseconds(lambda: many(drawn, FINAL, 0), 50) / 1000, "us")
    show("query of 1,000 cells as an array, each", microseconds(lambda: many(numbers, FINAL, 0), 50) / 1000, "us")

    def evolve() -> None:
        ledger = Ledger(evaluations=1000)
        algorithm = RegularizedEvolution(space, (FINAL,), rng, population=50, tournament=10, replacement=False)
        benchmark = Benchmark(table, "cifar10", ledger, rng)
        search(algorithm, lambda asked: benchmark.query(asked.arch, asked.fidelity, "random"), ledger)

    show("REA, 1,000 evaluations", microseconds(evolve, 1) / 1e3, "ms", "153 ms")


if __name__ == "__main__":
    main()
