"""From a plan to columns of scores: what is not finished yet is computed, then everything is written."""

import csv
import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from nasbench_suite.atomic_write import atomic_write, cannot_write
from nasbench_suite.building.chosen import ORDER_SEED
from nasbench_suite.errors import ConfigError
from nasbench_suite.importing.annotate import annotate
from nasbench_suite.importing.tidy_columns import TidyColumnReader
from nasbench_suite.progress import Progress
from nasbench_suite.scores import compute_score
from nasbench_suite.scoring.folder import CSV, Scored, ScoreFolder
from nasbench_suite.scoring.plan import ScorePlan, seconds_of
from nasbench_suite.training.clock import clock
from nasbench_suite.training.datasets import load_dataset
from nasbench_suite.training.device import check_device
from nasbench_suite.training.images import ImageDataset


class ScoresDone(NamedTuple):
    """What was computed for the architectures of a plan.

    Attributes:
        csv: a tidy CSV of all scores in the plan's folder, also those of earlier plans that differ in nothing but
            architectures and scores.
        columns: the file beside the table; None without a table.
        known: how many architectures have the score, by its name.
        seconds: mean of what a score took, by its name.
    """

    csv: Path
    columns: Path | None
    known: Mapping[str, int]
    seconds: Mapping[str, float]


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


def run(plan: ScorePlan) -> ScoresDone:
    """Computes what is missing, one architecture after the other, in one thread.

    A kill at any moment loses no architecture that was noted as finished; what is written in the end is the same, but
    for seconds.

    Raises:
        ConfigError: the device is not there.
        DatasetError: the images are not there.
        ResultsError: the folder cannot be written, is in use, or was begun by another plan or version.
    """
    torch.set_num_threads(1)
    config = plan.config
    device = torch.device(check_device("device", config["device"]))
    root = config["datasets_root"]
    data = load_dataset(plan.dataset, None if root is None else Path(root), config["official"])
    batch = draw_batch(data, config["batch"], config["seed"], device)
    texts = {plan.space.format(arch): arch for arch in plan.archs}
    with ScoreFolder.open(plan.folder, {**plan.describe(), "images": data.checksum}) as folder:
        missing = {text: _missing(plan.scores, folder.results.get(text, {})) for text in texts}
        todo = [text for text in _shuffled(list(texts)) if missing[text]]
        with Progress(f"score {plan.space.name}", len(texts), unit="architecture") as progress:
            progress.start_at(len(texts) - len(todo))
            for text in todo:
                folder.append(text, score_architecture(plan, texts[text], missing[text], batch))
                progress.advance()
        path = folder.path / CSV
        try:
            atomic_write(path, _to_csv(folder.results, plan.dataset, device.type))
        except OSError as error:
            raise cannot_write(path, error, "start again to go on") from error
        found = [folder.results[text] for text in texts]
    if plan.table is not None:
        annotate(plan.table, [TidyColumnReader()], path, plan.dataset, place=plan.columns)
    return ScoresDone(
        csv=path,
        columns=plan.columns,
        known={name: sum(one[name].value is not None for one in found) for name in plan.scores},
        seconds={name: sum(one[name].seconds for one in found) / len(found) for name in plan.scores},
    )


def draw_batch(data: ImageDataset, size: int, seed: int, device: torch.device) -> ScoredImages:
    """Draws training images without replacement; they are not augmented.

    Raises:
        ConfigError: there are fewer.
    """
    if size > len(data.train):
        raise ConfigError(
            f"batch: expected at most {len(data.train):,}, the training images of {data.name}, got {size}"
        )
    images = data.train.select(np.random.default_rng(seed).permutation(len(data.train))[:size].tolist()).to(device)
    mean, deviation = (torch.tensor(values, device=device).view(1, -1, 1, 1) for values in (data.mean, data.std))
    settings = {"classes": data.classes, "in_channels": data.in_channels}
    return ScoredImages((images.pixels.float() - mean) / deviation, images.labels, settings)


def score_architecture(plan: ScorePlan, arch: Any, names: Sequence[str], batch: ScoredImages) -> dict[str, Scored]:
    """Computes scores of one architecture; its network's first values depend on the plan's seed and on nothing else."""
    seed, now = plan.config["seed"], clock(batch.images.device)
    started = now()
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = plan.space.network(arch, **batch.network, **plan.config["network"]).to(batch.images.device)
    building = now() - started
    scores = {}
    for name in names:
        started = now()
        value = compute_score(name, network, batch.images, batch.labels, seed)
        scores[name] = Scored(value if math.isfinite(value) else None, building + now() - started)
    return scores


def _missing(names: Sequence[str], known: Mapping[str, Scored]) -> list[str]:
    return [name for name in names if name not in known]


def _shuffled(texts: Sequence[str]) -> list[str]:
    """Returns a fixed random order, so that what is done so far is a uniform sample."""
    return [texts[at] for at in np.random.default_rng(ORDER_SEED).permutation(len(texts))]


def _to_csv(results: Mapping[str, Mapping[str, Scored]], dataset: str, device: str) -> bytes:
    """Writes all scores, architectures and columns in the order of their names."""
    names = sorted({name for scores in results.values() for name in scores})
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    headings = [heading for name in names for heading in (f"{name} [score]", f"{seconds_of(name)} [s@{device}]")]
    writer.writerow(["arch", "dataset", *headings])
    for arch, scores in sorted(results.items()):
        fields = [field for name in names for field in _fields(scores.get(name))]
        writer.writerow([arch, dataset, *fields])
    return text.getvalue().encode()


def _fields(scored: Scored | None) -> list[str]:
    if scored is None:
        return ["", ""]
    return ["" if scored.value is None else repr(scored.value), repr(scored.seconds)]
