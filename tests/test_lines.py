from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasbench_suite.journal import append, recover, seal, unseal

RECORD = {"valid_accuracy": [0.1, None, 1 / 3], "architecture": "naïve\n"}


@given(st.integers(0, 10**9), st.lists(st.floats(allow_nan=False)), st.text())
def test_a_line_gives_back_its_record_to_the_bit(seed: int, values: list[float], text: str) -> None:
    line = seal([seed, values, text])
    assert line.count(b"\n") == 1
    assert unseal(line) == [seed, values, text]


def test_a_line_cut_or_flipped_anywhere_is_refused() -> None:
    line = seal(RECORD)
    for at in range(len(line)):
        assert unseal(line[:at]) is None
        flipped = bytearray(line)
        flipped[at] ^= 4
        assert unseal(bytes(flipped)) is None


@pytest.mark.parametrize("cut", [1, 8, 30])
def test_what_a_kill_left_half_written_is_cut_off_and_the_next_record_is_whole(tmp_path: Path, cut: int) -> None:
    log = tmp_path / "log"
    for number in range(3):
        append(log, [number, RECORD])
    log.write_bytes(log.read_bytes()[:-cut])
    assert recover(log) == [[0, RECORD], [1, RECORD]]
    append(log, "next")
    assert recover(log) == [[0, RECORD], [1, RECORD], "next"]


def test_no_log_is_an_empty_one(tmp_path: Path) -> None:
    assert recover(tmp_path / "none") == []
