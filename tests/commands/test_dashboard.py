"""What `nasbench-suite dashboard` takes and writes; tests/tracking/test_workspace.py has what a workspace is."""

from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

Call = Callable[..., Any]


def test_without_the_package_one_line_says_what_to_install(cli: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", none)
    answer = cli("dashboard", "wandb", "p")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == (
        "nasbench-suite: a workspace needs the package wandb-workspaces 0.4.13, found none; "
        "pip install 'nasbench-suite[dashboard]'\n"
    )


def test_another_version_of_the_package_is_refused(cli: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "version", lambda _: "9.9")
    answer = cli("dashboard", "wandb", "p")
    assert (answer.code, answer.err.count("\n")) == (2, 1) and "found 9.9" in answer.err


@pytest.mark.parametrize("words", [["wandb"], ["wandb", "a", "b"], ["wandb", "me/p"], ["wandb", " "]])
def test_one_project_is_expected(cli: Call, words: list[str]) -> None:
    answer = cli("dashboard", *words)
    assert (answer.code, answer.err.count("\n")) == (2, 1) and "one project's name" in answer.err


@pytest.fixture
def ran(cli: Call, installed: Path, tmp_path: Path) -> Path:
    assert cli("run", "-m", "algorithm=random,rea", "seeds=3", "budget.seconds=1000").code == 0
    return tmp_path / "results"


def test_the_page_lies_in_the_folder_and_its_place_is_printed(cli: Call, ran: Path) -> None:
    answer = cli("dashboard", ran)
    assert (answer.code, answer.out.strip()) == (0, "results/dashboard.html")
    assert (ran / "dashboard.html").read_text().startswith("<!DOCTYPE html>")


def test_the_page_is_the_reports(cli: Call, ran: Path, tmp_path: Path) -> None:
    assert cli("dashboard", ran, "--output", tmp_path / "mine.html").code == 0
    assert cli("report", ran, "--output", tmp_path / "report.html").code == 0
    assert (tmp_path / "mine.html").read_bytes() == (tmp_path / "report.html").read_bytes()
    assert not (ran / "dashboard.html").exists()


def test_a_folder_that_is_not_there_is_named(cli: Call, tmp_path: Path) -> None:
    answer = cli("dashboard", tmp_path / "nothing")
    assert answer.code == 2 and "nothing: expected a results folder" in answer.err


def test_a_page_that_cannot_be_written_is_named(cli: Call, ran: Path, tmp_path: Path) -> None:
    answer = cli("dashboard", ran, "--output", tmp_path / "no" / "page.html")
    assert answer.code == 2 and "page.html: cannot be written" in answer.err


def test_options_of_the_other_kind_are_refused(cli: Call, tmp_path: Path) -> None:
    assert "--entity is for a W&B workspace" in cli("dashboard", tmp_path, "--entity", "me").err
    assert "--output is for a page" in cli("dashboard", "wandb", "p", "--output", "x.html").err
