"""One-shot searches in W&B, an epoch at a time."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from nasbench_suite.jobs.folder import JobFolder
from nasbench_suite.jobs.seed_record import SeedRecord
from nasbench_suite.one_shot.record import EpochRecord
from nasbench_suite.tracking import live_supernet, log_job

ReadRun = Callable[[Path], Any]
SETTINGS = {"mode": "offline", "project": "p", "entity": None, "group": None, "tags": ["mine"], "timeout": 5}
DESCRIPTION = {
    "config_id": "a1b2c3d4",
    "space": "nb201",
    "dataset": "cifar10",
    "algorithm": "darts1",
    "protocol": "nats",
    "label": None,
    "one_shot": {"operations": ["none", "conv"], "parameterless": ["none"], "edges": ["1<-0", "2<-0"]},
}
SCORES = {"cifar10": [200, 80.0, 90.0], "cifar100": [200, None, 60.0]}


def open_live(folder: Path, seed: int = 3, results: str = "somewhere/mine", **settings: Any) -> Any:
    return live_supernet({**SETTINGS, **settings}, folder, DESCRIPTION, {"results": results, "epochs": 2}, seed)


def record(epoch: int, **values: Any) -> EpochRecord:
    shown = {
        "seconds": 10.5 * epoch, "architecture": f"cell {epoch}", "train_loss": 2.0, "train_accuracy": 30.0,
        "valid_loss": 2.5, "valid_accuracy": 25.0, "entropy": 0.5, "operation_counts": (1, 1), "parametric_edges": 1,
        "memory_mib": 500.0, "edge_weights": (0.1, 0.9, 0.75, 0.25), "kendall_tau": 0.5, **values,
    }  # fmt: skip
    return EpochRecord(epoch=epoch, **shown)


def test_an_epoch_shows_edge_weights_and_the_derived_cells_true_accuracy(tmp_path: Path, read_run: ReadRun) -> None:
    with open_live(tmp_path) as live:
        live.epoch(record(1), SCORES)
        live.epoch(record(2, train_loss=1.0), SCORES)
    first, second = read_run(tmp_path).history
    assert first == {
        "seconds": 10.5, "epoch": 1, "entropy": 0.5, "edges/none": 1, "edges/conv": 1, "parametric_edges": 1,
        "train_loss": 2.0, "train_accuracy": 30.0, "valid_loss": 2.5, "memory_mib": 500.0,
        "supernet/valid_accuracy": 25.0, "supernet/kendall_tau": 0.5,
        "cifar10/valid_accuracy": 80.0, "cifar10/test_accuracy": 90.0,
        "cifar100/test_accuracy": 60.0,
        "edge_weights/1<-0/none": 0.1, "edge_weights/1<-0/conv": 0.9,
        "edge_weights/2<-0/none": 0.75, "edge_weights/2<-0/conv": 0.25,
    }  # fmt: skip
    assert (second["epoch"], second["seconds"], second["train_loss"]) == (2, 21.0, 1.0)


def test_what_an_algorithm_does_not_have_is_left_out(tmp_path: Path, read_run: ReadRun) -> None:
    with open_live(tmp_path) as live:
        live.epoch(record(1, valid_loss=None, entropy=None, edge_weights=None, kendall_tau=None), {})
    (row,) = read_run(tmp_path).history
    assert not {"valid_loss", "entropy", "supernet/kendall_tau"} & row.keys() and not any(
        "edge_weights" in name for name in row
    )


def test_each_seed_is_a_run_in_the_group_of_the_table_searches(tmp_path: Path, read_run: ReadRun) -> None:
    with open_live(tmp_path) as live:
        live.epoch(record(1), SCORES)
    found = read_run(tmp_path)
    assert (found.run.run_group, found.run.job_type, found.run.project) == ("mine", "train", "p")
    assert found.run.display_name == "darts1 on nb201/cifar10, nats, [a1b2c3d4], seed 3"
    assert set(found.run.tags) == {"space:nb201", "dataset:cifar10", "algorithm:darts1", "protocol:nats", "mine"}
    assert found.run.run_id.startswith("a1b2c3d4-3-")
    assert (found.config["epochs"], found.config["search_seed"]) == (2, 3)
    assert found.config["algorithm"] == "darts1"
    assert {found.metrics[name] for name in found.metrics if name != "seconds"} == {"seconds"}
    assert {"cifar10/test_accuracy", "cifar10/valid_accuracy", "train_loss"} <= found.metrics.keys() - found.hidden
    assert {"edge_weights/*", "edges/*", "memory_mib"} <= found.hidden


def test_a_search_that_goes_on_replaces_its_run_and_another_seed_does_not(
    tmp_path: Path, read_runs: Callable[[Path], list[Any]]
) -> None:
    with pytest.raises(KeyboardInterrupt), open_live(tmp_path) as live:
        live.epoch(record(1), SCORES)
        raise KeyboardInterrupt
    for seed in (3, 4):
        with open_live(tmp_path, seed) as live:
            for epoch in (1, 2):
                live.epoch(record(epoch), SCORES)
    runs = read_runs(tmp_path)
    assert sorted(run.config["search_seed"] for run in runs) == [3, 4]
    assert [len(run.history) for run in runs] == [2, 2] and [run.exit_codes for run in runs] == [[0], [0]]


def test_a_search_that_fails_is_a_failed_run_without_a_final_cell(tmp_path: Path, read_run: ReadRun) -> None:
    with pytest.raises(ZeroDivisionError), open_live(tmp_path) as live:
        live.epoch(record(1), SCORES)
        1 / 0  # noqa: B018
    found = read_run(tmp_path)
    assert found.exit_codes == [1] and "found" not in found.summary


@pytest.mark.parametrize("parametric", [0, 2])
def test_the_summary_is_the_final_cell_its_scores_and_whether_it_has_collapsed(
    tmp_path: Path, read_run: ReadRun, parametric: int
) -> None:
    with open_live(tmp_path) as live:
        live.epoch(record(1, parametric_edges=1), SCORES)
        live.epoch(record(2, parametric_edges=parametric), {"cifar10": [200, 10.0, 11.0]})
    summary = read_run(tmp_path).summary
    assert (summary["found"], summary["collapsed"]) == ("cell 2", parametric == 0)
    assert (summary["final/cifar10/valid_accuracy"], summary["final/cifar10/test_accuracy"]) == (10.0, 11.0)


@pytest.fixture
def job(tmp_path: Path) -> tuple[Path, dict[str, Any]]:
    """A finished job of two seeds and its configuration."""
    described = {
        **DESCRIPTION, "objectives": ["valid_accuracy"], "trial": None, "fidelities": [], "multi_fidelity": False,
        "workers": 1,
        "budget": {"seconds": None, "epochs": None, "evaluations": None, "overstep": "keep"}, "clock": "machine",
        "seconds_from": None, "table": "t", "table_hash": "ab" * 32, "best": {"cifar10": [95.0, 96.0]},
    }  # fmt: skip
    config = {"results": str(tmp_path / "mine"), "tracking": SETTINGS, "seed": 0}
    with JobFolder.open(tmp_path / "mine" / "seeds-0-1", described, config) as folder:
        folder.begin()
        for seed in (0, 1):
            records = [record(epoch, seconds=10.0 * epoch + seed, parametric_edges=seed) for epoch in (1, 2)]
            columns = {
                "seconds": [one.seconds for one in records],
                "schedule": [2, 2],
                "epoch": [1, 2],
                "trial": [None, None],
                "architecture": [one.architecture for one in records],
                "valid_accuracy": [one.valid_accuracy for one in records],
                "incumbent": [True, True],
            }
            scores = {one.architecture: {"cifar10": [200, 80.0 + one.epoch, 90.0 + one.epoch]} for one in records}
            folder.append(SeedRecord(seed, columns, scores, [asdict(one) for one in records]))
        folder.compact()
    return folder.path, config


def test_the_finished_job_is_a_run_in_seconds_with_the_metrics_of_table_searches(
    job: tuple[Path, dict[str, Any]], read_run: ReadRun
) -> None:
    folder, config = job
    line = log_job(folder, config)
    found = read_run(folder)
    assert (found.run.run_group, found.run.job_type) == ("mine", "search")
    assert {"cifar10/test_accuracy", "cifar10/valid_accuracy"} <= found.metrics.keys() - found.hidden
    rows = [row for row in found.history if "seconds" in row]
    assert rows[-1]["seconds"] == 21.0  # when the longer of the two ended
    assert rows[-1]["cifar10/test_accuracy"] == 92.0 and rows[-1]["cifar10/valid_regret"] == 13.0
    assert (found.summary["collapsed"], found.summary["evaluations_mean"]) == (1, 2.0)
    assert set(found.artifacts) >= {"trajectory", "epochs"}
    assert line == f"W&B: wandb sync {folder / 'wandb'}/offline-run-*"  # of the seeds' live runs as well


def test_disabled_loads_neither_wandb_nor_torch(python: Callable[..., Any]) -> None:
    code = """
import sys
from pathlib import Path
from nasbench_suite.one_shot.record import EpochRecord
from nasbench_suite.tracking import live_supernet
settings = {"mode": "disabled", "project": "p", "entity": None, "group": None, "tags": [], "timeout": 5}
parts = ("config_id", "space", "dataset", "algorithm", "protocol", "label")
description = {**dict.fromkeys(parts, "x"), "one_shot": {"operations": ["none"], "edges": ["1<-0"]}}
with live_supernet(settings, Path("."), description, {"results": "results"}, 0) as live:
    live.epoch(EpochRecord(1, 1.0, "a", 1.0, 1.0, None, 1.0, 0.0, (1,), 0, 1.0, (1.0,)), {"digits": [12, 1.0, None]})
print("loaded:", {"wandb", "torch"} & set(sys.modules))
"""
    assert python("-c", code).out == "loaded: set()\n"
