from collections.abc import Callable
from typing import Any

from nasbench_suite.folders import compat_folder, table_path

Cli = Callable[..., Any]


def test_a_table_is_shown_with_what_it_holds(cli: Cli, write_small: Callable) -> None:
    made = write_small(table_path("mine")).open().metadata
    out = cli("tables").out
    for part in (
        "mine: space nb201\n",
        "architectures: 12\n",
        "data sets: cifar10, mixed\n",
        "trials 777, 888, stored mean",
        "12 epochs",
    ):
        assert part in out
    assert made.content_sha256 in out and made.source.sha256 in out


def test_verify_passes_sound_tables_and_names_the_damaged_one(cli: Cli, write_small: Callable) -> None:
    write_small(table_path("sound"))
    broken = table_path("broken")
    content = bytearray(write_small(broken).path.read_bytes())
    content[-5000] ^= 1
    broken.write_bytes(content)
    answer = cli("tables", "--verify")
    assert answer.code == 2
    assert "sound: space nb201" in answer.out and "verified" in answer.out and "broken: DAMAGED" in answer.out
    assert "1 of 2 tables cannot be used" in answer.err and answer.err.count("\n") == 1


def test_a_truncated_table_does_not_hide_the_others(cli: Cli, write_small: Callable) -> None:
    write_small(table_path("sound"))
    cut = write_small(table_path("cut")).path
    cut.write_bytes(cut.read_bytes()[:20_000])
    answer = cli("tables")
    assert answer.code == 2
    assert "sound: space nb201" in answer.out and "truncated" in answer.err


def test_without_tables_the_command_that_makes_one_is_named(cli: Cli, monkeypatch: Any) -> None:
    monkeypatch.setattr("nasbench_suite.folders.SHIPPED_TABLES", table_path("x").parent)
    answer = cli("tables")
    assert answer.code == 0 and "nasbench-suite import SPACE PATH" in answer.out


def test_one_table_is_shown_by_name_whatever_lies_beside_it(cli: Cli, write_small: Callable) -> None:
    write_small(table_path("mine"))
    write_small(table_path("yours"))
    table_path("broken").write_bytes(b"no table")
    answer = cli("tables", "mine", "--verify")
    assert answer.code == 0 and "mine: space nb201" in answer.out and "verified" in answer.out
    assert "yours" not in answer.out and "broken" not in answer.out
    assert cli("tables", "broken").code == 2
    assert "there is: broken, mine, yours" in cli("tables", "theirs").err


def test_a_flipped_bit_stops_only_what_asks_for_its_table(cli: Cli, write_small: Callable, space: Any) -> None:
    text = space.format(write_small(table_path("sound")).cells[1])
    broken = write_small(table_path("broken")).path
    content = bytearray(broken.read_bytes())
    content[9000] ^= 1
    broken.write_bytes(content)
    assert cli("tables").code == cli("query", "nb201", text, "--table", "sound").code == 0
    answer = cli("query", "nb201", text, "--table", "broken")
    assert answer.code == 2 and answer.err.count("\n") == 1
    assert f"{broken}: is damaged: the file does not agree with its checksum" in answer.err


def test_what_compat_imported_for_itself_is_marked(cli: Cli, write_small: Callable) -> None:
    write_small(compat_folder() / "nb201_0123.mdb")
    assert "imported by nasbench_suite.compat; used where it is named" in cli("tables", "nb201_0123").out
    write_small(table_path("mine"))
    assert "by nasbench_suite.compat" not in cli("tables", "mine").out
