"""`nasbench-suite rerun` and `verify`, on what a job's folder has."""

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
import yaml
from pyarrow import compute, parquet

from nasbench_suite.jobs.folder import TRAJECTORY
from nasbench_suite.registry.tables import open_table

pytestmark = pytest.mark.usefixtures("installed")


@pytest.fixture
def finished(cli: Callable, tmp_path: Path) -> Path:
    """A job's folder: regularized evolution, 4 seeds."""
    assert cli("run", "algorithm=rea", "seeds=4", "budget.seconds=1500", "results=first", "tracking=disabled").code == 0
    (folder,) = (tmp_path / "first").glob("nb201-*")
    return folder


def test_a_folder_has_the_groups_the_command_and_whose_settings(finished: Path) -> None:
    config, job = (
        yaml.safe_load((finished / "config.yaml").read_text()),
        json.loads((finished / "job.json").read_text()),
    )
    assert config["choices"]["algorithm"] == "rea" and config["choices"]["protocol"] == "nb201"
    assert job["settings"] == "nb201_rea"
    assert job["command"].startswith("nasbench-suite run algorithm=rea seeds=4")


def test_rerun_gives_the_same_rows_beside_the_first(finished: Path, cli: Callable, tmp_path: Path) -> None:
    assert cli("rerun", finished).code == 0
    again = tmp_path / "first-rerun" / finished.name
    assert (again / TRAJECTORY).read_bytes() == (finished / TRAJECTORY).read_bytes()


def test_rerun_takes_other_values_and_refuses_other_jobs(finished: Path, cli: Callable, tmp_path: Path) -> None:
    assert cli("rerun", finished, "results=second", "seeds=2", "budget.evaluations=12").code == 0
    (again,) = (tmp_path / "second").glob("nb201-*")
    assert again.name != finished.name
    assert set(parquet.read_table(again / TRAJECTORY)["seed"].to_pylist()) == {0, 1}
    for word, message in (
        ("algorithm=random", "for another algorithm use `run`"),
        ("sead=3", "did you mean seed"),
        ("seeds=1,2", "expected key=value"),
    ):
        answer = cli("rerun", finished, word)
        assert answer.code == 2 and message in answer.err and answer.err.count("\n") == 1


def test_verify_says_that_the_rows_are_the_same(finished: Path, cli: Callable) -> None:
    answer = cli("verify", finished, "--seeds", "2")
    assert answer.code == 0 and "rows of 2 of 4 searches are the same" in answer.out


def test_verify_names_the_first_row_that_differs(finished: Path, cli: Callable) -> None:
    table = parquet.read_table(finished / TRAJECTORY)
    altered = compute.add(table["valid_accuracy"], pa.scalar(0.001))
    at = table.column_names.index("valid_accuracy")
    parquet.write_table(table.set_column(at, "valid_accuracy", altered), finished / TRAJECTORY)
    answer = cli("verify", finished)
    assert answer.code == 2 and "seed 0, step 0: expected valid_accuracy" in answer.err


def test_another_table_is_refused_unless_it_is_asked_for(finished: Path, cli: Callable) -> None:
    job = json.loads((finished / "job.json").read_text())
    (finished / "job.json").write_text(json.dumps({**job, "table_hash": "0" * 64}))
    for command in ("rerun", "verify"):
        answer = cli(command, finished)
        assert answer.code == 2 and "--any-table" in answer.err
        assert cli(command, finished, "--any-table").code == 0


@pytest.mark.parametrize(
    "words",
    [
        ("algorithm=nsga2", "objectives=[valid_accuracy,cost]"),
        ("algorithm=rea", "constraints=[cost<900]"),
        ("algorithm=zero_cost", "algorithm.column=cost:min", "algorithm.sample=50"),
        ("algorithm=warm_rea", "algorithm.column=cost", "algorithm.sample=50"),
    ],
)
def test_columns_with_other_values_are_refused_unless_they_are_asked_for(
    words: tuple[str, ...], installed: Path, cli: Callable, tmp_path: Path
) -> None:
    def annotate(shift: int) -> None:
        for file in open_table("nb201").path.parent.glob("*.columns"):
            file.unlink()
        table = open_table("nb201")
        lines = [f"{text},{at % 997 + shift}" for at, text in enumerate(table.architectures(range(len(table))))]
        (tmp_path / "cost.csv").write_text("\n".join(["arch,cost [ms]", *lines]) + "\n")
        assert cli("annotate", "nb201", tmp_path / "cost.csv").code == 0

    annotate(0)
    assert cli("run", *words, "seeds=1", "budget.evaluations=12", "results=first", "tracking=disabled").code == 0
    (folder,) = (tmp_path / "first").glob("nb201-*")
    assert cli("verify", folder).code == 0 and cli("rerun", folder).code == 0
    annotate(1)
    for command in ("rerun", "verify"):
        answer = cli(command, folder)
        assert answer.code == 2 and answer.err.count("\n") == 1
        assert "column cost of table nb201 has other values" in answer.err and "--any-table" in answer.err
    assert cli("rerun", folder, "seeds=2").code == 2, "other settings do not hide it"
    assert cli("rerun", folder, "--any-table").code == 0


def test_a_folder_that_is_no_jobs_is_refused(cli: Callable, tmp_path: Path) -> None:
    for command in ("rerun", "verify"):
        answer = cli(command, tmp_path)
        assert answer.code == 2 and "expected a job's folder" in answer.err


def test_a_configuration_that_no_job_writes_is_refused_in_a_line(finished: Path, cli: Callable) -> None:
    for content in ("[" * 100_000, "a: &a [1]\nb: *a", "- 1", "seeds: 1"):
        (finished / "config.yaml").write_text(content)
        for command in ("rerun", "verify"):
            answer = cli(command, finished)
            assert answer.code == 2 and "config.yaml: " in answer.err and answer.err.count("\n") == 1


def test_verify_counts_the_searches_that_found_nothing(cli: Callable, tmp_path: Path) -> None:
    assert (
        cli("run", "algorithm=random", "seeds=30", "budget.seconds=105", "results=few", "tracking=disabled").code == 0
    )
    (folder,) = (tmp_path / "few").glob("nb201-*")
    found = parquet.read_table(folder / TRAJECTORY)["seed"].unique()
    assert 0 < len(found) < 30, "a budget in which some searches evaluate something"
    rows = len(parquet.read_table(folder / TRAJECTORY))
    answer = cli("verify", folder, "--seeds", "30")
    assert answer.code == 0 and f"{rows} rows of 30 of 30 searches" in answer.out
