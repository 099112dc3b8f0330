"""Runs a job: what is not finished of its searches, across processes, into its folder."""

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack
from pathlib import Path

from nasbench_suite.distributed import from_first
from nasbench_suite.jobs.folder import JobFolder, SeedRecord
from nasbench_suite.jobs.job import Job
from nasbench_suite.jobs.live import OpenObserver
from nasbench_suite.jobs.search_kind import kind_of
from nasbench_suite.jobs.searcher import Searcher
from nasbench_suite.processes import die_with_parent
from nasbench_suite.progress import Progress


def open_searcher(job: Job, live: OpenObserver | None = None) -> Searcher:
    """Opens what the searches of one process share."""
    return kind_of(job.config["algorithm"]).open_searcher(job, live)


def run(job: Job, live: OpenObserver | None = None) -> Path:
    """Runs what is not finished yet of a job, and returns its folder.

    The results do not depend on how many processes there are. A kill at any moment loses no finished seed. Of processes
    that `torchrun` started all run the searches, and the first keeps the folder.

    Args:
        job: what to run.
        live: opens who watches each one-shot search; a module's function, so that processes can be handed it.

    Raises:
        ResultsError: the folder cannot be written, is in use, or was begun by another version.
    """
    with ExitStack() as stack:
        folder: JobFolder | None = None

        def unfinished() -> list[int]:
            nonlocal folder
            folder = stack.enter_context(JobFolder.open(job.folder, job.describe(), job.config))
            return [] if folder.finished else [seed for seed in job.seeds if seed not in folder.seeds]

        todo = from_first(unfinished)
        if folder is None:
            searcher = open_searcher(job, live)
            for seed in todo:
                searcher.run(seed, None)
        elif not folder.finished:
            _run(job, folder, todo, live)
    return job.folder


def _run(job: Job, folder: JobFolder, todo: Sequence[int], live: OpenObserver | None) -> None:
    name = f"{job.choices['algorithm']} on {job.choices['space']}/{job.config['dataset']}"
    steps = job.plan.steps
    with Progress(name, len(job.seeds) * steps, unit="seed" if steps == 1 else "step") as progress:
        progress.skip(len(folder.seeds) * steps)
        for record in _records(job, todo, progress, live):
            folder.append(record)
    folder.compact()


def _records(job: Job, seeds: Sequence[int], progress: Progress, live: OpenObserver | None) -> Iterator[SeedRecord]:
    cores = min(job.config["cores"], len(seeds))
    if cores <= 1:
        searcher = open_searcher(job, live)
        for seed in seeds:
            yield searcher.run(seed, progress)
        return
    # spawn, for an LMDB map does not survive a fork; a few seeds a task, so that the queue costs nothing
    size = max(1, min(25, len(seeds) // (4 * cores)))
    parts = [seeds[start : start + size] for start in range(0, len(seeds), size)]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(cores, context, initializer=_start, initargs=(job, live)) as pool:
        for done in as_completed([pool.submit(_run_part, part) for part in parts]):
            for record in done.result():
                progress.advance(job.plan.steps)
                yield record


_searcher: Searcher


def _start(job: Job, live: OpenObserver | None) -> None:
    """Sets a worker process up."""
    global _searcher
    die_with_parent()
    _searcher = open_searcher(job, live)


def _run_part(seeds: Sequence[int]) -> list[SeedRecord]:
    return [_searcher.run(seed, None) for seed in seeds]
