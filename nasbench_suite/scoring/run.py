"""From a plan to columns of scores: what is not finished yet is computed, then everything is written."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from nasbench_suite.atomic_write import atomic_write, cannot_write
from nasbench_suite.building.architectures import ORDER_SEED
from nasbench_suite.errors import TableError
from nasbench_suite.importing.annotate import annotate, check_free
from nasbench_suite.importing.tidy_columns import TidyColumnReader
from nasbench_suite.planned_folder import PLAN
from nasbench_suite.progress import Progress
from nasbench_suite.scoring.folder import CSV, Scored, ScoreFolder
from nasbench_suite.scoring.plan import ScorePlan, seconds_of
from nasbench_suite.scoring.worker import ScoreWorker, compute, draw_batch
from nasbench_suite.table import Table
from nasbench_suite.training.datasets import load_dataset
from nasbench_suite.training.device import check_device


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


def run(plan: ScorePlan) -> ScoresDone:
    """Computes what is missing, with one thread per worker.

    A kill at any moment loses no architecture that was noted as finished; what is written in the end is the same, but
    for seconds.

    Raises:
        ConfigError: the device is not there.
        DatasetError: the images are not there.
        ResultsError: the folder cannot be written, is in use, or was begun by another plan or version; a worker died.
        TableError: the table has such columns from another source.
    """
    config = plan.config
    device = torch.device(check_device("device", config["device"]))
    root = config["datasets_root"]
    data = load_dataset(plan.dataset, None if root is None else Path(root), config["official"])
    batch = draw_batch(data, config["batch"], config["seed"])
    worker = ScoreWorker(plan.space, config["network"], batch, config["seed"], device)
    if plan.table is not None and plan.columns is not None:
        # last of the checks: nobody is to remove good scores for a configuration that cannot be computed
        _check_free(plan, plan.table, plan.columns)
    texts = [plan.space.format(arch) for arch in plan.archs]
    with ScoreFolder.open(plan.folder, {**plan.describe(), "images": data.checksum}) as folder:
        missing = {text: _missing(plan.scores, folder.results.get(text, {})) for text in texts}
        todo = [text for text in _shuffled(texts) if missing[text]]
        with Progress(f"score {plan.space.name}", len(texts), unit="architecture") as progress:
            progress.start_at(len(texts) - len(todo))
            for text, scored in compute(worker, [(text, missing[text]) for text in todo], config["workers"]):
                folder.append(text, scored)
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


def _check_free(plan: ScorePlan, table: Table, place: Path) -> None:
    try:
        check_free(table, plan.wanted, place)
    except TableError as error:
        names = {name for _, name in plan.wanted}
        for file in table.columns.files:
            # as `ScorePlan.columns` names them
            _, _, own = file.path.name.partition(".score.")
            if file.path != place and own and any(one.name in names for one in file.annotation.columns):
                raise TableError(
                    f"table {table.name} has scores of {plan.dataset} by `score` with {_difference(plan, own[:8])}, in "
                    f"{file.path}; remove that file to replace it, or keep both: score a copy of the table under "
                    "another name"
                ) from error
        raise


def _difference(plan: ScorePlan, other: str) -> str:
    """Returns what the plan of some id has instead, where its folder is still there."""
    try:
        known = json.loads((plan.folder.with_name(plan.folder.name.replace(plan.id, other)) / PLAN).read_text())
        differ = [f"{key}={known[key]}" for key, value in plan.decisive.items() if known[key] != value]
    except (OSError, ValueError, LookupError, TypeError):
        differ = []
    return ", ".join(differ) or "another network, seed, batch or device"


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
