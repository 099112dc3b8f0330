"""A batch that does not fit in memory is told, with one that does."""

import os
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

from nasbench_suite.errors import ConfigError
from nasbench_suite.ledger import Ledger
from nasbench_suite.one_shot.algorithm import StepMetrics
from nasbench_suite.one_shot.batch import Batch
from nasbench_suite.one_shot.memory import fits, is_out_of_memory, largest_half_that_fits, peak_mib
from nasbench_suite.one_shot.search import search

# allocates for real what each image takes, and lets the process have half a gibibyte more than it has
PROGRAM = """
import resource, sys
from dataclasses import replace
from functools import partial
from pathlib import Path
import torch
import tiny_search as tiny
from nasbench_suite.errors import ConfigError
from nasbench_suite.ledger import Ledger
from nasbench_suite.one_shot.search import search

class Greedy(tiny.Tiny):
    def step(self, train, valid):
        torch.empty(train.total, 12, 2**20, dtype=torch.uint8)
        return super().step(train, valid)

torch.set_num_threads(1)
settings = replace(tiny.SETTINGS, batch=100)
tiny.make(algorithm=tiny.Tiny).step_once()
pages = int(Path("/proc/self/statm").read_text().split()[0])
limit = pages * resource.getpagesize() + 2**29
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
try:
    search(partial(tiny.make, algorithm=Greedy), settings, Ledger(), Path(sys.argv[1]), "it", lambda record: None)
except ConfigError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits a process's memory as Linux does")
def test_a_batch_that_does_not_fit_is_told_with_the_one_that_does(tmp_path: Path, plugins: None) -> None:
    command = [sys.executable, "-c", PROGRAM, str(tmp_path / "state.pt")]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment)
    assert done.returncode == 0, done.stderr
    # 100 images of 12 MiB do not fit in 512 MiB, 50 do not, 25 do
    assert done.stdout.startswith("supernet.batch: 100 images do not fit in memory, 25 would (")
    assert done.stdout.count("\n") == 1 and "can't allocate memory" in done.stdout


class Limited:
    """A machine with memory for so many images a step, and so many an evaluation."""

    def __init__(self, tiny: ModuleType, step: int, evaluation: int) -> None:
        self.step, self.evaluation, self.tiny = step, evaluation, tiny

    def make(self, settings: Any) -> Any:
        trainer = self.tiny.make(settings, algorithm=self.algorithm)
        session, accuracy = trainer._session, trainer._session.accuracy

        def limited(batch: Batch, edge_weights: Any) -> float:
            self.take(batch.total, self.evaluation)
            found: float = accuracy(batch, edge_weights)
            return found

        session.accuracy = limited
        return trainer

    def algorithm(self) -> Any:
        take, step = self.take, self.step

        class Taking(self.tiny.Tiny):  # type: ignore[misc, name-defined]
            def step(self, train: Batch, valid: Batch | None) -> StepMetrics:
                take(train.total, step)
                return super().step(train, valid)

        return Taking()

    def take(self, images: int, limit: int) -> None:
        if images > limit:
            raise torch.OutOfMemoryError("CUDA out of memory.\nTried to allocate 2 GiB.")


@pytest.mark.parametrize(
    ("step", "evaluation", "message"),
    [
        (30, 90, "supernet.batch: 100 images do not fit in memory, 25 would"),
        (0, 90, "supernet.batch: 100 images do not fit in memory, not even 1 does; use a smaller supernet.network"),
        (100, 40, "supernet.evaluation_batch: 256 images do not fit in memory, 32 would"),
    ],
)
def test_the_message_names_what_is_too_large(
    tiny: ModuleType, tmp_path: Path, step: int, evaluation: int, message: str
) -> None:
    limited, settings = Limited(tiny, step, evaluation), replace(tiny.SETTINGS, batch=100)
    with pytest.raises(ConfigError) as caught:
        search(limited.make, settings, Ledger(), tmp_path / "s.pt", "it", lambda record: None)
    assert str(caught.value) == f"{message} (CUDA out of memory.)"


def test_what_an_algorithm_does_besides_its_steps_is_told_apart(tiny: ModuleType, tmp_path: Path) -> None:
    class Greedy(tiny.Tiny):  # type: ignore[misc, name-defined]
        def end_epoch(self) -> None:
            raise torch.OutOfMemoryError("CUDA out of memory.")

    with pytest.raises(ConfigError, match="though 40 images fit in it for a step: for what the algorithm does besides"):
        search(partial(tiny.make, algorithm=Greedy), tiny.SETTINGS, Ledger(), tmp_path / "s.pt", "it", lambda r: None)


def test_other_errors_are_not_taken_for_a_want_of_memory() -> None:
    assert not is_out_of_memory(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
    assert is_out_of_memory(MemoryError())

    def broken(size: int) -> None:
        raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        fits(4, broken)


def test_halves_are_tried_from_the_largest_on() -> None:
    tried = []

    def attempt(size: int) -> None:
        tried.append(size)
        if size > 6:
            raise MemoryError

    assert largest_half_that_fits(100, attempt) == 6
    assert tried == [50, 25, 12, 6]


@pytest.mark.skipif(os.name != "posix", reason="the system does not tell")
def test_the_peak_of_a_process_rises_with_what_it_takes() -> None:
    before = peak_mib(torch.device("cpu"))
    held = torch.ones(2**28, dtype=torch.uint8)  # written, so that it is really there
    after = peak_mib(torch.device("cpu"))
    assert before is not None and after is not None
    assert after >= before and after > held.numel() / 2**20
