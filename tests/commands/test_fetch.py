"""`fetch` lists files, says where those on a drive are, and fetches the others into the data folder."""

import dataclasses
import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nasbench_suite.commands import fetch
from nasbench_suite.errors import ConfigError
from nasbench_suite.folders import home
from nasbench_suite.registry.spaces import space_names
from nasbench_suite.spaces.published_files import PUBLISHED_FILES


def test_the_list_has_every_files_address_and_checksum(capsys: pytest.CaptureFixture[str]) -> None:
    fetch.show(None)
    said = capsys.readouterr().out
    for one in PUBLISHED_FILES:
        assert one.name in said and one.url in said and (one.sha256 or one.checksum or "?") in said


def test_entries_are_whole() -> None:
    assert len({one.name for one in PUBLISHED_FILES}) == len({one.file for one in PUBLISHED_FILES}) == 10
    for one in PUBLISHED_FILES:
        assert one.url.startswith("https://") and (one.sha256 or one.checksum)
        assert one.sha256 is None or re.fullmatch(r"[0-9a-f]{64}", one.sha256)
        assert one.space == "nds_*" or one.space in space_names()


def test_a_file_on_a_drive_is_said_to_be_there(cli: Callable[..., Any]) -> None:
    answer = cli("fetch", "NATS-tss-v1_0-3ffb9-simple")
    assert answer.code == 2 and answer.err.count("\n") == 1
    for part in ("https://drive.google.com/", "3ffb9", "nasbench-suite import nb201 PATH"):
        assert part in answer.err


def test_an_unknown_name_gets_the_closest() -> None:
    with pytest.raises(ConfigError, match="did you mean nasbench_full"):
        fetch.show("nasbench_ful")


def test_a_file_goes_into_the_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NASBENCH_SUITE_HOME", str(tmp_path))
    folder = home() / "downloads"
    folder.mkdir()
    content = b"records"
    only108 = next(one for one in PUBLISHED_FILES if one.name == "nasbench_only108")
    known = dataclasses.replace(only108, sha256=hashlib.sha256(content).hexdigest())
    monkeypatch.setattr(fetch, "find_published_file", lambda name: known)
    (folder / known.file).write_bytes(content)  # it is there and whole: nobody is asked
    fetch.show("nasbench_only108")
    said = capsys.readouterr().out
    assert str(folder / known.file) in said and f"SHA-256 {known.sha256}" in said
    assert "next: nasbench-suite import 'nb101'" in said
