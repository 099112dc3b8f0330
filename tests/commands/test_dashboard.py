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


def test_the_page_lies_in_the_folder_and_its_place_is_printed(cli: Cli, ran: Path) -> None:
    answer = cli("dashboard", ran)
    assert (answer.code, answer.out.strip()) == (0, "results/dashboard.html")
    assert (ran / "dashboard.html").read_text().startswith("<!DOCTYPE html>")


def test_the_page_is_the_reports(cli: Cli, ran: Path, tmp_path: Path) -> None:
    assert cli("dashboard", ran, "--output", tmp_path / "mine.html").code == 0
    assert cli("report", ran, "--output", tmp_path / "report.html").code == 0
    assert (tmp_path / "mine.html").read_bytes() == (tmp_path / "report.html").read_bytes()
    assert not (ran / "dashboard.html").exists()


def test_a_folder_that_is_not_there_is_named(cli: Cli, tmp_path: Path) -> None:
    answer = cli("dashboard", tmp_path / "nothing")
    assert answer.code == 2 and "nothing: expected a results folder" in answer.err


def test_a_page_that_cannot_be_written_is_named(cli: Cli, ran: Path, tmp_path: Path) -> None:
    answer = cli("dashboard", ran, "--output", tmp_path / "no" / "page.html")
    assert answer.code == 2 and "page.html: cannot be written" in answer.err
