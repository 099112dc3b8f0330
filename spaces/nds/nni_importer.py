"""Importer of NNI's `nds.db`: the trainings of one family."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.errors import ArchitectureError, SourceError
from nasbench_suite.importing.importer import Importer, NewWriter
from nasbench_suite.importing.nni_database import NNIDatabase, Record, recognises
from nasbench_suite.progress import Progress
from nasbench_suite.space import Space
from nasbench_suite.spaces.nds.job import NDSTraining
from nasbench_suite.spaces.nds.nni_architectures import published_net
from nasbench_suite.spaces.nds.series import UNITS, TrainingSeries
from nasbench_suite.table import Metadata

if TYPE_CHECKING:
    from nasbench_suite.spaces.nds.space import NDSSpace

_DATASETS: Final = {"cifar10": "cifar10", "imagenet": "ImageNet"}
_GENERATORS: Final = {"random": "", "fix_w_d": "_fix-w-d", "tune_lr_wd": "_lr-wd"}
_UNITS: Final = UNITS | {
    "test_accuracy": "percent",
    "train_accuracy": "percent",
    "parameters": "millions",
    "flops": "millions",
}


class NDSDatabaseImporter(Importer):
    """Reads the trainings of one family, under the published files' names of trial sets.

    NNI's conversion put the reruns, the other random samples and the groups `top` and `mid` together, so they are one
    trial set here. A loss that is null was NaN, and is NaN again. Trainings are numbered by the database's ids.
    """

    format = "nds-nni"

    def __init__(self, space: "NDSSpace[Any]") -> None:
        """
        Args:
            space: the family.
        """
        self.describes = f"NNI's nds.db (format {self.format})"
        self._space = space

    def recognises(self, path: Path) -> bool:
        """Whether the file is a database of SQLite with NNI's tables of NDS."""
        return recognises(path, "nds")

    def read(self, path: Path, space: Space[Any], new_writer: NewWriter, progress: Progress) -> Metadata:
        """Writes the table of a family."""
        rows: dict[Any, int] = {}
        series: dict[tuple[str, int], TrainingSeries] = {}
        nulls = 0
        with NNIDatabase(path, "nds") as database:
            for trial in database.trials("WHERE config.proposer = ? ORDER BY stats.id", [self._space.family.lower()]):
                where = f"{path}, trial {trial['id']}"
                try:
                    trial_set, training = self._training(trial, [m for _, m in database.intermediates(trial["id"])])
                except (ArchitectureError, KeyError, TypeError, ValueError, OverflowError) as error:
                    raise SourceError(f"{where}: {error}") from None
                row = rows.setdefault(training.arch, len(rows))
                found = series.setdefault((trial_set, training.schedule), TrainingSeries(trial_set, training.schedule))
                found.add(row, training, where)
                nulls += int(np.isnan(training.curves["train_loss"]).sum())
        progress.advance(path.stat().st_size)
        if not rows:
            raise SourceError(f"{path}: expected at least one training of {self._space.family}")
        return self._write(new_writer, rows, series, nulls)

    def _write(
        self, new_writer: NewWriter, rows: dict[Any, int], series: dict[tuple[str, int], TrainingSeries], nulls: int
    ) -> Metadata:
        ordered = [series[key] for key in sorted(series)]
        units = {metric: _UNITS[metric] for metric in sorted({metric for one in ordered for metric in one.metrics()})}
        with new_writer(units, dict.fromkeys(one.trial_set for one in ordered)) as writer:
            writer.set_architectures(list(rows))
            for one in ordered:
                one.write(writer, len(rows))
            writer.counts |= {
                "trainings": sum(one.trainings for one in ordered),
                "diverged": sum(one.diverged for one in ordered),
                "repeated_seeds": sum(one.repeated for one in ordered),
                "losses_null_for_nan": nulls,
            }
            return writer.finish()

    def _training(self, trial: Record, measured: list[Record]) -> tuple[str, NDSTraining]:
        config = trial["config"]
        schedule = config["num_epochs"]
        if [one["current_epoch"] for one in measured] != list(range(1, schedule + 1)):
            raise ArchitectureError(f"expected what it measured after each of {schedule} epochs, got {len(measured)}")
        if config["dataset"] not in _DATASETS or config["generator"] not in _GENERATORS:
            raise ArchitectureError(
                f"unknown data set {config['dataset']!r:.40} or generator {config['generator']!r:.40}"
            )
        optim = {"base_lr": config["base_lr"], "wd": config["weight_decay"], "max_ep": schedule}
        training = NDSTraining(
            self._space.from_source(published_net(config), optim),
            schedule,
            trial["seed"],
            trial["id"],
            {
                "parameters": float(trial["parameters"]),
                "flops": float(trial["flops"]),
                "train_seconds_per_step": float(trial["iter_time"]),
            },
            {
                "test_accuracy": _accuracies(measured, "test_acc"),
                "train_accuracy": _accuracies(measured, "train_acc"),
                "train_loss": np.array(
                    [np.nan if m["train_loss"] is None else m["train_loss"] for m in measured], float
                ),
            },
        )
        return _DATASETS[config["dataset"]] + _GENERATORS[config["generator"]], training


def _accuracies(measured: list[Record], column: str) -> NDArray[np.float64]:
    values = np.array([one[column] for one in measured], dtype=np.float64)
    if not ((values >= 0) & (values <= 100)).all():
        raise ArchitectureError(f"expected {column} in percent, 0 to 100")
    return values
