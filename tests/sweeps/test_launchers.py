"""Sweeps through every launcher and sweeper that an extra promises; the shipped table, and programs of their own."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

TWO_NODES = Path(__file__).with_name("two_nodes.py")
SWEEP = ("run", "-m", "algorithm=random,rea,reinforce,tpe", "seeds=3", "tracking=disabled")
HIDING = """
import sys
class Hidden:
    def find_spec(self, name, path, target=None):
        if name.split(".")[0] in ("hydra_plugins", "ray"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Hidden())
from nasbench_suite.cli import main
main(sys.argv[1:])
"""


def program(*command: str | Path, cwd: Path) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "RAY_DEDUP_LOGS": "0"}
    return subprocess.run(
        [sys.executable, *map(str, command)], cwd=cwd, env=environment, capture_output=True, text=True, timeout=600
    )


def suite(*words: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
    return program("-m", "nasbench_suite", *words, cwd=cwd)


def report(folder: str, cwd: Path) -> list[dict[str, Any]]:
    """What a report says, but for the seconds that the searches took on this machine."""
    rows = json.loads(suite("report", folder, "--format", "json", cwd=cwd).stdout)
    return [{key: value for key, value in row.items() if not key.startswith("wall_")} for row in rows]


@pytest.mark.parametrize(
    ("words", "extra"),
    [
        (["run", "-m", "hydra/launcher=joblib", "seeds=1,2"], "joblib"),
        (["run", "-m", "hydra/launcher=submitit_slurm", "seeds=1,2"], "submitit"),
        (["run", "-m", "hydra/launcher=submitit_local", "seeds=1,2"], "submitit"),
        (["run", "-m", "hydra/launcher=ray", "seeds=1,2"], "ray"),
        (["run", "-m", "hydra/launcher=ray_local", "seeds=1,2"], "ray"),
        (["run", "-m", "hydra/launcher=ray_cluster", "seeds=1,2"], "ray"),
        (["run", "-m", "hydra/sweeper=optuna", "seeds=1,2"], "optuna"),
        (["run", "experiment=rea_population"], "optuna"),
        (["build", "name=mine", "executor=ray", "architectures=1"], "ray"),
    ],
    ids=lambda value: value if isinstance(value, str) else value[-2],
)
def test_what_is_not_installed_is_told_with_what_to_install(words: list[str], extra: str, tmp_path: Path) -> None:
    done = program("-c", HIDING, *words, cwd=tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert done.stderr.endswith(f"pip install nasbench-suite[{extra}]\n")


def test_an_unknown_launcher_is_told_with_those_there_are(tmp_path: Path) -> None:
    done = program("-m", "nasbench_suite", "run", "-m", "hydra/launcher=basics", "seeds=1,2", cwd=tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert "hydra/launcher: there is no 'basics'; did you mean basic?" in done.stderr


@pytest.mark.extra
@pytest.mark.parametrize("launcher", ["joblib", "submitit_local", "ray_local"])
def test_a_sweep_gives_one_report_through_every_launcher(launcher: str, tmp_path: Path) -> None:
    assert suite(*SWEEP, "trial=mean", "results=here", cwd=tmp_path).returncode == 0
    # with failing jobs among them, which are no part of the report
    done = suite(*SWEEP, "trial=999,mean", "results=there", f"hydra/launcher={launcher}", cwd=tmp_path)
    last = done.stderr.strip().splitlines()[-1]
    assert done.returncode == 2 and last.startswith("nasbench-suite: 4 of 8 jobs failed; the first: "), done.stderr
    assert report("here", tmp_path) == report("there", tmp_path)


@pytest.mark.extra
@pytest.mark.skipif(sys.platform == "win32", reason="a process does not hear there that its parent has ended")
def test_joblibs_workers_end_with_a_launcher_that_is_killed(tmp_path: Path) -> None:
    words = ("run", "-m", "algorithm=random,rea", "seeds=1,2,3,4", "tracking=disabled", "hydra/launcher=joblib")
    command = [sys.executable, "-m", "nasbench_suite", *words, "hydra.launcher.n_jobs=2"]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE)
    assert process.stdout is not None
    while b"results: " not in process.stdout.readline():
        pass
    process.kill()
    process.communicate(timeout=200)  # to the end of the last that could write; joblib's own patience is 300 s
    assert process.returncode == -signal.SIGKILL


@pytest.mark.extra
def test_a_sweep_on_a_ray_cluster_that_loses_a_node_ends_with_the_report_of_an_unbroken_one(tmp_path: Path) -> None:
    assert suite(*SWEEP, "results=here", cwd=tmp_path).returncode == 0
    done = program(TWO_NODES, *SWEEP, f"results={tmp_path / 'there'}", "hydra/launcher=ray_cluster", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "the second node is dead" in done.stdout
    assert report("here", tmp_path) == report("there", tmp_path)


@pytest.mark.extra
def test_optuna_optimises_over_twenty_trials_and_a_second_start_chooses_the_same(tmp_path: Path) -> None:
    words = ("run", "experiment=rea_population", "seeds=1", "tracking=disabled")
    done = suite(*words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("results: ") == 20
    best = yaml.safe_load((tmp_path / "results" / "rea_population" / "optimization_results.yaml").read_text())
    rows = report("results/rea_population", tmp_path)
    assert best["best_value"] == max(row["valid_mean"] for row in rows)
    again = suite(*words, cwd=tmp_path)
    assert again.returncode == 0 and again.stdout.count("was there") == 20
    assert report("results/rea_population", tmp_path) == rows


@pytest.mark.extra
def test_a_failed_trial_of_optuna_does_not_end_the_sweep(tmp_path: Path) -> None:
    words = ("run", "-m", "hydra/sweeper=optuna", "hydra.sweeper.n_trials=8", "seeds=1", "tracking=disabled")
    # a population of none is refused
    done = suite(*words, "algorithm=rea", "algorithm.population=choice(0,10,20)", cwd=tmp_path)
    assert done.returncode == 2 and "of 8 jobs failed" in done.stderr.splitlines()[-1], done.stderr
    assert "Best parameters: {'algorithm.population': " in done.stdout.replace("'++", "'")


@pytest.mark.extra
def test_a_job_in_which_some_search_found_nothing_is_a_failed_trial_and_the_sweep_goes_on(tmp_path: Path) -> None:
    words = ("run", "-m", "hydra/sweeper=optuna", "hydra.sweeper.n_trials=4", "seeds=2", "tracking=disabled")
    # no evaluation fits into a hundredth of a second
    done = suite(*words, "algorithm=rea", "budget.seconds=choice(0.01,20)", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("results: ") == 4 and "2 of 2 searches found nothing" in done.stdout
    assert "some search found nothing, so that there is nothing to optimise" in done.stdout
    best = yaml.safe_load((tmp_path / "results" / "optimization_results.yaml").read_text())
    assert best["best_params"] == {"++budget.seconds": 20}
    assert best["best_value"] == max(row["valid_mean"] or 0 for row in report("results", tmp_path))


@pytest.mark.extra
def test_optuna_through_a_launcher_of_processes(tmp_path: Path) -> None:
    words = ("run", "experiment=rea_population", "seeds=1", "tracking=disabled", "hydra.sweeper.n_trials=4")
    done = suite(*words, "hydra/launcher=joblib", "hydra.sweeper.n_jobs=2", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Best value" in done.stdout
    jobs = json.loads(suite("status", "results", "--json", cwd=tmp_path).stdout)
    assert len(jobs) >= 2 and {job["state"] for job in jobs} == {"finished"}


def test_a_job_sends_back_no_configuration() -> None:
    from hydra.core.utils import JobReturn
    from omegaconf import OmegaConf

    from nasbench_suite.sweeps.light_returns import LightReturns

    done = JobReturn(cfg=OmegaConf.create({"a": 1}), hydra_cfg=OmegaConf.create({"b": 1}))
    LightReturns().on_job_end(OmegaConf.create(), job_return=done)
    assert done.cfg is None and done.hydra_cfg is None
