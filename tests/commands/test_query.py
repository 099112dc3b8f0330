import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nasbench_suite.fidelity import Fidelity
from nasbench_suite.folders import compat_folder, table_path

Cli = Callable[..., Any]
KEYS = [
    "space", "table", "arch", "dataset", "schedule", "epoch", "trial", "valid_accuracy", "test_accuracy",
    "train_accuracy", "seconds", "parameters_millions", "flops_millions", "latency_seconds", "columns",
]  # fmt: skip


@pytest.fixture
def mine(write_small: Callable) -> Any:
    return write_small(table_path("mine"))


@pytest.fixture
def text(mine: Any, space: Any) -> str:
    written: str = space.format(mine.cells[1])
    return written


def test_json_has_the_promised_keys_and_the_tables_values(cli: Cli, mine: Any, text: str) -> None:
    answer = cli("query", "nb201", text, "--dataset", "cifar10", "--trial", "777", "--schedule", "200", "--json")
    found, final = json.loads(answer.out), Fidelity(200, 200)
    assert list(found) == KEYS
    assert (found["space"], found["table"], found["arch"], found["trial"]) == ("nb201", "mine", text, 777)
    assert found["valid_accuracy"] == mine.columns["cifar10-valid", final, "valid_accuracy"][1][777]


def test_absent_values_are_null(cli: Cli, text: str) -> None:
    found = cli("query", "nb201", text, "--dataset", "cifar10", "--schedule", "12", "--epoch", "3", "--json").json
    assert (found["schedule"], found["epoch"], found["trial"]) == (12, 3, "mean")
    assert found["valid_accuracy"] is not None
    assert found["test_accuracy"] is found["train_accuracy"] is found["parameters_millions"] is None


def test_what_diverged_is_null_for_json_has_no_nan(cli: Cli, mine: Any, space: Any) -> None:
    words = ("query", "nb201", space.format(mine.cells[7]), "--dataset", "cifar10")
    answer = cli(*words, "--json")
    assert "NaN" not in answer.out and answer.json["valid_accuracy"] is None
    assert answer.json["test_accuracy"] is not None
    assert "valid nan%" in cli(*words).out


def test_the_default_is_the_end_of_the_longest_schedule_and_the_mean(cli: Cli, mine: Any, text: str) -> None:
    found = cli("query", "nb201", text, "--dataset", "cifar10", "--json").json
    trials = mine.columns["cifar10-valid", Fidelity(200, 200), "valid_accuracy"][1]
    assert (found["schedule"], found["epoch"]) == (200, 200)
    assert found["valid_accuracy"] == pytest.approx(sum(trials.values()) / len(trials))
    assert found["test_accuracy"] == mine.columns["cifar10", Fidelity(200, 200), "test_accuracy"][1][None]
    assert found["train_accuracy"] == 100 * mine.columns["cifar10", Fidelity(200, 200), "train_accuracy"][1][None]


def test_a_trial_set_is_taken_as_a_data_set(cli: Cli, text: str) -> None:
    found = cli("query", "nb201", text, "--table", "mine", "--dataset", "cifar10-valid", "--json").json
    assert found["dataset"] == "cifar10-valid" and found["test_accuracy"] is None


@pytest.mark.usefixtures("installed")
def test_for_people_every_data_set_is_a_line(cli: Cli, space: Any) -> None:
    answer = cli("query", "nb201", space.format((3,) * 6))
    assert answer.code == 0
    assert [line.split(",")[0].strip() for line in answer.out.splitlines()[2:]] == ["cifar10", "cifar100"]


def test_who_names_no_table_is_answered_from_an_imported_one_before_the_shipped_one(
    cli: Cli, mine: Any, text: str, write_small: Callable, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = home / "shipped"
    write_small(shipped / "came_along.mdb")
    monkeypatch.setattr("nasbench_suite.folders.SHIPPED_TABLES", shipped)
    assert "table mine," in cli("query", "nb201", text).out
    table_path("mine").unlink()
    assert "table came_along," in cli("query", "nb201", text).out


def test_a_damaged_table_does_not_stop_a_query_of_another(cli: Cli, mine: Any, text: str) -> None:
    table_path("broken").write_bytes(b"no table")
    assert "table mine," in cli("query", "nb201", text).out


def test_several_tables_of_ones_own_must_be_named(cli: Cli, mine: Any, text: str, write_small: Callable) -> None:
    write_small(table_path("other"))
    answer = cli("query", "nb201", text)
    assert answer.code == 2 and "several tables of space nb201: mine, other; name one with --table" in answer.err

    answer = cli("query", "nb201", text, "--dataset", "cifar10")
    assert "several tables of space nb201 have cifar10: mine, other; name one with --table" in answer.err


@pytest.mark.parametrize("more", [(), ("--dataset", "cifar10")])
def test_a_table_of_the_spaces_name_is_meant_among_several(
    cli: Cli, mine: Any, text: str, write_small: Callable, more: tuple[str, ...]
) -> None:
    write_small(table_path("nb201"))
    assert "table nb201," in cli("query", "nb201", text, *more).out


def test_a_tables_name_may_stand_for_its_space(cli: Cli, mine: Any, text: str, write_small: Callable) -> None:
    write_small(table_path("other"))
    assert "table other," in cli("query", "other", text).out


def test_what_compat_imported_for_itself_is_asked_by_its_name(
    cli: Cli, mine: Any, text: str, write_small: Callable
) -> None:
    write_small(compat_folder() / "nb201_0123.mdb")
    assert "table mine," in cli("query", "nb201", text).out
    assert "table nb201_0123," in cli("query", "nb201", text, "--table", "nb201_0123").out


def test_ones_own_table_that_cannot_be_read_is_named_where_the_shipped_one_answers(
    cli: Cli, mine: Any, text: str, write_small: Callable, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine.path.write_bytes(b"no table")
    answer = cli("query", "nb201", text)
    assert answer.code == 2 and "mine.mdb: expected a table" in answer.err
    shipped = home / "shipped"
    write_small(shipped / "came_along.mdb")
    monkeypatch.setattr("nasbench_suite.folders.SHIPPED_TABLES", shipped)
    answer = cli("query", "nb201", text)
    assert "table came_along," in answer.out and "passed over: " in answer.err and "mine.mdb" in answer.err


def test_nb101_is_asked_by_nasbenchs_hash(cli: Cli, tmp_path: Path) -> None:
    text, key = "010001000|input,conv3x3-bn-relu,output", "b49ac8c578b4561d79ac7087988f1c61"
    csv = tmp_path / "mine.csv"
    csv.write_text(f'arch,dataset,epochs,valid_accuracy\n"{text}",cifar10,108,93.5\n')
    assert cli("import", "nb101", csv, "--name", "mine").code == 0
    by_hash = cli("query", "nb101", key, "--table", "mine", "--dataset", "cifar10", "--json")
    assert by_hash.json["arch"] == text and by_hash.json["valid_accuracy"] == 93.5
    assert by_hash.out == cli("query", "nb101", text, "--table", "mine", "--dataset", "cifar10", "--json").out
    lacking = cli("query", "nb101", "f" * 32, "--table", "mine")
    assert lacking.code == 2 and "but none of hash ffff" in lacking.err


def test_a_number_is_a_row_of_the_table(cli: Cli, mine: Any, text: str) -> None:
    assert cli("query", "nb201", "1", "--dataset", "cifar10", "--json").json["arch"] == text
    assert cli("query", "nb201", "1").out.startswith(f"{text}, by its index\n")
    assert (
        "expected a row in 0..11, got 12; the text of an architecture is such as |" in cli("query", "nb201", "12").err
    )
