"""Bad input ends in one line, exit code 2, and nothing lost or half-written."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nasbench_suite.folders import table_path

Cli = Callable[..., Any]
ARCH = "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|"


def fails(answer: Any, *parts: str) -> None:
    assert answer.code == 2, answer
    assert answer.err.startswith("nasbench-suite: ") and answer.err.count("\n") == 1, answer.err
    for part in parts:
        assert part in answer.err


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        # a wrong operation, an architecture outside the space
        (["query", "nb201", ARCH.replace("none~2", "nope~2")], ["unknown operation 'nope'", "avg_pool_3x3"]),
        (["query", "nb201", "|none~0|"], ["expected a cell such as"]),
        (["query", "nb299", ARCH], ["expected one of the spaces", "nb299"]),
        # an unknown data set, schedule, epoch, trial, table
        (["query", "nb201", ARCH, "--dataset", "svhn"], ["svhn", "cifar10, cifar100"]),
        (["query", "nb201", ARCH, "--schedule", "50"], ["12 or 200", "50"]),
        (["query", "nb201", ARCH, "--schedule", "200", "--epoch", "7"], ["not at 7"]),
        (["query", "nb201", ARCH, "--dataset", "cifar10", "--trial", "999"], ["not trial 999"]),
        (["query", "nb201", ARCH, "--trial", "first"], ["expected a training seed or mean, got 'first'"]),
        (["query", "nb201", ARCH, "--trial", "-1"], ["expected a training seed or mean, got '-1'"]),
        (["query", "nb201", ARCH, "--json"], ["name its --dataset"]),
        (["query", "nb201", ARCH, "--table", "lost"], ["no table 'lost'", "nasbench-suite import"]),
        (["run", "dataset=svhn"], ["svhn", "cifar10, cifar100"]),
        (["run", "table=lost"], ["no table 'lost'", "nasbench-suite import"]),
        (["run", "fidelities=[[200,7]]"], ["got epoch 7 of 200"]),
        (["run", "trial=999"], ["not trial 999"]),
        # budgets and seeds
        (["run", "budget.seconds=-1"], ["budget.seconds: expected a number of 0 or more", "-1"]),
        (["run", "budget.seconds=soon"], ["budget.seconds: expected a number", "soon"]),
        (["run", "seeds=0"], ["seeds: expected a whole number of 1 or more, got 0"]),
        # an unknown algorithm or config key, Hydra's own complaints
        (["run", "algorithm=annealing"], ["annealing", "random", "rea"]),
        (["run", "protocol=mine"], ["mine", "nats"]),
        (["run", "budgets.seconds=3"], ["budgets"]),
        (["run", "budget.minutes=3"], ["minutes"]),
        (["run", "seeds="], ["seeds"]),
        (["run", "seeds=[1"], ["seeds=[1"]),
        (["run", "-cn", "no_such_experiment"], ["no_such_experiment"]),
        (["run", "algorithm=rea", "algorithm.population=0"], ["population"]),
        (["run", "algorithm=rea", "algorithm.population=many"], ["algorithm"]),
        (["run", "+algorithm.speed=3"], ["algorithm", "speed"]),
        (["run", "-m", "seeds=0,1", "algorithm=annealing"], ["annealing"]),
        # imports and reports
        (["import", "nb201", "lost.csv"], ["lost.csv: there is no such file"]),
        (["import", "nb201", "foreign.bin"], ["foreign.bin: not a format", "CSV"]),
        (["import", "nb201", "foreign.bin", "--format", "xlsx"], ["xlsx", "tidy"]),
        (["import", "nb201", "foreign.bin", "--format", "tidy"], ["foreign.bin"]),
        (["import", "nb201", "home"], ["home: not a format"]),
        (["import", "nb201", "."], ["--name", "--force"]),  # good.csv is in it
        (["import", "nb201", "good.csv", "--name", "../x"], ["expected a table name"]),
        (["import", "nb201", "good.csv"], ["--name", "--force"]),  # the installed table has other content
        (["report", "lost"], ["lost: expected a results folder"]),
        (["report", "."], ["no finished job"]),
        (["enumerate", "nb299"], ["expected one of the spaces"]),
    ],
    ids=lambda value: " ".join(value)[:60] if isinstance(value, list) else None,
)
def test_bad_input_ends_in_one_line(
    cli: Cli, tmp_path: Path, small_csv: Path, home: Path, arguments: list[str], parts: list[str]
) -> None:
    (tmp_path / "foreign.bin").write_bytes(bytes(range(256)) * 40)
    (tmp_path / "good.csv").write_bytes(small_csv.read_bytes())
    table = (home / "tables" / "nb201.mdb").read_bytes()
    fails(cli(*arguments), *parts)
    assert (home / "tables" / "nb201.mdb").read_bytes() == table
    assert [path.name for path in (home / "tables").glob("[!.]*")] == ["nb201.mdb"]
    assert not list(tmp_path.rglob("*.parquet"))


def test_a_missing_table_is_answered_with_the_command_that_makes_one(cli: Cli) -> None:
    fails(cli("run"), "nasbench-suite import nb201 PATH")
    fails(cli("query", "nb201", ARCH), "nasbench-suite import nb201 PATH")


def test_a_truncated_table_is_named(cli: Cli, full_table: Path, home: Path) -> None:
    (home / "tables").mkdir(parents=True)
    table_path("nb201").write_bytes(full_table.read_bytes()[:100_000])
    fails(cli("run", "table=nb201"), "truncated", "import it again")
    fails(cli("query", "nb201", ARCH, "--table", "nb201"), "truncated")
    fails(cli("query", "nb201", ARCH), "truncated")


def test_force_replaces_a_table(cli: Cli, small_csv: Path, full_csv: Path) -> None:
    assert cli("import", "nb201", small_csv, "--name", "t").code == 0
    before = table_path("t").read_bytes()
    fails(cli("import", "nb201", full_csv, "--name", "t"), "--force")
    assert table_path("t").read_bytes() == before
    assert cli("import", "nb201", full_csv, "--name", "t", "--force").code == 0
    assert table_path("t").read_bytes() != before


def test_an_import_says_what_came_in(cli: Cli, small_csv: Path) -> None:
    out = cli("import", "nb201", small_csv).out
    assert "table nb201: " in out and "99 trainings" in out and str(table_path("nb201")) in out


def test_enumerate_lists_the_architectures_in_the_official_order(cli: Cli, space: Any) -> None:
    lines = cli("enumerate", "nb201").out.splitlines()
    assert lines == [space.format(cell) for cell in space.enumerate()]


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "seeds=0"],
        ["run", "algorithm=annealing"],
        ["run", "budget.minutes=3"],
        ["query", "nb201", "nonsense"],
        ["report", "nowhere"],
    ],
    ids=" ".join,
)
def test_a_program_of_its_own_ends_so_too(python: Callable, arguments: list[str]) -> None:
    answer = python("-m", "nasbench_suite", *arguments)
    fails(answer)
    assert answer.out == "" and "Traceback" not in answer.err


@pytest.mark.usefixtures("installed")
def test_hydra_full_error_shows_the_traceback(python: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HYDRA_FULL_ERROR", "1")
    answer = python("-m", "nasbench_suite", "run", "algorithm=annealing")
    assert answer.code != 0 and "Traceback" in answer.err


def test_wrong_options_end_with_code_2(cli: Cli) -> None:
    assert cli("query").code == 2
    assert cli("dance").code == 2


def test_importing_the_package_loads_no_heavy_library(python: Callable) -> None:
    heavy = "{'torch', 'wandb', 'hydra', 'matplotlib', 'pyarrow', 'scipy'}"
    done = python("-c", f"import sys, nasbench_suite, nasbench_suite.cli; print({heavy} & set(sys.modules))")
    assert done.out.strip() == "set()", done.err


def test_a_pattern_imports_every_space_that_it_matches(cli: Callable, small_csv: Path, home: Path) -> None:
    done = cli("import", "nb20*", small_csv)
    assert done.code == 0, done.err
    assert [path.stem for path in (home / "tables").glob("[!.]*.mdb")] == ["nb201"]
    done = cli("import", "nb*", small_csv, "--name", "mine")
    assert done.code == 2
    assert "--name names one table" in done.err
    done = cli("import", "nothing*", small_csv)
    assert done.code == 2
    assert "expected one of the spaces" in done.err


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("defaults: 3\n", ["mine.yaml: defaults: expected a list, got '3'"]),
        ("defaults:\n  - [a]\n", ["mine.yaml: defaults: expected a file's name or GROUP: NAME"]),
        ("defaults:\n  - 3\n", ["mine.yaml: defaults: expected a file's name or GROUP: NAME"]),
        ("seeds: &a [*a]\n", ["nested without an end"]),
        ("seeds: [1\n", ["mine.yaml: cannot be read"]),
        ("\tseeds: 1\n", ["mine.yaml: cannot be read"]),
        ("tracking: false\n", ["tracking: expected a mapping, got false"]),
        ("algorithm: null\n", ["algorithm: expected a mapping, got null"]),
        ("label: [a, b]\n", ["label: expected text"]),
        ("hydra: {mode: BOTH}\n", ["hydra.mode"]),
        ("hydra: {sweep: {dir: there}}\n", ["mine: hydra.sweep: expected nothing, for results decides"]),
        ("hydra: {mode: MULTIRUN, sweeper: null}\n", ["sweeper is not configured"]),
        ("algorithm: {3: 4}\n", ["algorithm.3: there is no such key"]),
        (f"defaults:\n  - override /budget: {'x' * 300}\n", ["budget: there is no 'xxx", "File name too long"]),
        ("hydra: {sweeper: {params: 3}}\n", ["hydra.sweeper.params"]),
    ],
)
def test_a_mistake_in_a_users_own_experiment_is_one_line(cli: Cli, tmp_path: Path, text: str, parts: list[str]) -> None:
    (tmp_path / "mine/experiment").mkdir(parents=True)
    (tmp_path / "mine/experiment/mine.yaml").write_text(f"# @package _global_\n{text}")
    fails(cli("run", "--config-dir", "mine", "experiment=mine"), *parts)


def test_an_empty_path_is_refused(cli: Cli) -> None:
    fails(cli("report", ""), "expected a path, got nothing")
    fails(cli("import", "nb201", "x.csv", "--name", ""), "--name: expected a table's name, got nothing")


ASCII = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


@pytest.mark.usefixtures("installed")
def test_a_locale_without_letters_runs_and_reports(python: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ASCII.items():
        monkeypatch.setenv(name, value)
    run = ("run", "protocol=nb201", "seeds=2", "label='ünï 中'", "results=r", "tracking=disabled")
    done = python("-m", "nasbench_suite", *run)
    assert done.code == 0, done.err
    told = python("-m", "nasbench_suite", "report", "r", "--format", "json")
    assert told.code == 0 and told.json[0]["label"] == "ünï 中"


@pytest.mark.usefixtures("installed")
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="has no /dev/full")
@pytest.mark.parametrize("command", [("tables",), ("query", "nb201", ARCH), ("run", "seeds=1", "protocol=nb201")])
def test_output_that_cannot_be_written_is_one_line(command: tuple[str, ...], tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        words = [sys.executable, "-m", "nasbench_suite", *command]
        done = subprocess.run(words, cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 2
    assert done.stderr == "nasbench-suite: the output: cannot be read or written (the disk is full)\n"


@pytest.mark.usefixtures("installed")
def test_a_page_that_a_full_disk_cuts_off_is_not_left_there(cli: Cli, tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    assert cli("run", "seeds=2", "results=r", "tracking=disabled").code == 0
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, hard))
    try:
        answers = [cli("report", "r", "--output", name) for name in ("page.html", "page.md")]
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    for answer in answers:
        fails(answer, "cannot be written (the disk is full)")
    assert not list(tmp_path.glob("*page*"))
