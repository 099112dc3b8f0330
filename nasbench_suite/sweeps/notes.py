"""What a sweep notes of a job that its folder does not say: why it failed, or that another command had finished it."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from nasbench_suite.atomic_write import atomic_write
from nasbench_suite.configuration.identity import identity

_FOLDER = "notes"


@dataclass(frozen=True)
class JobNote:
    """A note of a job.

    Attributes:
        command: that runs it alone.
        config_id: of its configuration; None where it failed before that was known.
        reason: why it failed; None where it did not.
    """

    command: str
    config_id: str | None
    reason: str | None


def write_note(root: Path, note: JobNote) -> None:
    """Writes a note, in the place of an earlier one about the same command.

    Args:
        root: of the results.
        note: of a job.

    Raises:
        OSError: it cannot be written.
    """
    path = _path(root, note.command)
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic_write(path, (json.dumps(asdict(note), indent=2) + "\n").encode())


def drop_note(root: Path, command: str) -> None:
    """Removes the note about a command, if there is one."""
    _path(root, command).unlink(missing_ok=True)


def read_notes(folders: Iterable[Path]) -> list[JobNote]:
    """Reads the notes in or below some folders; what is none is passed over."""
    paths = {path for folder in folders for path in folder.rglob(f"{_FOLDER}/*.json") if not path.is_symlink()}
    return [note for path in sorted(paths) if (note := _read(path)) is not None]


def _path(root: Path, command: str) -> Path:
    return root / _FOLDER / f"{identity(command)}.json"


def _read(path: Path) -> JobNote | None:
    try:
        note = JobNote(**json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError, RecursionError):
        return None
    others = (note.config_id, note.reason)
    sound = isinstance(note.command, str) and all(text is None or isinstance(text, str) for text in others)
    return note if sound else None
