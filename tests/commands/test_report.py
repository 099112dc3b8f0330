from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Cli = Callable[..., Any]
pytestmark = pytest.mark.usefixtures("installed")


@pytest.fixture
def ran(cli: Cli, tmp_path: Path) -> Path:
    assert cli("run", "-m", "algorithm=random,rea", "seeds=3", "budget.seconds=1000").code == 0
    return tmp_path / "results"


def contents(folder: Path) -> dict[Path, bytes]:
    """What is in a folder, but for scripts of pages, which a home keeps where the package that has them packs them."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.parent.name != "scripts"}


@pytest.mark.parametrize("format", ["markdown", "html", "latex", "json", "csv"])
def test_a_report_to_the_terminal_writes_no_file(cli: Cli, ran: Path, tmp_path: Path, format: str) -> None:
    before = contents(tmp_path)
    answer = cli("report", ran, "--format", format)
    assert answer.code == 0 and "random" in answer.out and "rea" in answer.out
    assert contents(tmp_path) == before


def test_markdown_shows_the_figure_that_is_asked_for(cli: Cli, ran: Path) -> None:
    answer = cli("report", ran, "--figure", ran / "curves.png")
    assert (ran / "curves.png").read_bytes().startswith(b"\x89PNG")
    assert "(results/curves.png)" in answer.out


@pytest.mark.parametrize(
    ("name", "begins"),
    [("r.html", "<!DOCTYPE html>"), ("r.tex", "% needs"), ("r.json", "["), ("r.csv", "space,"), ("r.txt", "# NAS")],
)
def test_a_files_ending_chooses_the_format(cli: Cli, ran: Path, tmp_path: Path, name: str, begins: str) -> None:
    assert cli("report", ran, "--output", tmp_path / name).code == 0
    assert (tmp_path / name).read_text().startswith(begins)


def test_a_named_format_wins_over_the_ending(cli: Cli, ran: Path, tmp_path: Path) -> None:
    assert cli("report", ran, "--format", "csv", "--output", tmp_path / "r.json").code == 0
    assert (tmp_path / "r.json").read_text().startswith("space,")


def test_a_damaged_folder_is_named_and_the_rest_is_reported(cli: Cli, ran: Path) -> None:
    bad = next(path.parent for path in ran.rglob("job.json") if "random" in str(path))
    content = bytearray((bad / "trajectory.parquet").read_bytes())
    content[len(content) // 2] ^= 1
    (bad / "trajectory.parquet").write_bytes(content)
    answer = cli("report", ran)
    assert answer.code == 0 and "| rea" in answer.out and "| random" not in answer.out
    assert "is left out: not what the job wrote (SHA-256): trajectory.parquet" in answer.out


def test_a_job_that_evaluates_nothing_says_so_and_is_reported_beside_others(cli: Cli, ran: Path) -> None:
    answer = cli("run", "seeds=4", "algorithm=random", "budget.seconds=0.001", "budget.overstep=discard")
    assert answer.code == 0 and "4 searches (4 found nothing), nothing to average" in answer.out
    rows = cli("report", ran, "--format", "json").json
    (empty,) = [row for row in rows if row["without_incumbent"]]
    assert (empty["seeds"], empty["valid_mean"], empty["evaluations_mean"]) == (4, None, None)
    for format in ("markdown", "html", "latex", "csv"):
        assert cli("report", ran, "--format", format).code == 0


def test_an_output_file_has_its_curves_beside_it(cli: Cli, ran: Path, tmp_path: Path) -> None:
    answer = cli("report", ran, "--output", tmp_path / "r.md")
    assert answer.out == "" and "(r.png)" in (tmp_path / "r.md").read_text()
    assert (tmp_path / "r.png").exists()


def test_json_has_a_row_a_configuration_and_data_set_and_draws_nothing(cli: Cli, ran: Path) -> None:
    found = cli("report", ran, "--format", "json").json
    assert {(row["algorithm"], row["scored_on"]) for row in found} == {
        (algorithm, dataset) for algorithm in ("random", "rea") for dataset in ("cifar10", "cifar100")
    }
    assert {row["seeds"] for row in found} == {3}
    assert not (ran / "curves.png").exists()


def test_a_report_needs_no_table(cli: Cli, ran: Path, installed: Path) -> None:
    installed.unlink()
    assert cli("report", ran, "--format", "json").code == 0


def test_seeds_run_apart_report_as_one(cli: Cli, tmp_path: Path) -> None:
    for first, count in ((0, 2), (2, 3)):
        assert cli("run", f"seed={first}", f"seeds={count}", "results=apart").code == 0
    assert cli("run", "seeds=5", "results=whole").code == 0
    apart, whole = (cli("report", tmp_path / name, "--format", "json").json for name in ("apart", "whole"))
    assert apart == whole


def test_a_place_that_cannot_be_written_is_told(cli: Cli, ran: Path, tmp_path: Path) -> None:
    answer = cli("report", ran, "--format", "json", "--output", tmp_path / "lost" / "r.json")
    assert answer.code == 2 and answer.err.count("\n") == 1 and "cannot be written" in answer.err


@pytest.mark.parametrize(("format", "begins"), [("html", "<!DOCTYPE html>"), ("latex", "% needs")])
def test_html_and_latex_are_one_file(cli: Cli, ran: Path, tmp_path: Path, format: str, begins: str) -> None:
    assert cli("report", ran, "--format", format, "--output", tmp_path / "r").code == 0
    assert (tmp_path / "r").read_text().startswith(begins)
    assert not (tmp_path / "r.png").exists() and not (ran / "curves.png").exists()


def test_a_figure_for_a_paper_has_what_is_asked_for(cli: Cli, ran: Path, tmp_path: Path) -> None:
    figure = tmp_path / "regret.svg"
    answer = cli("report", ran, "--format", "latex", "--figure", figure, "--curves", "regret", "--axis", "linear")
    assert answer.code == 0 and figure.read_text().startswith("<?xml")


def test_a_job_knows_the_best_of_its_table(ran: Path, installed: Path) -> None:
    import json

    from nasbench_suite.benchmark import Benchmark
    from nasbench_suite.spaces.nb201 import NB201
    from nasbench_suite.table import Table

    table = Table(installed, NB201())
    benchmark = Benchmark(table, "cifar10")
    scores = [benchmark.score(cell) for cell in NB201().enumerate()]
    for path in ran.rglob("job.json"):
        for dataset, pair in json.loads(path.read_text())["best"].items():
            assert pair[0] == max(score[dataset].valid_accuracy for score in scores)
            assert pair[1] == max(score[dataset].test_accuracy for score in scores)
