"""Help says what each key means, and runs nothing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.mark.parametrize("word", ["-h", "--help"])
def test_run(cli: Callable[..., Any], word: str, tmp_path: Path) -> None:
    answer = cli("run", "algorithm=rea", word)
    assert answer.code == 0 and answer.err == ""
    for text in ("seeds [10]", "how many searches", "budget.seconds", "tracking.mode [offline]", "rea, reinforce"):
        assert text in answer.out
    assert not (tmp_path / "results").exists()


def test_build(cli: Callable[..., Any]) -> None:
    answer = cli("build", "--help")
    assert answer.code == 0
    assert "trials [[0, 1]]" in answer.out and "training seeds" in answer.out and "executor" in answer.out


def test_a_word_alone_shows_the_commands(cli: Callable[..., Any]) -> None:
    answer = cli()
    assert answer.code == 0 and "completion" in answer.out and "run" in answer.out


def test_a_command_that_is_not_there(cli: Callable[..., Any]) -> None:
    answer = cli("reprot")
    assert answer.code == 2 and "there is no 'reprot'; did you mean report?" in answer.err
    assert cli("list", "space").err.count("did you mean spaces?") == 1
