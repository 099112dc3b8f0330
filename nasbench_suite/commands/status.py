"""`nasbench-suite status`: where every job of a sweep stands."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from nasbench_suite.errors import ResultsError
from nasbench_suite.jobs.description import JOB, read_description
from nasbench_suite.report.words import one_line
from nasbench_suite.sweeps.status import STATES, JobStatus, job_statuses

_HEADER = ("state", "searches", "seconds", "config", "", "started again, a sweep")


def show(folders: Sequence[Path], as_json: bool) -> None:
    """Prints a table, or a list of objects in JSON.

    Raises:
        ResultsError: there is no such folder, or neither a job nor a sweep's plan in it.
    """
    folders = [folder.expanduser() for folder in folders]
    for folder in folders:
        if not folder.is_dir():
            raise ResultsError(f"{folder}: expected a results folder, there is none; `nasbench-suite run` makes one")
    jobs = job_statuses(folders)
    if not jobs:
        for path in sorted(path for folder in folders for path in folder.rglob(JOB)):
            read_description(path.parent)  # raises where another version wrote it
        where = ", ".join(map(str, folders))
        raise ResultsError(f"{where}: expected jobs or a sweep's plan in or below it, found none")
    print(json.dumps([job.record() for job in jobs], indent=2) if as_json else "\n".join(_lines(jobs)))


def _lines(jobs: Sequence[JobStatus]) -> Iterator[str]:
    counts = [f"{number} {state}" for state in STATES if (number := sum(job.state == state for job in jobs))]
    yield f"{len(jobs)} job{'' if len(jobs) == 1 else 's'}: {', '.join(counts)}"
    rows = [_HEADER, *(_row(job) for job in sorted(jobs, key=lambda job: STATES.index(job.state)))]
    widths = [max(len(row[at]) for row in rows) for at in range(len(_HEADER))]
    for row in rows:
        yield "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
    for job in jobs:
        if job.reason is not None:
            yield one_line(f"{job.label}: {job.reason}")
        if job.state != "finished" and job.command is not None:
            yield one_line(f"  {job.label} alone: {job.command}")


def _row(job: JobStatus) -> tuple[str, ...]:
    seconds = "-" if job.seconds is None else f"{job.seconds:,.1f}"
    searches = f"{job.seeds_done}/{job.seeds_planned}"
    return job.state, searches, seconds, one_line(job.config_id or "-"), one_line(job.label), job.restart
