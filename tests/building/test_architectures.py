"""Architectures are chosen by word, count, index, text and file; every mistake says where it stands."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nasbench_suite.building.architectures import choose
from nasbench_suite.errors import ConfigError, NasBenchSuiteError
from nasbench_suite.registry.spaces import find_space
from nasbench_suite.spaces.nb201 import NB201

SPACE = NB201()
LISTED = list(SPACE.enumerate())
TEXTS = [SPACE.format(arch) for arch in LISTED[:4]]


@pytest.mark.parametrize(
    ("wanted", "indices"),
    [
        ("0-389", range(390)),
        ("0-9,20", [*range(10), 20]),
        ("7", [7]),
        ("20, 3-4", [20, 3, 4]),
        ("15624", [15_624]),
        ([5, "0-1", TEXTS[3]], [5, 0, 1, 3]),
    ],
)
def test_indices_are_those_of_the_official_order(wanted: object, indices: Any) -> None:
    assert choose(SPACE, wanted) == [LISTED[at] for at in indices]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("chosen.txt", "\n".join(TEXTS)),
        ("bom.txt", "\ufeff# four\r\n\r\n" + "\r\n".join([*TEXTS[:2], "2-3"]) + "\r\n"),
        ("chosen.json", json.dumps(TEXTS)),
        ("lines.json", json.dumps([TEXTS[0], 1, "2", TEXTS[3]], indent=2)),
        ("no ending", "\n".join(TEXTS)),
        ("list without ending", json.dumps(TEXTS)),
    ],
)
def test_a_file_has_one_per_line_or_a_list(name: str, content: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content.encode())
    assert choose(SPACE, str(tmp_path / name)) == LISTED[:4]
    if name.endswith("txt"):
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(content.encode()))
        assert choose(SPACE, str(tmp_path / f"{name}.gz")) == LISTED[:4]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.txt", f"{TEXTS[0]}\n\nnope\n".encode(), r"a\.txt, line 3: .*nope"),
        ("a.txt", f"{TEXTS[0]}\n# a\n{TEXTS[0]}\n".encode(), r"line 3: .* is there twice; before, in .*line 1"),
        ("a.txt", b"0-9\n5\n", r"line 2: .* is there twice"),
        ("a.txt", b"0\n15625\n", r"line 2: expected an index below 15,625, got 15625"),
        ("a.txt", b"3-2\n", r"line 1: expected a range from the lower index"),
        ("a.txt", b"-3\n", r"line 1: "),
        ("a.txt", b"\n# nothing\n", "expected at least one, got none"),
        ("a.txt", b"\xff\xfe", "byte 0"),
        ("a.txt.gz", b"\x1f\x8bnothing", "gzip"),
        ("a.json", b"[\n1,\n\n[2]]", r"a\.json, line 4: expected an architecture's text or index, got \[2\]"),
        ("a.json", b"[\n1,\n true]", r"line 3: expected an architecture's text or index, got True"),
        ("a.json", b"[\n1,\n 2.5]", r"line 3: .*2\.5"),
        ("a.json", b"[\n1,\n null]", r"line 3: .*None"),
        ("a.json", b"[\n1,\n -1]", r"line 3: .*-1"),
        ("a.json", b'[\n"0",\n\n0]', r"line 4: .*there twice"),
        ("a.json", b"[1,\n2", r"line 2: expected a list in JSON"),
        ("a.json", b"[1,\n2] 3", r"line 2: expected a list in JSON"),
        ("a.json", b'{"a": 1}', "expected a list in JSON, got a dict"),
        ("a.json", b"", "line 1: expected a list in JSON"),
        ("a.json", b"[]", "expected at least one, got none"),
        ("a.json", b"[" * 100_000, "a.json"),
    ],
)
def test_a_mistake_in_a_file_says_the_file_and_the_line(name: str, content: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(NasBenchSuiteError, match=said) as raised:
        choose(SPACE, str(tmp_path / name))
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("gone.txt", "gone.txt: cannot be read"),
        ("15620-15625", "below 15,625"),
        ("0-1,1", "twice"),
        ([True], "number 1: expected an architecture's text or index, got True"),
        ([0, 2.5], "number 2: .*2.5"),
        ([], "at least one"),
        ({"a": 1}, "expected a word, a count, a list, a file"),
        (None, "expected a word"),
    ],
)
def test_what_names_no_architectures_is_refused(wanted: object, said: str) -> None:
    with pytest.raises(NasBenchSuiteError, match=said):
        choose(SPACE, wanted)


def test_a_space_that_cannot_be_listed_has_no_indices() -> None:
    with pytest.raises(NasBenchSuiteError, match="space nds_darts"):
        choose(find_space("nds_darts"), "0-9")


def test_the_command_line_takes_ranges_lists_and_files(make_plan: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "chosen.txt").write_text("\n".join(TEXTS))
    assert make_plan("architectures=0-3").rows == LISTED[:4]
    assert make_plan("architectures=[0,2-3]").rows == [LISTED[at] for at in (0, 2, 3)]
    assert make_plan(f"architectures={tmp_path}/chosen.txt").rows == LISTED[:4]


def test_digits_that_are_an_architectures_text_are_no_index() -> None:
    macro = find_space("nb_macro")
    assert [macro.format(arch) for arch in choose(macro, ["21100000", "5-6"])] == ["21100000", "00000012", "00000020"]


@pytest.mark.parametrize("wanted", [22212220, [22212220], ["22212220"], "22212220"])
def test_a_number_that_is_no_count_and_no_index_is_the_architecture_that_it_writes(wanted: object) -> None:
    macro = find_space("nb_macro")
    assert [macro.format(arch) for arch in choose(macro, wanted)] == ["22212220"]


@pytest.mark.parametrize("wanted", [2221222, [2221222], "7000"])
def test_a_number_that_is_nothing_is_told_how_an_architecture_of_digits_is_written(wanted: object) -> None:
    with pytest.raises(ConfigError, match=r"or an architecture such as 0{8}, got (2221222|7000)"):
        choose(find_space("nb_macro"), wanted)


def test_a_number_that_is_a_count_or_an_index_stays_one() -> None:
    macro = find_space("nb_macro")
    assert len(choose(macro, 12)) == 12
    assert choose(macro, [12]) == [list(macro.enumerate())[12]]
