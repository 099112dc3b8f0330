"""Searching NAS-Bench-101 as its paper does, on a table of all of its cells whose figures are made up."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from pyarrow import parquet

import nasbench_suite.conf
from nasbench_suite.errors import MissingArchitectureError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.jobs.folder import SCORES, TRAJECTORY
from nasbench_suite.jobs.run import run
from nasbench_suite.spaces.nb101 import NB101, Cell
from nasbench_suite.table import Dataset, Source
from nasbench_suite.table.writer import TableWriter

FILES = (Path(nasbench_suite.conf.__file__).parent / "algorithm").glob("*.yaml")
# those that query, and need no column that somebody has to add
ALGORITHMS = sorted(
    path.stem for path in FILES if not any(word in path.read_text() for word in ("/one_shot/", "column:"))
)
QUICK = {"bananas": ("algorithm.networks.epochs=2", "algorithm.networks.layers=2")}
UNITS = {"valid_accuracy": "fraction", "test_accuracy": "fraction", "train_seconds": "s"}
SCHEDULES = (4, 12, 36, 108)


def made_up_hashes(cells: Sequence[Cell]) -> list[str]:
    """Hashes that no search asks for; the true ones would take a minute."""
    return [f"{row:032x}" for row in range(len(cells))]


def write_whole(path: Path) -> None:
    space, rng = NB101(), np.random.default_rng(0)
    cells = list(space.enumerate())
    # the more 3x3 convolutions the better, the slower, and the more so the longer the training
    worth = np.array([cell.digits.count(0) - cell.digits.count(2) for cell in cells])[:, None]
    with TableWriter(path, space, UNITS, Source("made", "made", "0" * 64), {"cifar10": Dataset(*["cifar10"] * 2)}) as w:
        w.set_architectures(cells, made_up_hashes(cells))
        for schedule in SCHEDULES:
            w.add_series("cifar10", schedule, range(3))
            end, noise = Fidelity(schedule, schedule), rng.standard_normal((2, len(cells), 3)) * 0.005
            w.add_column("cifar10", end, "valid_accuracy", 0.6 + 0.05 * np.log10(schedule) * worth + noise[0])
            w.add_column("cifar10", end, "test_accuracy", 0.59 + 0.05 * np.log10(schedule) * worth + noise[1])
            w.add_column("cifar10", end, "train_seconds", schedule * (12.0 + worth + noise[0]))
        w.finish()


@pytest.fixture(scope="module")
def whole(once: Callable) -> Path:
    """A table of the 423,624 cells: three repeats at the end of every schedule."""
    return once("nb101-whole", lambda folder: write_whole(folder / "nb101.mdb")) / "nb101.mdb"


@pytest.fixture
def installed(whole: Path, home: Path) -> None:
    (home / "tables").mkdir(parents=True)
    (home / "tables" / "nb101.mdb").symlink_to(whole)


@pytest.mark.slow  # a table of all 423,624 cells is made for it
def test_evolution_spends_the_budget_as_the_notebook_does_and_beats_random(installed: None, make_job: Callable) -> None:
    found = {}
    for algorithm in ("random", "rea"):
        job = make_job("space=nb101", "protocol=nb101", f"algorithm={algorithm}", "seeds=3")
        folder = run(job)
        rows = parquet.read_table(folder / TRAJECTORY).to_pydict()
        last = np.flatnonzero(np.diff([*rows["seed"], -1]))
        seconds = np.array(rows["seconds"])
        assert (seconds[last] >= 5e6).all()  # the query that crosses the budget counts
        assert (seconds[last - 1] < 5e6).all()
        assert set(zip(rows["schedule"], rows["epoch"], strict=True)) == {(108, 108)}
        assert set(rows["trial"]) == {0, 1, 2}
        scores = parquet.read_table(folder / SCORES).to_pydict()
        found[algorithm] = max(scores["test_accuracy"])
        accuracy = np.array(rows["valid_accuracy"])
        found[algorithm, "late"] = np.mean([accuracy[at - 500 : at].mean() for at in last])
    assert found["rea", "late"] > found["random", "late"] + 1
    assert found["rea"] > 80


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_every_algorithm_that_queries_runs_on_it(algorithm: str, installed: None, make_job: Callable) -> None:
    settings = (f"algorithm={algorithm}", *QUICK.get(algorithm, ()))
    job = make_job("space=nb101", "protocol=nb101", *settings, "seeds=1", "budget.seconds=200000")
    rows = parquet.read_table(run(job) / TRAJECTORY).to_pydict()
    assert rows["seconds"][-1] >= 200_000
    assert {(s, e) for s, e in zip(rows["schedule"], rows["epoch"], strict=True)} <= {(s, s) for s in SCHEDULES}


def write_tenth(folder: Path) -> None:
    space = NB101()
    cells = list(space.enumerate())[::10]
    (folder / "cells.txt").write_text("\n".join(map(space.format, cells)))
    units, path = {"valid_accuracy": "fraction"}, folder / "nb101.mdb"
    source, datasets = Source("made", "made", "0" * 64), {"cifar10": Dataset("cifar10", "cifar10")}
    with TableWriter(path, space, units, source, datasets) as writer:
        writer.set_architectures(cells, made_up_hashes(cells))
        writer.add_series("cifar10", 108, [0])
        worth = np.array([[cell.digits.count(0)] for cell in cells])
        writer.add_column("cifar10", Fidelity(108, 108), "valid_accuracy", 0.5 + 0.09 * worth)
        writer.finish()


@pytest.fixture(scope="module")
def tenth(once: Callable) -> tuple[Path, set[str]]:
    """A table of every tenth cell, as real partial ones without seconds, and the cells' texts."""
    folder = once("nb101-tenth", write_tenth)
    return folder / "nb101.mdb", set((folder / "cells.txt").read_text().splitlines())


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_partial_table_is_searched_among_what_it_has(
    algorithm: str, tenth: tuple[Path, set[str]], home: Path, make_job: Callable
) -> None:
    path, texts = tenth
    (home / "tables").mkdir(parents=True)
    (home / "tables" / "nb101.mdb").symlink_to(path)
    space = NB101()
    settings = ("space=nb101", "protocol=nb101", f"algorithm={algorithm}", *QUICK.get(algorithm, ()), "seeds=1")
    settings += ("budget.seconds=null", "budget.epochs=10800", "protocol.rungs=[[108,108]]")
    rows = parquet.read_table(run(make_job(*settings, "evaluator.only_measured=true")) / TRAJECTORY).to_pydict()
    assert len(rows["step"]) == 100
    found = {space.format(space.canonical(space.parse(text))) for text in rows["architecture"]}
    assert found <= texts
    with pytest.raises(MissingArchitectureError, match="holds 42,363 architectures of nb101, but not"):
        run(make_job(*settings))


def test_a_search_is_the_same_again(installed: None, make_job: Callable, tmp_path: Path) -> None:
    settings = ("space=nb101", "protocol=nb101", "algorithm=rea", "seeds=2", "budget.evaluations=200")
    one, two = (
        parquet.read_table(run(make_job(*settings, results=tmp_path / name)) / TRAJECTORY) for name in ("one", "two")
    )
    assert one.equals(two)


def test_the_experiment_is_the_papers(composed: Callable) -> None:
    config = composed("experiment=nb101_regret", "algorithm=rea").config
    settings = {key: config["algorithm"][key] for key in ("population", "tournament", "replacement")}
    assert settings == {"population": 50, "tournament": 10, "replacement": False}
    assert config["space"]["mutation_rate"] == 1.0
    assert (config["fidelities"], config["trial"]) == ([[108, 108]], "random")
    assert (config["budget"]["seconds"], config["budget"]["overstep"]) == (5e6, "keep")
