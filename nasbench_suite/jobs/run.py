"""Runs a job: what is not finished of its searches, across processes, into its folder."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from nasbench_suite.distributed import from_first
from nasbench_suite.errors import ProcessKilledError
from nasbench_suite.jobs.epoch_observer import OpenObserver
from nasbench_suite.jobs.folder import JobFolder
from nasbench_suite.jobs.job import Job
from nasbench_suite.jobs.search_kind import kind_of
from nasbench_suite.jobs.searcher import Searcher
from nasbench_suite.jobs.seed_record import SeedRecord
from nasbench_suite.processes import set_up_process, usable_cores
from nasbench_suite.progress import Progress, SharedProgress

if TYPE_CHECKING:
    from multiprocessing.sharedctypes import SynchronizedArray

# seconds between two looks at how far the processes are
_UNTIL_SHOWN = 0.5


def open_searcher(job: Job, observer: OpenObserver | None = None) -> Searcher:
    """Opens what the searches of one process share."""
    return kind_of(job.config["algorithm"]).open_searcher(job, observer)


def open_progress(job: Job, searches: int) -> Progress:
    """Opens a progress bar for so many of a job's searches."""
    name = f"{job.choices['algorithm']} on {job.choices['space']}/{job.config['dataset']}"
    return Progress(name, searches * job.plan.steps, unit="seed" if job.plan.one_shot is None else "step")


def run(
    job: Job,
    observer: OpenObserver | None = None,
    *,
    wait: bool = True,
    begun: Callable[[Sequence[int]], None] | None = None,
) -> Path:
    """Runs what is not finished yet of a job, and returns its folder.

    The results do not depend on how many processes there are. A kill at any moment loses no finished seed. Of processes
    that `torchrun` started all run the searches, and the first keeps the folder.

    Args:
        job: what to run.
        observer: opens who watches each one-shot search; a module's function, so that processes can be handed it.
        wait: whether another process that works in its folder is waited for.
        begun: is handed the seeds that are left, none of a finished job, before they are searched; in the process that
            keeps the folder.

    Raises:
        FolderBusyError: another process works in the folder, and is not waited for.
        ProcessKilledError: a process was killed.
        ResultsError: the folder cannot be written, is damaged, or was begun by another version.
    """
    with ExitStack() as stack:
        folder: JobFolder | None = None

        def unfinished() -> list[int]:
            nonlocal folder
            folder = stack.enter_context(JobFolder.open(job.folder, job.describe(), job.config, wait))
            missing = [seed for seed in job.seeds if seed not in folder.seeds]
            if begun is not None:
                begun(missing)
            if missing:
                folder.begin()
            return missing

        todo = from_first(unfinished)
        if folder is None:
            searcher = open_searcher(job, observer)
            for seed in todo:
                searcher.run(seed, None)
            return job.folder
        if todo:
            _run(job, folder, todo, observer)
        folder.compact()
    return job.folder


def _run(job: Job, folder: JobFolder, todo: Sequence[int], observer: OpenObserver | None) -> None:
    with open_progress(job, len(job.seeds)) as progress:
        progress.skip((len(job.seeds) - len(todo)) * job.plan.steps)
        for record in _records(job, todo, progress, observer):
            folder.append(record)


def _records(job: Job, seeds: Sequence[int], progress: Progress, observer: OpenObserver | None) -> Iterator[SeedRecord]:
    cores = min(job.config["cores"], len(seeds))
    if cores > (there := usable_cores()):
        # a table's look-ups keep a core busy; what trains on a GPU may wait for it
        kept = there if job.plan.clock == "simulated" else cores
        print(
            f"nasbench-suite: cores={job.config['cores']}: this machine has {there} to use; searching in {kept}",
            file=sys.stderr,
        )
        cores = kept
    if cores <= 1:
        searcher = open_searcher(job, observer)
        for seed in seeds:
            yield _timed(searcher, seed, progress)
    else:
        yield from _records_of_processes(job, seeds, cores, progress, observer)


def _records_of_processes(
    job: Job, seeds: Sequence[int], cores: int, progress: Progress, observer: OpenObserver | None
) -> Iterator[SeedRecord]:
    # a start with one core does without
    import multiprocessing
    from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
    from concurrent.futures.process import BrokenProcessPool

    # spawn, for an LMDB map does not survive a fork; a few seeds a task, so that the queue costs nothing
    size = max(1, min(25, len(seeds) // (4 * cores)))
    parts = [seeds[start : start + size] for start in range(0, len(seeds), size)]
    context = multiprocessing.get_context("spawn")
    # what the processes do now, and what they find done before
    within = context.Array("d", [0.0, 0.0]) if progress.shown else None
    executor = ProcessPoolExecutor(cores, context, initializer=_start, initargs=(job, observer, within))
    try:
        pending, seen = {executor.submit(_run_part, part) for part in parts}, [0.0, 0.0]
        while pending:
            done, pending = wait(pending, None if within is None else _UNTIL_SHOWN, FIRST_COMPLETED)
            if within is not None:
                now = within[:]
                if now[1] > seen[1]:
                    progress.skip(now[1] - seen[1])
                progress.advance(now[0] - seen[0])
                seen = now
            for part in done:
                yield from part.result()
    except BrokenProcessPool:
        raise ProcessKilledError(
            f"a process of cores={cores} was killed, perhaps for want of memory; its searches are not finished: start "
            "again to go on, with fewer cores"
        ) from None
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def _timed(searcher: Searcher, seed: int, progress: Progress | None) -> SeedRecord:
    start = time.perf_counter()
    record = searcher.run(seed, progress)
    return record._replace(wall_seconds=round(time.perf_counter() - start, 6))


_searcher: Callable[[], Searcher]
_progress: Progress | None = None


def _start(job: Job, observer: OpenObserver | None, done: "SynchronizedArray[float] | None") -> None:
    """Sets a worker process up; what it searches with is opened by its first task, so that an error comes out whole."""
    global _searcher, _progress
    set_up_process()
    _progress = None if done is None else SharedProgress(done)
    _searcher = cache(partial(open_searcher, job, observer))


def _run_part(seeds: Sequence[int]) -> list[SeedRecord]:
    searcher = _searcher()
    return [_timed(searcher, seed, _progress) for seed in seeds]
