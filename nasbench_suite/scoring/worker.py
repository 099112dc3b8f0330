"""Who computes scores: a worker in this process, or several in processes of their own."""

import math
import multiprocessing
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from nasbench_suite.errors import ConfigError, ResultsError
from nasbench_suite.processes import set_up_process
from nasbench_suite.scores import compute_score
from nasbench_suite.scoring.folder import Scored
from nasbench_suite.space import Space
from nasbench_suite.training.clock import clock
from nasbench_suite.training.images import ImageDataset

Wanted = tuple[str, Sequence[str]]  # an architecture's text, and the scores to compute


class ScoredImages(NamedTuple):
    """What every network sees.

    Attributes:
        images: float32 (B, C, H, W), normalised by the training images' mean and deviation.
        labels: int64 (B,).
        network: the settings of a network that follow from the data set.
    """

    images: Tensor
    labels: Tensor
    network: Mapping[str, int]


def draw_batch(data: ImageDataset, size: int, seed: int) -> ScoredImages:
    """Draws training images without replacement; they are not augmented.

    Raises:
        ConfigError: there are fewer.
    """
    if size > len(data.train):
        raise ConfigError(
            f"batch: expected at most {len(data.train):,}, as {data.name} has training images, got {size}"
        )
    images = data.train.select(np.random.default_rng(seed).permutation(len(data.train))[:size].tolist())
    mean, deviation = (torch.tensor(values).view(1, -1, 1, 1) for values in (data.mean, data.std))
    settings = {"classes": data.classes, "in_channels": data.in_channels}
    return ScoredImages((images.pixels.float() - mean) / deviation, images.labels, settings)


class ScoreWorker:
    """Computes scores of one architecture at a time."""

    def __init__(
        self, space: Space[Any], network: Mapping[str, Any], batch: ScoredImages, seed: int, device: torch.device
    ) -> None:
        """
        Args:
            space: of the architectures.
            network: settings of its networks, beside those that follow from the data set.
            batch: what they see.
            seed: of the networks' first values and of what a score draws itself.
            device: to compute on.
        """
        self._space, self._settings, self._seed, self._device = space, {**batch.network, **network}, seed, device
        self._images, self._labels = batch.images, batch.labels
        self._warm: set[str] = set()  # computed once in this process, whose first time PyTorch takes for itself

    def score(self, wanted: Wanted) -> dict[str, Scored]:
        """Computes scores; an architecture's depend on the seed and on no other architecture."""
        torch.set_num_threads(1)  # more workers, not more threads, make small networks fast
        text, names = wanted
        images, labels = self._images.to(self._device), self._labels.to(self._device)
        if cold := [name for name in names if name not in self._warm]:
            network = self._build(text)
            for name in cold:
                compute_score(name, network, images, labels, self._seed)
            self._warm.update(cold)
        now = clock(self._device)
        started = now()
        network = self._build(text)
        building, scores = now() - started, {}
        for name in names:
            started = now()
            value = compute_score(name, network, images, labels, self._seed)
            scores[name] = Scored(value if math.isfinite(value) else None, building + now() - started)
        return scores

    def _build(self, text: str) -> nn.Module:
        with torch.random.fork_rng():
            torch.manual_seed(self._seed)
            return self._space.network(self._space.parse(text), **self._settings).to(self._device)


def compute(worker: ScoreWorker, wanted: Sequence[Wanted], workers: int) -> Iterator[tuple[str, dict[str, Scored]]]:
    """Yields the scores of each architecture as they come: with one worker in order, with several in any.

    Args:
        worker: which each process has a copy of.
        wanted: architectures' texts and scores.
        workers: how many processes; 1 for this one.

    Raises:
        ResultsError: a process died.
    """
    if min(workers, len(wanted)) <= 1:
        yield from ((each[0], worker.score(each)) for each in wanted)
        return
    # spawn: torch's threads and locks do not survive a fork
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(min(workers, len(wanted)), context, _begin, (worker,))
    try:
        under_way = {pool.submit(_score, each): each[0] for each in wanted}
        for done in as_completed(under_way):
            yield under_way[done], done.result()
    except BrokenProcessPool:
        raise ResultsError(
            "a worker died, perhaps for want of memory; start again to go on, with fewer workers="
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)


_mine: list[ScoreWorker] = []  # of this process, where it is a worker


def _begin(worker: ScoreWorker) -> None:
    set_up_process()
    _mine[:] = [worker]


def _score(wanted: Wanted) -> dict[str, Scored]:
    return _mine[0].score(wanted)
