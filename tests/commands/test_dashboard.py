"""What `nasbench-suite dashboard` takes; tests/tracking/test_workspace.py has what it makes."""

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


def test_another_first_word_is_refused(cli: Call, tmp_path: Path) -> None:
    answer = cli("dashboard", tmp_path)
    assert (answer.code, answer.err.count("\n")) == (2, 1) and "expected `wandb PROJECT`" in answer.err
