import os
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasbench_suite.journal import Journal, recover, seal, unseal

RECORD = {"valid_accuracy": [0.1, None, 1 / 3], "architecture": "naïve\n"}


def write(path: Path, *records: object) -> None:
    with Journal(path) as log:
        for record in records:
            log.append(record)


@given(st.integers(0, 10**9), st.lists(st.floats(allow_nan=False)), st.text())
def test_a_line_gives_back_its_record_to_the_bit(seed: int, values: list[float], text: str) -> None:
    line = seal([seed, values, text])
    assert line.count(b"\n") == 2 and line.strip(b"\n").count(b"\n") == 0
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
    write(log, *([number, RECORD] for number in range(3)))
    log.write_bytes(log.read_bytes()[:-cut])
    assert recover(log) == ([[0, RECORD], [1, RECORD]], [])
    write(log, "next")
    assert recover(log) == ([[0, RECORD], [1, RECORD], "next"], [])


def test_a_flipped_bit_costs_its_own_record_at_most(tmp_path: Path) -> None:
    log = tmp_path / "log"
    records = [[number, RECORD] for number in range(3)]
    write(log, *records)
    whole = log.read_bytes()
    for at in range(len(whole)):
        flipped = bytearray(whole)
        flipped[at] ^= 4
        log.write_bytes(bytes(flipped))
        found = recover(log)
        lost = [record for record in records if record not in found.records]
        assert len(lost) <= 1 and all(record in records for record in found.records)
        # at the very end it cannot be told from a kill
        assert bool(found.damaged) or not lost or lost == records[-1:]


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    log = tmp_path / "log"
    write(log, 1, 2)
    log.write_bytes(log.read_bytes().replace(b" 1", b" 7"))
    found = recover(log)
    assert found.records == [2] and found.complaint(log) == (
        f"{log}: damaged in line 2, which is left out; what it held is done again"
    )


def test_no_log_is_an_empty_one(tmp_path: Path) -> None:
    assert recover(tmp_path / "none") == ([], [])


@pytest.mark.skipif(not hasattr(os, "O_NOFOLLOW"), reason="links are not refused there")
def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "victim").write_bytes(b"precious")
    (tmp_path / "log").symlink_to(tmp_path / "victim")
    with pytest.raises(OSError, match="symbolic links"):
        Journal(tmp_path / "log")
    assert (tmp_path / "victim").read_bytes() == b"precious"


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 100_000])
def test_a_line_whose_checksum_agrees_is_still_no_record_if_it_is_not_json(tmp_path: Path, body: bytes) -> None:
    log = tmp_path / "log"
    write(log, 1)
    log.write_bytes(log.read_bytes() + b"\n%08x %s\n" % (zlib.crc32(body), body))
    found = recover(log)
    assert found.records == [1] and len(found.damaged) == 1
