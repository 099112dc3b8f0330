"""The state of an unfinished one-shot search, in one file."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nasbench_suite.errors import ResultsError
from nasbench_suite.one_shot.record import EpochRecord
from nasbench_suite.training import checkpoint_file


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
    records = [asdict(record) for record in checkpoint.records]
    checkpoint_file.write(path, {"identity": identity, "state": checkpoint.state, "records": records})


def load(path: Path, identity: str) -> SearchCheckpoint | None:
    """Reads a checkpoint back, onto the CPU; None where there is none.

    Args:
        path: of the search.
        identity: of the search that wants to go on.

    Raises:
        ResultsError: it is damaged, no checkpoint, or that of another search.
    """
    if not path.exists():
        return None
    found = checkpoint_file.read(path)
    try:
        owner = found["identity"]
        checkpoint = SearchCheckpoint(found["state"], [EpochRecord(**record) for record in found["records"]])
    except (LookupError, TypeError) as error:
        raise ResultsError(
            f"{path}: expected a one-shot search's checkpoint, got another one; move it away to start anew"
        ) from error
    if owner != identity:
        raise ResultsError(
            f"{path}: expected the checkpoint of {identity}, got that of {owner}; move it away to start anew"
        )
    return checkpoint
