"""Several processes search as one."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pyarrow import parquet

from nasbench_suite import distributed
from nasbench_suite.errors import ConfigError
from nasbench_suite.jobs.folder import EPOCHS, TRAJECTORY
from nasbench_suite.jobs.job import Job
from nasbench_suite.jobs.run import run

torch_distributed = pytest.importorskip("torch.distributed")
pytestmark = pytest.mark.skipif(not torch_distributed.is_available(), reason="this PyTorch has no torch.distributed")


def torchrun(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    command += ["-m", "nasbench_suite", *arguments]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, env=environment)


def only(root: Path, name: str) -> dict[str, list[Any]]:
    (path,) = root.rglob(name)
    found: dict[str, list[Any]] = parquet.read_table(path).to_pydict()
    return found


@pytest.mark.slow
def test_two_processes_search_as_one_does(
    tiny_job: Callable[..., Job], overrides: Callable[..., list[str]], tmp_path: Path
) -> None:
    # a batch of 133 is halves of 66 and 67; steps are small, for training amplifies how sums are rounded
    changes = {"epochs": 2, "batch": 133, "learning_rate": 0.01, "network": {"channels": 4, "cells": 1}}
    alone = run(tiny_job("+algorithm.learning_rate=0.05", results=tmp_path / "alone", **changes))
    done = torchrun(tmp_path, "run", *overrides("+algorithm.learning_rate=0.05", "results=together", **changes))
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("results: ") == 1  # the first process speaks for both
    together = tmp_path / "together"
    assert only(together, TRAJECTORY)["architecture"] == only(alone, TRAJECTORY)["architecture"]
    one, other = only(alone, EPOCHS), only(together, EPOCHS)
    assert one.keys() == other.keys()
    for name in ("train_loss", "train_accuracy", "valid_loss", "entropy"):
        assert other[name] == pytest.approx(one[name], rel=1e-3), name
    for ours, others in zip(one["edge_weights"], other["edge_weights"], strict=True):
        assert others == pytest.approx(ours, abs=1e-3)
    assert not list(together.rglob("*.pt"))


def test_an_error_of_the_first_process_is_told_once(overrides: Callable[..., list[str]], tmp_path: Path) -> None:
    done = torchrun(tmp_path, "run", *overrides("dataset=svhn"))
    assert done.returncode != 0
    assert done.stderr.count("nasbench-suite: expected one of") == 1


def test_a_process_of_several_is_told_what_the_first_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert distributed.from_first(lambda: 5) == 5
    monkeypatch.setenv("TORCHELASTIC_RUN_ID", "test")
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setenv("LOCAL_RANK", "1")
    assert (distributed.rank(), distributed.processes()) == (1, 2)
    assert distributed.local_device("cuda") == "cuda:1" and distributed.local_device("cpu") == "cpu"

    def broadcast(parcel: list[Any]) -> None:
        parcel[:] = answer

    monkeypatch.setattr(distributed, "_join", lambda: None)
    monkeypatch.setattr(torch_distributed, "broadcast_object_list", broadcast)
    answer: list[Any] = [[7], None]
    assert distributed.from_first(lambda: [0]) == [7]
    answer = [None, "no"]
    with pytest.raises(distributed.FirstProcessError, match="no"):
        distributed.from_first(lambda: [0])


def test_a_table_search_is_not_spread_over_processes(
    make_job: Callable[..., Job], installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCHELASTIC_RUN_ID", "test")
    with pytest.raises(ConfigError, match="torchrun is for one-shot algorithms"):
        make_job("algorithm=random")


def test_cores_and_torchrun_do_not_go_together(
    tiny_job: Callable[..., Job], monkeypatch: pytest.MonkeyPatch, tiny: ModuleType
) -> None:
    monkeypatch.setenv("TORCHELASTIC_RUN_ID", "test")
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(ConfigError, match="cores: expected 1 under torchrun"):
        tiny_job("cores=2")
