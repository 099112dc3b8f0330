"""The state of an unfinished one-shot search, in one file."""

import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from nasbench_suite.errors import ResultsError
from nasbench_suite.one_shot.record import EpochRecord


@dataclass(frozen=True)
class SearchCheckpoint:
    """A search between two epochs.

    Attributes:
        state: of the trainer.
        records: of the epochs done.
    """

    state: dict[str, Any]
    records: list[EpochRecord]


def save(path: Path, identity: str, checkpoint: SearchCheckpoint) -> None:
    """Writes a checkpoint; one that is there is replaced at once or not at all.

    Args:
        path: of one search, that nobody else writes.
        identity: of the search.
        checkpoint: its state.

    Raises:
        ResultsError: the disk is full or fails; the earlier checkpoint stays.
    """
    unfinished = path.with_name(f"{path.name}.tmp")
    records = [asdict(record) for record in checkpoint.records]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with unfinished.open("wb") as file:
            torch.save({"identity": identity, "state": checkpoint.state, "records": records}, file)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except (OSError, RuntimeError) as error:  # torch turns some of the first into the second
        raise ResultsError(f"{path}: cannot be written ({error}); start again to go on") from error


def load(path: Path, identity: str) -> SearchCheckpoint | None:
    """Reads a checkpoint back, onto the CPU; None where there is none.

    Args:
        path: of the search.
        identity: of the search that wants to go on.

    Raises:
        ResultsError: it is no checkpoint, or that of another search.
    """
    if not path.exists():
        return None
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
        owner = found["identity"]
        checkpoint = SearchCheckpoint(found["state"], [EpochRecord(**record) for record in found["records"]])
    except Exception as error:  # torch raises half a dozen types on a damaged file
        raise ResultsError(
            f"{path}: expected a one-shot search's checkpoint, got {type(error).__name__}; delete it to start again"
        ) from error
    if owner != identity:
        raise ResultsError(
            f"{path}: expected the checkpoint of {identity}, got that of {owner}; delete it to start again"
        )
    return checkpoint
