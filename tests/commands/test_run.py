"""`nasbench-suite run`, in this process and as a program of its own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nasbench_suite.jobs import run as running
from nasbench_suite.jobs.folder import TRAJECTORY
from nasbench_suite.jobs.manifest import MANIFEST

pytestmark = pytest.mark.usefixtures("installed")
Cli = Callable[..., Any]


def jobs(root: Path) -> dict[str, Path]:
    return {path.parent.name: path.parent for path in root.rglob(TRAJECTORY)}


def test_a_run_prints_what_it_found_and_where_it_is(cli: Cli, tmp_path: Path) -> None:
    answer = cli("run", "seeds=2")
    assert answer.code == 0
    assert "random on nb201/cifar10, protocol nb201: 2 searches" in answer.out
    (folder,) = jobs(tmp_path / "results").values()
    assert f"results: {folder.relative_to(tmp_path)}" in answer.out


def test_a_run_leaves_nothing_but_its_results(cli: Cli, tmp_path: Path) -> None:
    cli("run", "seeds=1")
    assert {path.name for path in tmp_path.iterdir()} == {"home", "results"}


def test_a_sweep_runs_every_combination_and_started_again_skips_what_is_finished(cli: Cli, tmp_path: Path) -> None:
    sweep = ("run", "-m", "algorithm=random,rea", "budget.seconds=500,1000", "seeds=2")
    assert cli(*sweep).code == 0
    found = jobs(tmp_path / "results")
    assert len(found) == 4
    files = [path for folder in found.values() for path in folder.iterdir() if path.name != ".lock"]
    times = {path: path.stat().st_mtime_ns for path in files}
    lost = next(iter(found.values())) / MANIFEST
    lost.unlink()
    again = cli(*sweep)
    assert again.code == 0 and again.out.count("results: ") == 4
    changed = {path for path, before in times.items() if path.stat().st_mtime_ns != before}
    assert changed and all(path.parent == lost.parent for path in changed)


def test_options_may_stand_behind_overrides(cli: Cli, tmp_path: Path) -> None:
    assert cli("run", "algorithm=random,rea", "seeds=1", "-m").code == 0
    assert len(jobs(tmp_path / "results")) == 2


def test_an_experiment_runs_by_name_from_any_folder_without_m(cli: Cli, tmp_path: Path) -> None:
    answer = cli("run", "-cn", "nb201_table", "seeds=2", "budget.seconds=500")
    assert answer.code == 0
    assert {path.parent.name.split("-")[2] for path in tmp_path.rglob(TRAJECTORY)} == {
        "random", "rea", "reinforce", "reinforce_documented", "bohb"
    }  # fmt: skip
    assert all((tmp_path / "results" / "nb201_table") in path.parents for path in tmp_path.rglob(TRAJECTORY))


def test_one_failing_job_does_not_end_a_sweep(cli: Cli, tmp_path: Path) -> None:
    answer = cli("run", "-m", "trial=999,random_or_mean,998", "seeds=1")
    assert answer.code == 2
    assert answer.err.startswith("nasbench-suite: 2 of 3 jobs failed; the first: ") and answer.err.count("\n") == 1
    assert len(jobs(tmp_path / "results")) == 1


def test_results_that_cannot_be_written_are_told(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    answer = cli("run", "seeds=1", "results=file/below")
    assert (answer.code, answer.err.count("\n")) == (2, 1)
    assert "cannot be written" in answer.err and "results=" in answer.err


def test_run_imports_neither_torch_nor_wandb_nor_matplotlib(python: Callable) -> None:
    done = python(
        "-c",
        "import sys; from nasbench_suite.cli import main; main(['run', 'seeds=1', 'protocol=nb201']); "
        "print(sorted({'torch', 'wandb', 'matplotlib', 'scipy'} & set(sys.modules)))",
    )
    assert done.code == 0, done.err
    assert done.out.splitlines()[-1] == "[]"


def test_a_space_without_a_supernet_is_told_before_its_table_is_looked_for(cli: Cli) -> None:
    answer = cli("run", "protocol=nb201", "space=nb101", "algorithm=darts1")
    assert answer.code == 2 and "space nb101 has no supernet to search" in answer.err


@pytest.mark.usefixtures("installed")
def test_a_protocol_for_another_data_set_is_told(cli: Cli) -> None:
    answer = cli("run", "protocol=digits", "dataset=cifar10", "table=nb201")
    assert answer.code == 2 and "protocol digits is for digits, choose another protocol=" in answer.err


def test_more_cores_than_the_machine_has_are_left_out_and_said(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "usable_cores", lambda: 1)
    answer = cli("run", "seeds=4", "cores=3")
    assert (answer.code, answer.err) == (
        0,
        "nasbench-suite: cores=3: this machine has 1 to use; searching in 1\n",
    )


def test_a_population_that_no_search_outlives_is_noted(cli: Cli) -> None:
    answer = cli("run", "algorithm=rea", "algorithm.population=500", "budget.evaluations=20", "seeds=1")
    assert answer.code == 0
    assert "  note: algorithm.population=500, and a search has 20 evaluations: all of them are random" in answer.out
    assert "note:" not in cli("run", "algorithm=rea", "algorithm.population=10", "seeds=1").out


def test_a_ray_cluster_is_not_handed_a_folder_that_each_node_would_take_for_its_own(cli: Cli, tmp_path: Path) -> None:
    pytest.importorskip("hydra_plugins.hydra_ray_launcher", reason="needs nasbench-suite[ray]")
    answer = cli("run", "-m", "algorithm=rea", "seeds=1", "hydra/launcher=ray_cluster", "results=mine")
    assert answer.code == 2 and answer.err.count("\n") == 1
    assert "results: expected a path from the root, of a folder that all nodes of the Ray cluster share" in answer.err
    assert not list(tmp_path.rglob("*.parquet"))
