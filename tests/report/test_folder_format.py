import json
from pathlib import Path
from typing import Any

import pytest

from nasbench_suite.errors import ResultsError
from nasbench_suite.jobs.description import JOB
from nasbench_suite.report.folder_format import KEYS, check_description


@pytest.fixture
def description(by_hand: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((by_hand / JOB).read_text())
    return found


def test_what_a_job_writes_is_accepted(description: dict[str, Any]) -> None:
    assert check_description(description) is description


@pytest.mark.parametrize("change", [{"format": 1}, {"format": None}])
def test_results_of_another_format_say_so_and_to_run_again(description: dict[str, Any], change: dict[str, Any]) -> None:
    with pytest.raises(ResultsError, match=r"reads format 2; those of format 1 are from before 0\.1; run the command"):
        check_description({**description, **change})


@pytest.mark.parametrize("key", list(KEYS))
def test_every_key_is_needed(description: dict[str, Any], key: str) -> None:
    del description[key]
    with pytest.raises(ResultsError, match=f"expected the key '{key}'"):
        check_description(description)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("config_id", 3), ("label", ["a"]), ("objectives", []), ("objectives", "valid_accuracy"), ("trial", 1.5),
        ("fidelities", [[12]]), ("fidelities", [[12, True]]), ("workers", "2"), ("budget", {"seconds": 1}),
        ("budget", {"seconds": 10**400, "epochs": None, "evaluations": None, "overstep": "keep"}),
        ("budget", {"seconds": float("nan"), "epochs": None, "evaluations": None, "overstep": "keep"}),
        ("clock", "sundial"), ("one_shot", {"operations": ["none"]}), ("best", {"cifar10": [1.0]}), ("versions", []),
    ],
)  # fmt: skip
def test_a_value_of_another_kind_is_refused_by_its_key(description: dict[str, Any], key: str, value: Any) -> None:
    with pytest.raises(ResultsError, match=f"job.json: {key}: expected ") as caught:
        check_description({**description, key: value})
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("found", [None, [], 3, {}, {"name": "somebody else's job"}])
def test_another_programs_file_is_no_job(found: Any) -> None:
    with pytest.raises(ResultsError, match="not a job of nasbench-suite"):
        check_description(found)


def test_more_keys_do_no_harm(description: dict[str, Any]) -> None:
    check_description({**description, "settings": None, "command": "run", "git_commit": "ab"})
