"""A checkpoint is read whole or named as damaged; no file of a stranger's runs code or fills memory."""

import hashlib
import io
import os
import zipfile
from pathlib import Path

import pytest
import torch

from nasbench_suite.errors import ResultsError
from nasbench_suite.training import checkpoint_file

CONTENT = {"identity": "x", "state": {"weight": torch.arange(6.0), "seen": [1, (2, None)]}}


def sealed(saved: bytes) -> bytes:
    return b"nasbench-suite checkpoint 1\n" + hashlib.sha256(saved).hexdigest().encode() + saved


def test_what_was_written_is_read(tmp_path: Path) -> None:
    checkpoint_file.write(tmp_path / "new" / "state.pt", CONTENT)
    found = checkpoint_file.read(tmp_path / "new" / "state.pt")
    assert torch.equal(found["state"]["weight"], torch.arange(6.0)) and found["state"]["seen"] == [1, (2, None)]
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["state.pt"]


def test_every_flipped_or_missing_byte_is_named(tmp_path: Path) -> None:
    path = tmp_path / "state.pt"
    checkpoint_file.write(path, CONTENT)
    whole = path.read_bytes()
    for at in range(0, len(whole), 7):
        flipped = bytearray(whole)
        flipped[at] ^= 16
        for content in (bytes(flipped), whole[:at]):
            path.write_bytes(content)
            with pytest.raises(ResultsError, match=r"state\.pt: (is damaged|expected a checkpoint)"):
                checkpoint_file.read(path)


class Trap:
    def __reduce__(self) -> object:
        return os.system, ("touch sprung",)


def test_a_file_that_would_run_code_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    buffer = io.BytesIO()
    torch.save({"identity": Trap()}, buffer)
    (tmp_path / "state.pt").write_bytes(sealed(buffer.getvalue()))
    with pytest.raises(ResultsError, match="got UnpicklingError"):
        checkpoint_file.read(tmp_path / "state.pt")
    assert not (tmp_path / "sprung").exists()


def test_a_file_that_unpacks_to_more_than_it_is_is_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    torch.save({"zeros": torch.zeros(1_000_000)}, buffer)
    packed = io.BytesIO()
    with zipfile.ZipFile(buffer) as plain, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in plain.infolist():
            archive.writestr(member.filename, plain.read(member))
    (tmp_path / "state.pt").write_bytes(sealed(packed.getvalue()))
    assert len(packed.getvalue()) < 20_000
    with pytest.raises(ResultsError, match="got BadZipFile"):
        checkpoint_file.read(tmp_path / "state.pt")


def test_bytes_that_torch_chokes_on_are_one_line(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    torch.save({"weight": torch.ones(20, 20)}, buffer)
    state = tmp_path / "state.pt"
    for at in range(0, len(buffer.getvalue()), 7):
        damaged = bytearray(buffer.getvalue())
        damaged[at] ^= 0x55
        state.write_bytes(sealed(bytes(damaged)))
        try:
            checkpoint_file.read(state)
        except ResultsError as error:
            assert str(error).startswith(f"{state}: expected a checkpoint") and "\n" not in str(error)
