import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nasbench_suite.errors import ConfigError
from nasbench_suite.tracking import Axes, LiveRun, RunName

ReadRun = Callable[[Path], Any]
SETTINGS = {"mode": "offline", "project": "p", "entity": None, "timeout": 5}


def live(folder: Path, seed: int = 0, **settings: Any) -> LiveRun:
    name = RunName(f"a1b2-{seed}", f"darts1, seed {seed}", "darts1-a1b2", "train", ("darts1",))
    return LiveRun({**SETTINGS, **settings}, folder, name, {"layers": 3}, Axes("epoch"))


def test_a_live_run_holds_what_was_logged(tmp_path: Path, read_run: ReadRun) -> None:
    with live(tmp_path) as run:
        for epoch in range(3):
            run.log({"epoch": epoch, "valid_accuracy": 60.0 + epoch})
        run.summarise({"best": 62.0})
    found = read_run(tmp_path)
    assert found.history == [{"epoch": epoch, "valid_accuracy": 60.0 + epoch} for epoch in range(3)]
    assert (found.run.run_id, found.run.run_group, found.run.job_type) == ("a1b2-0", "darts1-a1b2", "train")
    assert (list(found.run.tags), found.config["layers"]) == (["darts1"], 3)
    assert (found.metrics, found.summary["best"], found.exit_codes) == ({"epoch": "", "*": "epoch"}, 62.0, [0])


def test_rows_of_a_table_may_lack_columns_that_others_have(tmp_path: Path, read_run: ReadRun) -> None:
    # a front's figures are those of the searched data set alone
    with live(tmp_path) as run:
        run.table("final", [{"dataset": "cifar10", "hypervolume": 1.5, "front": [[1.0, 2.0]]}, {"dataset": "cifar100"}])
        run.table("other", [{"dataset": "cifar10"}, {"dataset": "cifar100", "hypervolume": 1.5}])
    found = read_run(tmp_path)
    assert found.exit_codes == [0]
    paths = {name: row[f"{name}.path"] for row in found.history for name in ("final", "other") if f"{name}.path" in row}
    tables = {name: json.loads((found.folder / "files" / path).read_text())["data"] for name, path in paths.items()}
    assert tables == {
        "final": [["cifar10", 1.5, [[1.0, 2.0]]], ["cifar100", None, None]],
        "other": [["cifar10", None], ["cifar100", 1.5]],
    }


def test_each_seed_is_a_run_of_one_group(tmp_path: Path, read_runs: Callable[[Path], list[Any]]) -> None:
    with live(tmp_path, 0) as first, live(tmp_path, 1) as second:  # open together, and yet apart
        first.log({"epoch": 0, "loss": 1.0})
        second.log({"epoch": 0, "loss": 2.0})
    found = {run.run.run_id: run for run in read_runs(tmp_path)}
    assert {name: run.history[0]["loss"] for name, run in found.items()} == {"a1b2-0": 1.0, "a1b2-1": 2.0}
    assert {run.run.run_group for run in found.values()} == {"darts1-a1b2"}


def test_a_run_is_finished_when_its_training_fails(tmp_path: Path, read_run: ReadRun) -> None:
    with pytest.raises(ZeroDivisionError), live(tmp_path) as run:
        run.log({"epoch": 0, "loss": 1 / 0})
    assert read_run(tmp_path).exit_codes == [1]


def test_a_training_that_starts_again_replaces_its_offline_run(tmp_path: Path, read_run: ReadRun) -> None:
    for epochs in (2, 5):
        with live(tmp_path) as run:
            for epoch in range(epochs):
                run.log({"epoch": epoch})
    assert len(read_run(tmp_path).history) == 5


def test_what_wandb_cannot_do_is_told_once_and_costs_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "wandb").write_text("in the way")
    with live(tmp_path) as run:
        run.log({"epoch": 0})
        run.log({"epoch": 1})
        run.table("final", [{"a": 1}])
        run.file(tmp_path / "wandb", "f", "file", {})
    out, err = capsys.readouterr()
    assert run.failed and run.where is None
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith("W&B: ")


def test_a_metric_that_wandb_refuses_ends_the_run_and_not_the_training(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], read_run: ReadRun
) -> None:
    with live(tmp_path) as run:
        run.log({"epoch": 0})
        run.log({3: 1.0})  # type: ignore[dict-item]
        run.log({"epoch": 1})
    assert capsys.readouterr().err.count("\n") == 1
    found = read_run(tmp_path)
    assert (found.history, found.exit_codes) == ([{"epoch": 0}], [1])


@pytest.mark.parametrize("how", ["setting", "environment"])
def test_disabled_writes_nothing(tmp_path: Path, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if how == "environment":
        monkeypatch.setenv("WANDB_MODE", "disabled")
    with live(tmp_path, mode="disabled" if how == "setting" else None) as run:
        run.log({"epoch": 0})
    assert list(tmp_path.iterdir()) == []


def test_a_mode_that_does_not_exist_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"tracking.mode: expected offline, online, disabled; got 'dryrun'"):
        live(tmp_path, mode="dryrun")


def test_disabled_does_not_import_wandb(python: Callable[..., Any]) -> None:
    code = """
import sys
from pathlib import Path
from nasbench_suite.tracking import LiveRun, RunName
settings = {"mode": "disabled", "project": "p", "entity": None, "timeout": 5}
with LiveRun(settings, Path("."), RunName("a", "a", "a", "train"), {}) as run:
    run.log({"epoch": 0})
print("wandb" in sys.modules)
"""
    assert python("-c", code).out == "False\n"


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs Linux's list of child processes")
def test_a_killed_service_of_wandb_leaves_no_traceback_at_exit(python: Callable[..., Any]) -> None:
    code = """
import os, signal
from pathlib import Path
from nasbench_suite.tracking import LiveRun, RunName
settings = {"mode": "offline", "project": "p", "entity": None, "timeout": 5}
with LiveRun(settings, Path("."), RunName("a", "a", "a", "train"), {}) as run:
    run.log({"epoch": 0})
children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
for child in children:
    os.kill(int(child), signal.SIGKILL)
print(len(children))
"""
    answer = python("-W", "ignore::ResourceWarning", "-c", code)
    assert (answer.code, answer.out, answer.err) == (0, "1\n", "")
