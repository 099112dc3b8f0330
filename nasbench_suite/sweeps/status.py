"""Where every job of some results folders stands: finished, begun, planned or failed, and what a restart would do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from nasbench_suite.sweeps.found_job import FoundJob, find_jobs
from nasbench_suite.sweeps.notes import JobNote, read_notes
from nasbench_suite.sweeps.plan import PlannedJob, job_key, read_plans

State = Literal["finished", "begun", "planned", "failed"]
STATES: tuple[State, ...] = ("finished", "begun", "planned", "failed")


@dataclass(frozen=True)
class JobStatus:
    """Where a job stands.

    Attributes:
        config_id: of its configuration; None where it has not been begun.
        label: its own, or its algorithm and what differs from the others.
        state: `begun` means that searches are left, whether or not a process is at them now.
        seeds_done: searches that are finished.
        seeds_planned: searches that were asked for.
        reason: why it failed, or is damaged.
        seconds: that the finished searches took; None where nobody measured them.
        command: that runs it alone; None where a program asked for it.
        restart: what starting the sweep again does with it.
    """

    config_id: str | None
    label: str
    state: State
    seeds_done: int
    seeds_planned: int
    reason: str | None
    seconds: float | None
    command: str | None
    restart: str

    @property
    def begun(self) -> bool:
        """Whether it has a folder."""
        return self.config_id is not None

    def record(self) -> dict[str, Any]:
        """Returns it as plain values."""
        return dict(vars(self))


@dataclass
class _Job:
    """What is known of a job, from its folders, the plans and the notes."""

    found: list[FoundJob] = field(default_factory=list)
    planned: list[PlannedJob] = field(default_factory=list)
    note: JobNote | None = None

    @property
    def command(self) -> str | None:
        commands = [*(one.command for one in self.found), *(one.command for one in self.planned)]
        return next((command for command in commands if command is not None), None)

    @property
    def done(self) -> set[int]:
        return {seed for one in self.found for seed in one.done}

    @property
    def asked(self) -> int:
        ranges = [*(range(first, first + count) for first, count in (one.asked for one in self.found))]
        ranges += [one.seeds for one in self.planned]
        done = self.done
        # counted without making them: a file may be anybody's
        ends = sorted((one.start, one.stop) for one in ranges if len(one))
        total, reached = 0, 0
        for start, stop in ends:
            total += max(0, stop - max(start, reached))
            reached = max(reached, stop)
        return total + sum(not any(seed in one for one in ranges) for seed in done)


def job_statuses(folders: Iterable[Path]) -> list[JobStatus]:
    """Lists every job that was begun in or below some folders, or that a sweep there has planned."""
    folders = list(folders)
    jobs = _gathered(
        find_jobs(folders), [job for plan in read_plans(folders) for job in plan.jobs], read_notes(folders)
    )
    commands = [job_key(job.command) for job in jobs if job.command is not None]
    shared = frozenset.intersection(*commands) if len(commands) > 1 else frozenset()
    return [_status(job, shared) for job in jobs]


def _gathered(found: Sequence[FoundJob], planned: Sequence[PlannedJob], notes: Sequence[JobNote]) -> list[_Job]:
    by_id: dict[str, _Job] = {}
    for one in found:
        by_id.setdefault(one.config_id, _Job()).found.append(one)
    by_key = {job_key(one.command): by_id[one.config_id] for one in found if one.command is not None}
    for note in notes:  # that another command had finished it
        if note.reason is None and note.config_id in by_id:
            by_key.setdefault(job_key(note.command), by_id[note.config_id])
    jobs = list(by_id.values())
    for job in planned:
        key = job_key(job.command)
        if key not in by_key:
            by_key[key] = _Job()
            jobs.append(by_key[key])
        by_key[key].planned.append(job)
    for note in notes:
        if note.reason is not None:
            key = job_key(note.command)
            if key in by_key:
                by_key[key].note = note
    return jobs


def _status(job: _Job, shared: frozenset[str]) -> JobStatus:
    done, asked = len(job.done), job.asked
    damage = next((one.damage for one in job.found if one.damage is not None), None)
    failed = job.note.reason if job.note is not None and done < asked else None
    state: State = "failed" if damage or failed else "finished" if done >= asked and job.found else "planned"
    if state == "planned" and job.found:
        state = "begun"
    times = {seed: took for one in job.found for seed, took in one.seconds.items()}
    return JobStatus(
        job.found[0].config_id if job.found else None,
        _label(job, shared),
        state,
        done,
        asked,
        damage or failed,
        round(sum(times.values()), 3) if times else None,
        job.command,
        _restart(state, asked - done, damage),
    )


def _label(job: _Job, shared: frozenset[str]) -> str:
    words = [] if job.command is None else sorted(job_key(job.command) - shared - {"hydra.mode=RUN"})
    name = job.found[0].name if job.found else None
    named = [word.partition("=")[2] for word in words if word.startswith("algorithm=")]
    name = name or (named[0] if named else "job")
    others = [word for word in words if not word.startswith("algorithm=")]
    return f"{name} ({', '.join(others)})" if others else name


def _restart(state: State, left: int, damage: str | None) -> str:
    searches = f"{left:,} search{'' if left == 1 else 'es'}"
    if damage is not None:
        return "ends with the same complaint, until the files are back"
    if state == "finished":
        return "skips it"
    return {"begun": f"goes on with {searches}", "failed": f"tries again, {searches}"}.get(state, f"runs {searches}")
