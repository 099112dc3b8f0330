"""Shells are answered, and only about our command."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from nasbench_suite.commands.completion import overrides


def test_the_script_is_about_our_command_alone(cli: Callable[..., Any]) -> None:
    lines = cli("completion", "bash").out.splitlines()
    assert [line.split()[-1] for line in map(str.strip, lines) if line.startswith("complete ")] == ["nasbench-suite"]
    assert cli("completion", "zsh").out.startswith("#compdef nasbench-suite")
    assert "complete --command nasbench-suite " in cli("completion", "fish").out
    assert "did you mean zsh?" in cli("completion", "zhs").err


def test_keys_and_names_of_an_override() -> None:
    assert {"algorithm=", "seeds=", "budget.seconds=", "protocol="} <= set(overrides("config", "", []))
    assert "algorithm.population=" in set(overrides("config", "algorithm.p", ["algorithm=rea"]))
    assert "algorithm.population=" not in set(overrides("config", "algorithm.p", []))
    assert "seeds=" in set(overrides("config", "s", ["algorithm=no_such"]))
    assert {"algorithm=rea", "algorithm=bohb"} <= set(overrides("config", "algorithm=r", []))
    assert "schedules=" in set(overrides("build", "", []))
    assert "digits" in {one.partition("=")[2] for one in overrides("config", "dataset=", [])}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("nasbench-suite rep", {"report"}),
        ("nasbench-suite query nb2", {"nb201"}),
        ("nasbench-suite enumerate nds_res", {"nds_resnet", "nds_resnet_b", "nds_resnext_a", "nds_resnext_b"}),
        ("nasbench-suite run algorithm=reinforce", {"reinforce", "reinforce_documented"}),
    ],
)
def test_a_shell_is_answered(line: str, expected: set[str], tmp_path: Path) -> None:
    assert set(answers(line, tmp_path)) == expected


def answers(line: str, folder: Path, environment: Mapping[str, str] = os.environ) -> list[str]:
    """Asks as bash does: the line in the environment, the answer in file descriptor 8."""
    asked = {"_ARGCOMPLETE": "1", "COMP_LINE": line, "COMP_POINT": str(len(line)), "_ARGCOMPLETE_IFS": "\n"}
    asked |= {"_ARGCOMPLETE_COMP_WORDBREAKS": "\"'><=;|&(:", "_ARGCOMPLETE_STDOUT_FILENAME": str(folder / "answer")}
    command = [sys.executable, "-m", "nasbench_suite"]
    subprocess.run(command, env={**environment, **asked}, check=True, capture_output=True)
    return [word.strip() for word in (folder / "answer").read_text().split("\n") if word.strip()]
