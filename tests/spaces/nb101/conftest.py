"""Real NAS-Bench-101 data, where the developer has it, and the space opened over all of its cells."""

import csv
import gzip
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from nasbench_suite.spaces.nb101 import NB101, Cell
from nasbench_suite.spaces.nb101.cell import parse_cell


@pytest.fixture(scope="session")
def data() -> Path:
    folder = os.environ.get("NASBENCH_SUITE_TEST_DATA")
    if not folder:
        pytest.skip("NASBENCH_SUITE_TEST_DATA is unset: no real data to test on")
    return Path(folder) / "nb101"


@pytest.fixture(scope="session")
def real_cells(data: Path) -> list[tuple[str, Cell, int]]:
    """Hash, cell and trainable parameters of 30,001 real cells."""
    with gzip.open(data / "nas_bench_101_subset.csv.gz", "rt") as file:
        return [
            (
                row["module_hash"],
                parse_cell(f"{row['adjacency']}|{row['operations']}"),
                int(row["trainable_parameters"]),
            )
            for row in csv.DictReader(file)
            if row["epochs"] == "108"
        ]


@pytest.fixture(scope="session")
def space() -> NB101:
    return NB101()


@pytest.fixture(scope="session")
def every_cell(space: NB101) -> list[Cell]:
    return list(space.enumerate())


@pytest.fixture(scope="session")
def locate(space: NB101, every_cell: list[Cell]) -> Callable[[Cell], int]:
    """From a cell to its number in the official order."""
    return space.locator(space.index(every_cell))
