from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nasbench_suite.scores import OURS

Cli = Callable[..., Any]
TINY = ("dataset=digits", "network.channels=2", "network.cells=1", "batch=8")


def test_scores_are_said_with_what_they_cost_and_where_they_are(cli: Cli, tmp_path: Path) -> None:
    answer = cli("score", "architectures=0-1,7", "scores=[synflow,l2_norm]", *TINY, f"results={tmp_path}/mine")
    assert answer.code == 0, answer.err
    assert "synflow: 3 of 3 architectures" in answer.out and "measurement_seconds.l2_norm=" in answer.out
    (path,) = (tmp_path / "mine").glob("nb201-digits-*/scores.csv")
    assert str(path) in answer.out and len(path.read_text().splitlines()) == 4


def test_help_lists_keys_and_scores(cli: Cli) -> None:
    answer = cli("score", "--help")
    assert answer.code == 0 and "architectures" in answer.out and ", ".join(OURS) in answer.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "architectures: expected which to score"),
        (("architectures=2", "batches=3"), "did you mean batch"),
        (("architectures=2", "scores=[fischer]"), "did you mean fisher"),
        (("architectures=2", "table=nothing"), "no table 'nothing'"),
        (("architectures=2", "--batch=3"), "did you mean batch=3"),
    ],
)
def test_a_mistake_is_one_line(cli: Cli, words: tuple[str, ...], said: str) -> None:
    answer = cli("score", *TINY[:1], *words)
    assert answer.code == 2 and said in answer.err and len(answer.err.strip().splitlines()) == 1
