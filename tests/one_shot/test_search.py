"""A search that ends, is stopped, killed, or goes on."""

import hashlib
import io
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

from nasbench_suite.errors import ResultsError
from nasbench_suite.ledger import Ledger
from nasbench_suite.one_shot.record import EpochRecord
from nasbench_suite.one_shot.search import search
from nasbench_suite.training import checkpoint_file

EPOCHS = 8
PROGRAM = f"""
import sys
from pathlib import Path
import torch
from tiny_search import go
torch.set_num_threads(1)
go(Path(sys.argv[1]), {EPOCHS})
"""


def kept(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = checkpoint_file.read(path)
    return found


def apart_from_the_machine(record: dict[str, Any]) -> dict[str, Any]:
    return record | {"seconds": 0, "memory_mib": 0}


@pytest.mark.skipif(os.name != "posix", reason="kills by SIGKILL")
def test_a_killed_search_ends_in_the_weights_and_the_records_of_one_that_was_not(
    tiny: ModuleType, tmp_path: Path, killed: Callable[..., None]
) -> None:
    state, whole_state = tmp_path / "killed.pt", tmp_path / "whole.pt"
    killed("-c", PROGRAM, state, at=state.name, number=3)
    done = len(kept(state)["records"])
    assert done == 2
    resumed, whole = tiny.go(state, EPOCHS), tiny.go(whole_state, EPOCHS)
    assert resumed.records[:done] == [EpochRecord(**record) for record in kept(state)["records"]][:done]
    again, other = kept(state), kept(whole_state)
    assert list(map(apart_from_the_machine, again["records"])) == list(map(apart_from_the_machine, other["records"]))
    assert len(whole.records) == EPOCHS
    assert again["state"]["supernet"].keys() == other["state"]["supernet"].keys()
    for name, parameters in other["state"]["supernet"].items():
        assert torch.equal(again["state"]["supernet"][name], parameters), name


def test_seconds_add_up_over_interruptions_and_earlier_epochs_are_told_again(tiny: ModuleType, tmp_path: Path) -> None:
    state, told = tmp_path / "state.pt", list[EpochRecord]()
    first = tiny.go(state, 2)
    settings = replace(tiny.SETTINGS, epochs=3)
    second = search(partial(tiny.make), settings, Ledger(), state, "tiny", told.append)
    assert told == second.records and told[:2] == first.records
    seconds = [record.seconds for record in told]
    assert seconds == sorted(seconds) and second.seconds == seconds[-1]


def test_a_finished_search_is_not_trained_again(tiny: ModuleType, tmp_path: Path) -> None:
    state = tmp_path / "state.pt"
    done = tiny.go(state, 2)
    before = state.stat().st_mtime_ns
    assert tiny.go(state, 2).records == done.records
    assert state.stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("limits", "epochs"), [({"epochs": 2}, 2), ({"evaluations": 3}, 3), ({"seconds": 0}, 1), ({}, 4)]
)
def test_the_epoch_that_reaches_the_budget_is_the_last(
    tiny: ModuleType, tmp_path: Path, limits: dict[str, int], epochs: int
) -> None:
    assert len(tiny.go(tmp_path / "state.pt", 4, **limits).records) == epochs


def test_a_resumed_search_does_not_get_its_budget_twice(tiny: ModuleType, tmp_path: Path) -> None:
    tiny.go(tmp_path / "state.pt", 4, epochs=2)
    assert len(tiny.go(tmp_path / "state.pt", 4, epochs=3).records) == 3


def test_a_checkpoint_of_another_configuration_is_told(tiny: ModuleType, tmp_path: Path) -> None:
    state = tmp_path / "state.pt"
    tiny.go(state, 1)
    with pytest.raises(
        ResultsError, match=r"expected the checkpoint of other, got that of tiny; move it away"
    ) as caught:
        search(partial(tiny.make), tiny.SETTINGS, Ledger(), state, "other", lambda record: None)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("damage", [lambda good: good[: len(good) // 2], lambda good: b"", lambda good: b"nonsense"])
def test_a_damaged_checkpoint_is_told(tiny: ModuleType, tmp_path: Path, damage: Any) -> None:
    state = tmp_path / "state.pt"
    tiny.go(state, 1)
    state.write_bytes(damage(state.read_bytes()))
    with pytest.raises(ResultsError, match=r"state\.pt: (is damaged|expected a checkpoint)") as caught:
        tiny.go(state, 2)
    assert "\n" not in str(caught.value)


def test_a_checkpoint_runs_no_code(tiny: ModuleType, tmp_path: Path) -> None:
    import pickle

    class Evil:
        def __reduce__(self) -> Any:
            return (Path.touch, (tmp_path / "touched",))

    state = tmp_path / "state.pt"
    saved = io.BytesIO()
    torch.save({"identity": "tiny", "state": Evil(), "records": []}, saved, pickle_module=pickle)
    tiny.go(state, 1)
    magic = state.read_bytes().partition(b"\n")[0]
    checksum = hashlib.sha256(saved.getvalue()).hexdigest().encode()
    state.write_bytes(magic + b"\n" + checksum + saved.getvalue())
    with pytest.raises(ResultsError):
        tiny.go(state, 1)
    assert not (tmp_path / "touched").exists()


def test_a_checkpoint_that_cannot_be_written_leaves_the_earlier_one(tiny: ModuleType, tmp_path: Path) -> None:
    state = tmp_path / "state.pt"
    tiny.go(state, 1)
    before = state.read_bytes()
    resource = pytest.importorskip("resource")
    limits, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(ResultsError, match="the disk is full") as caught:
            tiny.go(state, 2)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert "\n" not in str(caught.value)
    assert state.read_bytes() == before


def test_a_search_that_fails_keeps_what_it_has_done(tiny: ModuleType, tmp_path: Path) -> None:
    from tiny_one_shot import Exploding

    make = partial(tiny.make, algorithm=Exploding, epoch=2)
    failed = search(make, replace(tiny.SETTINGS, epochs=5), Ledger(), tmp_path / "s.pt", "it", lambda record: None)
    assert len(failed.records) == len(kept(tmp_path / "s.pt")["records"]) == 2
    assert failed.failure is not None and "epoch 3" in failed.failure
