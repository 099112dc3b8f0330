"""What a table says of itself: a JSON record at the end of its file. Reading one back is in `parsing`."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

FORMAT = 2
# format 2 moved the metadata to the file's end; what the content hash covers, and so the hash, stayed as it was
_CONTENT_FORMAT = 1

# of a schedule
MOST_EPOCHS = 1 << 16
# bytes; a table with a column for every epoch of four data sets has a tenth of it
LONGEST_RECORD = 1 << 23

# Columns that the engine understands; others are kept and can be read by name. A unit is what the source uses.
UNITS: dict[str, tuple[str, ...]] = {
    "train_accuracy": ("percent", "fraction", "percent_error"),
    "valid_accuracy": ("percent", "fraction", "percent_error"),
    "test_accuracy": ("percent", "fraction", "percent_error"),
    "train_loss": ("nats",),
    "valid_loss": ("nats",),
    "test_loss": ("nats",),
    "train_seconds": ("s",),  # from the start of the training to this epoch
    "train_seconds_per_epoch": ("s",),
    "train_seconds_per_step": ("s",),
    "valid_seconds": ("s",),  # one pass over the validation split
    "test_seconds": ("s",),
    "parameters": ("millions", "count"),
    "flops": ("millions", "count"),
    "latency": ("s",),
    "charged_epochs": ("epochs",),  # what a query counts in epochs, where that is not the epoch itself
}
# from the source's unit to the one that everybody outside sees
SCALES = {"percent": 1.0, "fraction": 100.0, "percent_error": -1.0, "millions": 1.0, "count": 1e-6}
OFFSETS = {"percent_error": 100.0}  # added after scaling: an error of 7% is an accuracy of 93%


class Dataset(NamedTuple):
    """Where a data set's figures come from.

    On NAS-Bench-201 a search on cifar10 sees the trainings on half of the training set (`cifar10-valid`), and the
    found architecture is scored by those on all of it (`cifar10`).

    Attributes:
        search: the trial set of train and validation figures and of costs.
        score: the trial set of the test accuracy.
    """

    search: str
    score: str


@dataclass(frozen=True)
class Series:
    """The trainings of one trial set under one schedule.

    Attributes:
        trial_set: name of the trial set.
        schedule: length of the training, in epochs.
        trials: training seeds; None for a mean that the source stored without its trials.
        columns: the metrics stored as arrays, by epoch.
        curves: for metrics stored as curves, the first and last epoch of any architecture.
    """

    trial_set: str
    schedule: int
    trials: tuple[int | None, ...]
    columns: Mapping[int, tuple[str, ...]]
    curves: Mapping[str, tuple[int, int]]

    def epochs(self, metric: str) -> list[int]:
        """Lists the epochs at which the metric is known for some architecture."""
        known = {epoch for epoch, metrics in self.columns.items() if metric in metrics}
        if metric in self.curves:
            first, last = self.curves[metric]
            known.update(range(first, last + 1))
        return sorted(known)


def metrics_of(series: Series) -> list[str]:
    """Lists the metrics that a series has at any epoch, by name."""
    return sorted({metric for metrics in series.columns.values() for metric in metrics} | set(series.curves))


@dataclass(frozen=True)
class Source:
    """Where a table came from.

    Attributes:
        format: name of the file format, e.g. `tidy`.
        file: its file name, without folder.
        sha256: of the file; for a folder, of its sorted files.
    """

    format: str
    file: str
    sha256: str


@dataclass(frozen=True)
class Metadata:
    """Everything about a table but its values.

    Attributes:
        space: name of the space whose architectures it holds.
        architectures: how many there are.
        units: unit of each column, in the source's terms.
        datasets: what can be searched and scored.
        series: the trainings that it holds.
        arrays: dtype and shape of each stored array.
        source: where it came from.
        counts: what was counted at the import, missing and disagreeing values among them.
        content_sha256: of every stored value and of all above but the source.
        package_version: that wrote it.
        format: version of the file format.
    """

    space: str
    architectures: int
    units: Mapping[str, str]
    datasets: Mapping[str, Dataset]
    series: tuple[Series, ...]
    arrays: Mapping[str, tuple[str, tuple[int, ...]]]
    source: Source
    counts: Mapping[str, int]
    content_sha256: str = ""
    package_version: str = ""
    format: int = field(default=FORMAT)

    def schema(self) -> bytes:
        """Returns the part that the content hash covers."""
        part = dataclasses.asdict(self) | {"format": _CONTENT_FORMAT}
        for name in ("source", "content_sha256", "package_version"):
            del part[name]
        return _dump(part)

    def to_json(self) -> bytes:
        """Returns the record that is stored in the table."""
        return _dump(dataclasses.asdict(self))


def _dump(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
