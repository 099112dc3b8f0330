"""The arithmetic gives the published figures."""

import csv
import gzip
from functools import cache
from pathlib import Path

import pytest

from nasbench_suite.spaces.nb201 import NB201
from nasbench_suite.spaces.nb201.complexity import published_flops, published_parameters
from nasbench_suite.spaces.nb201.official import open_source


def test_the_real_cells_have_the_parameters_and_flops_of_the_formula(real_folder: Path) -> None:
    trials = 0
    for cell in open_source(real_folder, processes=1).records():
        arch = NB201().parse(cell.arch)
        for trial in cell.trials:
            assert published_parameters(arch, trial.dataset) == pytest.approx(trial.params, abs=1e-9)
            assert published_flops(arch, trial.dataset) == pytest.approx(trial.flops, abs=1e-9)
            trials += 1
    assert trials == 34


def test_the_published_parameters_are_the_formulas_but_for_150_cells_that_are_off_by_an_edge(data: Path) -> None:
    parse, apart = cache(NB201().parse), {}
    with gzip.open(data / "nb201/nas_bench_201.csv.gz", "rt", newline="") as file:
        for row in csv.DictReader(file):
            if row["params_millions"]:
                arch = parse(row["arch"])
                difference = abs(float(row["params_millions"]) - published_parameters(arch, row["dataset"]))
                if difference > 0.5e-6:
                    apart[arch] = difference
    assert len(apart) == 150
    assert {round(difference, 6) for difference in apart.values()} <= {0.24304, 0.028}
