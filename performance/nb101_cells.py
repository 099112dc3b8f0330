"""Times what a search does with NAS-Bench-101 cells, beside nasbench's own figures.

    python performance/nb101_cells.py

Medians of repeated runs on one core. nasbench's figures are medians too, from one core of a two-core machine.
"""

import statistics
import timeit
from collections.abc import Callable
from time import perf_counter

import numpy as np

from nasbench_suite.spaces.nb101 import NB101, Cell
from nasbench_suite.spaces.nb101.enumeration import cells
from nasbench_suite.spaces.nb101.graphs import cell_hash
from nasbench_suite.spaces.nb101.pruning import prune


def microseconds(action: Callable[[], object], number: int) -> float:
    """Median over seven runs of `number` calls, a call."""
    return statistics.median(timeit.repeat(action, number=number, repeat=7)) / number * 1e6


def show(what: str, measured: float, unit: str, peer: str = "") -> None:
    print(f"{what:<52}{measured:>10.3g} {unit:<3}{peer:>16}", flush=True)


def main() -> None:
    space, rng = NB101(), np.random.default_rng(0)
    print(f"{'':<52}{'here':>14}{'nasbench':>16}")

    start = perf_counter()
    cells()
    show("enumerate 423,624 cells, isomorphs told apart", perf_counter() - start, "s", "228 s")
    everything = list(space.enumerate())
    start = perf_counter()
    index = space.index(everything)
    show("build a table's index", perf_counter() - start, "s")
    start = perf_counter()
    locate, locate_many = space.locator(index), space.batch_locator(index)
    show("open the index", (perf_counter() - start) * 1e6, "us")

    drawn = [space.sample(rng) for _ in range(1000)]
    matrices = [([list(row) for row in cell.matrix], list(cell.operations)) for cell in drawn]
    numbers = np.array(drawn)
    parent = drawn[0]

    def each(action: Callable[[Cell], object]) -> float:
        return microseconds(lambda: [action(cell) for cell in drawn], 20) / len(drawn)

    def each_matrix(action: Callable[[list[list[int]], list[str]], object]) -> float:
        return microseconds(lambda: [action(*pair) for pair in matrices], 20) / len(drawn)

    show("sample", microseconds(lambda: space.sample(rng), 5000), "us", "64 us")
    show("mutate", microseconds(lambda: space.mutate(parent, rng), 5000), "us", "42 us")
    show("matrix and operations to a checked cell", each_matrix(space.cell), "us", "24 us")
    show(
        "matrix and operations to a table's row",
        each_matrix(lambda m, o: locate(Cell.of(m, o))),
        "us",
        "80 us",
    )
    show("cell to a table's row", each(locate), "us")
    show("1,000 cells to rows at once, each", microseconds(lambda: locate_many(drawn), 50) / 1000, "us")
    show("1,000 cells as an array, each", microseconds(lambda: locate_many(numbers), 200) / 1000, "us")
    show("prune", each(prune), "us")
    show("canonical form", each(space.canonical), "us")
    show("nasbench's hash", each(cell_hash), "us", "56 us")
    show("neighbours", each(space.neighbours), "us")
    show("text and back", each(lambda cell: space.parse(space.format(cell))), "us")


if __name__ == "__main__":
    main()
