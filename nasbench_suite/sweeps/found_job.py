"""How far a job is, from its folder alone; a folder may be anybody's, so nothing in it is run or followed."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nasbench_suite import journal
from nasbench_suite.errors import ResultsError
from nasbench_suite.jobs import manifest
from nasbench_suite.jobs.description import JOB, read_description
from nasbench_suite.jobs.folder import CONFIG, LOG, WALL_SECONDS
from nasbench_suite.whole_number import is_whole

_NUMBER = re.compile(r"^(seed|seeds): (\d{1,15})$", re.MULTILINE)


@dataclass(frozen=True)
class FoundJob:
    """A job that was begun.

    Attributes:
        config_id: of its configuration.
        name: label, or the algorithm's name.
        command: that runs it alone; None where a program asked for it.
        done: seeds of the searches that are finished.
        asked: first seed and number of the searches that were asked for.
        seconds: that the finished searches took, by seed.
        damage: what is wrong with its files; None where nothing is.
    """

    config_id: str
    name: str
    command: str | None
    done: frozenset[int]
    asked: tuple[int, int]
    seconds: dict[int, float]
    damage: str | None = None


def find_jobs(folders: Iterable[Path]) -> list[FoundJob]:
    """Reads every job in or below some folders; what says nothing of itself is passed over."""
    paths = sorted({path.parent.resolve() for folder in folders for path in folder.rglob(JOB)})
    return [job for path in paths if (job := _read(path)) is not None]


def _read(folder: Path) -> FoundJob | None:
    place = manifest.staged(folder, JOB) if not (folder / JOB).exists() else folder / JOB
    try:
        description = {} if place.is_symlink() else read_description(folder)
    except (ResultsError, OSError):
        return None
    texts = [description.get(key) for key in ("config_id", "algorithm")]
    if not all(isinstance(text, str) for text in texts):
        return None
    label, command = description.get("label"), description.get("command")
    seconds: dict[int, float] = {}
    damage: str | None = None
    try:
        seconds |= _wall_seconds(_bytes(manifest.place(folder, WALL_SECONDS)))
        found = manifest.read(folder)
        damaged = [] if found is None else manifest.check(folder)
        damage = f"damaged or missing: {', '.join(damaged)}" if damaged else None
        done = set() if found is None else set(found.seeds)
    except (ResultsError, OSError) as error:
        damage, done = str(error), set()
    for seed, took in _logged(_bytes(folder / LOG)):
        done.add(seed)
        seconds.setdefault(seed, took)
    numbers = {key: int(value) for key, value in _NUMBER.findall(_bytes(folder / CONFIG).decode(errors="replace"))}
    return FoundJob(
        str(texts[0]),
        label if isinstance(label, str) else str(texts[1]),
        command if isinstance(command, str) else None,
        frozenset(done),
        (numbers.get("seed", 0), numbers.get("seeds", len(done))),
        seconds,
        damage,
    )


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() and not path.is_symlink() else b""


def _wall_seconds(content: bytes) -> dict[int, float]:
    try:
        found = json.loads(content or b"{}")
        return {int(seed): float(value) for seed, value in found.items()}
    except (ValueError, TypeError, AttributeError, RecursionError):
        return {}


def _logged(content: bytes) -> Iterator[tuple[int, float]]:
    for record in journal.read(content).records:
        seed: Any = record.get("seed") if isinstance(record, dict) else None
        if is_whole(seed):
            took = record.get("wall_seconds")
            yield seed, float(took) if isinstance(took, int | float) else 0.0
