"""The records say what nas-bench-201 and nats_bench, where they are installed, say of the same files."""

import os
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from nasbench_suite.registry.importers import import_file
from nasbench_suite.registry.tables import open_table
from nasbench_suite.spaces.nb201 import NB201
from nasbench_suite.spaces.nb201.official import ArchitectureRecord, Trial, open_source
from nasbench_suite.table import Table, measurements
from performance.generators import nb201_files

SEARCHED = {"cifar10": "cifar10-valid", "cifar100": "cifar100", "ImageNet16-120": "ImageNet16-120"}

COLUMNS = {
    "cifar10-valid": {"x-valid": "valid", "ori-test": "test"},
    "cifar10": {"ori-test": "test"},
    "cifar100": {"x-valid": "valid", "x-test": "test", "ori-test": "original_test"},
    "ImageNet16-120": {"x-valid": "valid", "x-test": "test", "ori-test": "original_test"},
}


def close(ours: float | None, theirs: float | None) -> bool:
    return ours == theirs or (ours is not None and theirs is not None and abs(ours / theirs - 1) <= 1e-12)


def assert_says_the_same(cell: ArchitectureRecord, theirs: dict[str, Any]) -> None:
    """Compares every metric of every epoch, set and seed, and the costs."""
    for trial in cell.trials:
        result = theirs[str(trial.schedule)].all_results[trial.dataset, trial.seed]
        assert close(trial.params, result.params)
        assert close(trial.flops, result.flop)
        assert trial.latency is not None
        assert close(float(np.mean(trial.latency)), result.get_latency())
        assert list(trial.evaluations) == list(result.get_eval_set())
        for epoch in range(1, trial.schedule + 1):
            assert_same_epoch(trial, result, epoch)


def assert_same_epoch(trial: Trial, result: Any, epoch: int) -> None:
    assert trial.train_seconds is not None
    train = result.get_train(epoch - 1)
    assert close(trial.train_accuracy.at(epoch), train["accuracy"])
    assert close(trial.train_loss.at(epoch), train["loss"])
    assert close(trial.train_seconds.at(epoch), train["cur_time"])
    assert close(float(sum(trial.train_seconds.values[:epoch])), train["all_time"])
    for name, evaluation in trial.evaluations.items():
        assert evaluation.seconds is not None
        if evaluation.accuracy.at(epoch) is None:
            with pytest.raises(KeyError):
                result.get_eval(name, epoch - 1)
            continue
        metrics = result.get_eval(name, epoch - 1)
        assert close(evaluation.accuracy.at(epoch), metrics["accuracy"])
        assert close(evaluation.loss.at(epoch), metrics["loss"])
        assert close(evaluation.seconds.at(epoch), metrics["cur_time"])


def assert_same_trials(cell: ArchitectureRecord, theirs: dict[str, Any]) -> None:
    for schedule in (12, 200):
        archive = theirs[str(schedule)]
        for dataset in archive.get_dataset_names():
            ours = [t.seed for t in cell.trials if (t.schedule, t.dataset) == (schedule, dataset)]
            assert sorted(ours) == sorted(archive.get_dataset_seeds(dataset))


def nats_api(path: Path, fast: bool) -> Any:
    nats_bench = pytest.importorskip("nats_bench", reason="nats_bench is not installed")
    return nats_bench.create(str(path), "tss", fast_mode=fast, verbose=False)


@pytest.mark.extra
def test_nats_bench_says_the_same_of_the_real_cells(real_folder: Path) -> None:
    api = nats_api(real_folder, True)
    for cell in open_source(real_folder, processes=1).records():
        api.reload(str(real_folder), cell.index)
        assert_same_trials(cell, api.arch2infos_dict[cell.index])
        assert_says_the_same(cell, api.arch2infos_dict[cell.index])


@pytest.mark.parametrize("name", ["nats", "nats in parts"])
@pytest.mark.extra
def test_nats_bench_says_the_same_of_a_whole_file(name: str, files: dict[str, Path]) -> None:
    api = nats_api(files[name], False)
    for cell in open_source(files[name]).records():
        assert_same_trials(cell, api.arch2infos_dict[cell.index])
        assert_says_the_same(cell, api.arch2infos_dict[cell.index])


@pytest.mark.parametrize("name", ["pth", "legacy pth", "pth in parts"])
@pytest.mark.extra
def test_nas_bench_201_says_the_same_of_a_pth(name: str, files: dict[str, Path]) -> None:
    nas_201_api = pytest.importorskip("nas_201_api", reason="nas-bench-201 is not installed")
    # the API's own torch.load is refused by torch 2.6 and later
    api = nas_201_api.NASBench201API(torch.load(files[name], weights_only=False), verbose=False)
    for cell in open_source(files[name]).records():
        assert_same_trials(cell, api.arch2infos_dict[cell.index])
        assert_says_the_same(cell, api.arch2infos_dict[cell.index])


def assert_table_says_the_same(table: Table, arch: str, theirs: dict[str, Any]) -> None:
    """Compares everything that a table has of a cell, and that it has everything."""
    seen = 0
    for one in measurements(table, table.space.parse(arch)):
        result = theirs[str(one.schedule)].all_results[one.trial_set, one.trial]
        train = result.get_train(one.epoch - 1)
        assert close(one.values["train_accuracy"], train["accuracy"])
        assert close(one.values["train_loss"], train["loss"])
        for name, column in COLUMNS[one.trial_set].items():
            if f"{column}_accuracy" not in one.values:
                with pytest.raises(KeyError):
                    result.get_eval(name, one.epoch - 1)
                continue
            metrics = result.get_eval(name, one.epoch - 1)
            assert close(one.values[f"{column}_accuracy"], metrics["accuracy"])
            assert close(one.values[f"{column}_loss"], metrics["loss"])
            if one.epoch == one.schedule:
                assert close(one.values[f"{column}_seconds"], metrics["cur_time"])
            seen += 1
        if one.epoch == one.schedule:
            assert close(one.values["parameters"], result.params)
            assert close(one.values["flops"], result.flop)
            assert close(one.values["latency"], result.get_latency())
            assert close(one.values["train_seconds_per_epoch"] * one.epoch, train["all_time"])
    trials = [result for archive in theirs.values() for result in archive.all_results.values()]
    assert seen == sum(len(result.eval_acc1es) for result in trials)


# for development: a cut of 1,000 cells takes minutes
CUT = int(os.environ.get("NASBENCH_SUITE_TEST_CELLS", "8"))


@pytest.mark.extra
def test_a_table_of_a_cut_says_what_nats_bench_says(tmp_path: Path) -> None:
    nb201_files.write_nats_file(tmp_path / "cut.pickle.pbz2", CUT)
    api = nats_api(tmp_path / "cut.pickle.pbz2", False)
    import_file(NB201(), tmp_path / "cut.pickle.pbz2", tmp_path / "cut.mdb")
    table = open_table(tmp_path / "cut.mdb")
    assert len(table) == CUT
    for row in range(CUT):
        assert_table_says_the_same(table, api[row], api.arch2infos_dict[row])


@pytest.mark.extra
def test_a_table_of_a_cut_says_what_nas_bench_201_says(tmp_path: Path) -> None:
    nas_201_api = pytest.importorskip("nas_201_api", reason="nas-bench-201 is not installed")
    nb201_files.write_pth(tmp_path / "cut.pth", CUT)
    api = nas_201_api.NASBench201API(torch.load(tmp_path / "cut.pth", weights_only=False), verbose=False)
    import_file(NB201(), tmp_path / "cut.pth", tmp_path / "cut.mdb")
    table = open_table(tmp_path / "cut.mdb")
    assert len(table) == CUT
    for row in range(CUT):
        assert_table_says_the_same(table, api[row], api.arch2infos_dict[row])


def query_points() -> list[tuple[str, int, int]]:
    fidelities = [(12, epoch) for epoch in (1, 4, 12)] + [(200, epoch) for epoch in (1, 12, 67, 200)]
    return [(dataset, *fidelity) for dataset in SEARCHED for fidelity in fidelities]


@pytest.fixture(scope="module")
def real(real_folder: Path) -> tuple[Any, dict[int, ArchitectureRecord]]:
    """NATS-Bench's API and the records of the two genuine cells."""
    cells = open_source(real_folder, processes=1).records()
    return nats_api(real_folder, True), {cell.index: cell for cell in cells}


@pytest.mark.extra
@pytest.mark.parametrize(("dataset", "schedule", "epoch"), query_points())
@pytest.mark.parametrize("index", [0, 284])
def test_costs_are_the_train_seconds_so_far_and_one_pass_over_x_valid(
    index: int, dataset: str, schedule: int, epoch: int, real: tuple[Any, dict[int, ArchitectureRecord]]
) -> None:
    api, cells = real
    # which seed it draws makes no difference to the cost
    random.seed(0)
    _, _, theirs, _ = api.simulate_train_eval(index, dataset, iepoch=epoch - 1, hp=str(schedule))
    for trial in cells[index].trials:
        if (trial.dataset, trial.schedule) == (SEARCHED[dataset], schedule):
            evaluation = trial.evaluations["x-valid"].seconds
            assert trial.train_seconds is not None and evaluation is not None
            one_pass = evaluation.at(epoch)
            assert one_pass is not None
            ours = float(trial.train_seconds.values[:epoch].sum()) + one_pass
            assert ours == pytest.approx(theirs, rel=1e-9)
