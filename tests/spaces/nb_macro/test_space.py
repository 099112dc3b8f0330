from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import chisquare

from nasbench_suite.errors import NasBenchSuiteError
from nasbench_suite.folders import table_path
from nasbench_suite.jobs.run import run
from nasbench_suite.registry.importers import import_file
from nasbench_suite.report.model import make_report
from nasbench_suite.spaces.nb_macro import NBMacro
from nasbench_suite.testing import SpaceContract

SPACE = NBMacro()


class TestNBMacro(SpaceContract):
    def make_space(self) -> NBMacro:
        return NBMacro()


def test_the_space_lists_6561_different_architectures() -> None:
    listed = list(SPACE.enumerate())
    assert len(set(listed)) == len(listed) == 3**8
    assert [SPACE.format(arch) for arch in listed[:3]] == ["00000000", "00000001", "00000002"]


def test_samples_are_uniform_in_every_layer() -> None:
    rng = np.random.default_rng(0)
    for layer in np.array([SPACE.sample(rng) for _ in range(3000)]).T:
        assert chisquare(np.bincount(layer, minlength=3)).pvalue > 0.001


def test_mutation_draws_each_neighbour_alike() -> None:
    rng, arch = np.random.default_rng(0), (0, 1, 2, 0, 1, 2, 0, 1)
    neighbours = SPACE.neighbours(arch)
    assert len(neighbours) == 16
    counts = np.bincount([neighbours.index(SPACE.mutate(arch, rng)) for _ in range(3200)], minlength=16)
    assert chisquare(counts).pvalue > 0.001


@pytest.fixture
def macro_table(data: Path, home: Path) -> None:
    source = data / "nas_bench_macro" / "nas-bench-macro_cifar10.json.gz"
    import_file(SPACE, source, table_path("nb_macro"))


@pytest.mark.usefixtures("macro_table")
def test_a_search_under_test_error_finds_good_chains_and_says_what_it_was_told(
    make_job: Callable[..., Any], cli: Callable[..., Any]
) -> None:
    job = make_job(
        "space=nb_macro", "protocol=nb_macro", "objectives=test_error", "algorithm=rea",
        "algorithm.population=20", "algorithm.tournament=5", "budget.evaluations=200", "seeds=3",
    )  # fmt: skip
    report = make_report([run(job)])
    (row,) = [row.record() for row in report.rows]
    assert row["test_mean"] > 92.5  # of 93.13
    assert row["seconds_mean"] is None and row["evaluations_mean"] == 200


def test_the_default_objective_is_refused_by_name(make_job: Callable[..., Any], macro_table: None) -> None:
    with pytest.raises(NasBenchSuiteError, match="objectives=test_error"):
        make_job("space=nb_macro", "protocol=nb_macro", "algorithm=random", "budget.evaluations=10")
