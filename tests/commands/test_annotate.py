import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nasbench_suite.folders import table_path

Cli = Callable[..., Any]


@pytest.fixture
def text(write_small: Callable[..., Any], space: Any) -> str:
    written: str = space.format(write_small(table_path("mine")).cells[1])
    return written


@pytest.fixture
def costs(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "costs.csv"
    path.write_text(f"arch,dataset,t [ms@pixel3],size [MB]\n{text},cifar10,2.5,\n")
    return path


def test_what_was_added_is_said_and_shown(cli: Cli, costs: Path, text: str) -> None:
    answer = cli("annotate", "mine", costs)
    assert answer.code == 0
    assert "table mine: 1 column of 1 architecture;" in answer.out
    assert "cifar10: t (ms on pixel3)" in answer.out
    shown = cli("tables", "mine").out
    assert "columns of costs.csv (format tidy, sha256 " in shown and "cifar10: t (ms on pixel3)" in shown
    assert "t: 2.5 ms on pixel3" in cli("query", "nb201", text, "--dataset", "cifar10").out
    assert "pixel3" not in cli("query", "nb201", text, "--dataset", "mixed").out


def test_architectures_without_a_value_are_not_counted(cli: Cli, tmp_path: Path, text: str) -> None:
    from nasbench_suite.registry.tables import open_table

    other = open_table("mine").architecture(2)
    path = tmp_path / "energy.csv"
    path.write_text(f"arch,dataset,energy [J@nano]\n{text},cifar10,1.5\n{other},cifar10,\n")
    assert "table mine: 1 column of 1 architecture;" in cli("annotate", "mine", path).out
    path.write_text(f"arch,dataset,a [J],b [J@nano]\n{text},cifar10,1.5,2\n{other},cifar10,,3\n")
    said = cli("annotate", "mine", path).out
    assert "2 columns of 2 architectures;" in said
    assert "cifar10: a (J, 1 architecture), b (J on nano, 2 architectures)" in said


def test_columns_of_a_trial_set_come_with_a_note(cli: Cli, tmp_path: Path, text: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"arch,dataset,t [ms]\n{text},cifar10-valid,2.5\n")
    answer = cli("annotate", "mine", path)
    assert answer.code == 0 and answer.err.count("\n") == 1
    assert "cifar10-valid is a trial set: no search on cifar10 sees its columns" in answer.err


def test_json_has_value_unit_and_device(cli: Cli, costs: Path, text: str, space: Any) -> None:
    cli("annotate", "mine", costs)
    found = json.loads(cli("query", "nb201", text, "--dataset", "cifar10", "--json").out)["columns"]
    assert found == {"t": {"value": 2.5, "unit": "ms", "device": "pixel3"}}


def test_what_is_missing_is_null(cli: Cli, costs: Path, text: str) -> None:
    from nasbench_suite.registry.tables import open_table

    other = open_table("mine").architecture(2)
    cli("annotate", "mine", costs)
    found = cli("query", "nb201", other, "--dataset", "cifar10", "--json").json["columns"]
    assert found["t"]["value"] is None
    assert "t: not measured" in cli("query", "nb201", other, "--dataset", "cifar10").out


def test_a_damaged_file_is_named_and_stops_nothing(cli: Cli, costs: Path, text: str) -> None:
    cli("annotate", "mine", costs)
    (path,) = table_path("mine").parent.glob("*.columns")
    path.write_bytes(path.read_bytes()[:-3])
    answer = cli("query", "nb201", text, "--dataset", "cifar10")
    assert answer.code == 0 and f"passed over: {path}" in answer.err
    assert "columns passed over" in cli("tables").out


@pytest.mark.usefixtures("text")
def test_bad_input_is_told_in_one_line(cli: Cli) -> None:
    for words in (["nosuch", "x.csv"], ["mine", "x.csv"]):
        answer = cli("annotate", *words)
        assert answer.code == 2 and answer.out == "" and len(answer.err.splitlines()) == 1
