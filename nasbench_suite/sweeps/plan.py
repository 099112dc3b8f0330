"""`sweep-ID.json`: the jobs of a sweep, written below its results before the first of them starts."""

import json
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from nasbench_suite.atomic_write import atomic_write, cannot_write, remove_abandoned
from nasbench_suite.configuration.identity import identity
from nasbench_suite.folder_lock import lock_folder
from nasbench_suite.whole_number import is_whole

_PATTERN = "sweep-*.json"
# keys that change neither what a search finds nor which job it belongs to
_NEUTRAL = ("results", "label", "tracking", "cores", "seed", "seeds", "hydra")


@dataclass(frozen=True)
class PlannedJob:
    """A job that a sweep is to run.

    Attributes:
        command: that runs it alone.
        first: seed of its first search.
        count: of its searches.
    """

    command: str
    first: int
    count: int

    @property
    def seeds(self) -> range:
        """Those of its searches."""
        return range(self.first, self.first + self.count)


@dataclass(frozen=True)
class SweepPlan:
    """What a sweep is to run.

    Attributes:
        command: that starts it.
        jobs: in its order.
    """

    command: str
    jobs: tuple[PlannedJob, ...]


def write_plan(folder: Path, plan: SweepPlan, add: bool = False) -> None:
    """Writes a sweep's plan; two launches of one sweep write the same file.

    Args:
        folder: root of the results.
        plan: of the sweep.
        add: whether jobs that its file names already stay, as where a sweeper chooses them one after another.

    Raises:
        ResultsError: it cannot be written.
    """
    path = folder / f"sweep-{identity(plan.command)}.json"
    with lock_folder(folder, wait=True):
        earlier = _read(path) if add and path.exists() else None
        jobs = dict.fromkeys([*(earlier.jobs if earlier else ()), *plan.jobs])
        content = {"command": plan.command, "jobs": [vars(job) for job in jobs]}
        try:
            remove_abandoned(folder)
            atomic_write(path, (json.dumps(content, indent=2) + "\n").encode())
        except OSError as error:
            raise cannot_write(folder, error, "choose another results=") from error


def read_plans(folders: Iterable[Path]) -> list[SweepPlan]:
    """Reads the plans of all sweeps in or below some folders; what is no plan is passed over."""
    paths = sorted({path.resolve() for folder in folders for path in folder.rglob(_PATTERN) if not path.is_symlink()})
    return [plan for path in paths if (plan := _read(path)) is not None]


def job_key(command: str) -> frozenset[str]:
    """Returns what of a job's command decides what it searches, in no order: two starts of one job have one key."""
    try:
        words = shlex.split(command)[2:]
    except ValueError:  # a file may be anybody's
        words = [command]
    return frozenset(word for word in words if word.partition("=")[0].partition(".")[0] not in _NEUTRAL)


def _read(path: Path) -> SweepPlan | None:
    try:
        content = json.loads(path.read_bytes())
        jobs = tuple(PlannedJob(**job) for job in content["jobs"])
        plan = SweepPlan(content["command"], jobs)
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None
    return plan if _is_sound(plan.command, jobs) else None


def _is_sound(command: object, jobs: Sequence[PlannedJob]) -> bool:
    texts = [command, *(job.command for job in jobs)]
    numbers = [number for job in jobs for number in (job.first, job.count)]
    return all(isinstance(text, str) for text in texts) and all(is_whole(n) and 0 <= n < 2**53 for n in numbers)
