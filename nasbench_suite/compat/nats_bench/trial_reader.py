"""From a table's columns and curves back to the fields that an official file has of one training."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from nasbench_suite.fidelity import Fidelity
from nasbench_suite.spaces.nats_sss.architecture import CELL_TEXT
from nasbench_suite.spaces.nb201.complexity import CLASSES
from nasbench_suite.spaces.nb201.official.columns import SET_NAMES
from nasbench_suite.table import Series, Table
from nasbench_suite.table.curves import Curves
from nasbench_suite.table.metadata import OFFSETS, SCALES

_SETS = {"x-valid": "valid", "x-test": "test", "ori-test": "original_test"}
# the order in which the files list the sets: those of 200 epochs were evaluated on the original test set first
_ORDER, _ORDER_OF_200 = ("x-valid", "x-test", "ori-test"), ("ori-test", "x-valid", "x-test")

Values = Mapping[Any, float]


def column_of(trial_set: str, setname: str) -> str | None:
    """Returns what a table calls the accuracy on a set, `train` among them; None where a trial set has no such set."""
    if setname == "train":
        return "train_accuracy"
    name = SET_NAMES.get(trial_set, _SETS).get(setname)
    return None if name is None else f"{name}_accuracy"


ReadParameters = Callable[[int, str, int, int | None], dict[str, Any] | None]
"""Returns the parameters of a network by row, trial set, schedule and training seed; None where they were not kept."""


def no_parameters(row: int, trial_set: str, schedule: int, trial: int | None) -> None:
    """Has none."""


class TrialReader:
    """Reads the fields of one training from a table."""

    def __init__(
        self, table: Table, row: int, series: Series, position: int, parameters: "ReadParameters" = no_parameters
    ) -> None:
        """
        Args:
            table: that has it.
            row: of the architecture.
            series: the trainings of its trial set and schedule.
            position: of its trial within the series.
            parameters: reads a network's.
        """
        self._table, self._row, self._series, self._position = table, row, series, position
        self._parameters = parameters

    def __deepcopy__(self, memo: object) -> "TrialReader":
        """Shares the table, which does not change."""
        return self

    def read(self, field: str) -> Any:
        """Returns a field's value; mappings are read-only, but for parameters."""
        # parameters are too large to be remembered
        return self.parameters() if field == "net_state_dict" else _read(self, field)

    def field(self, field: str) -> Any:
        """Reads a field."""
        value = _FIELDS[field](self)
        return MappingProxyType(value) if isinstance(value, dict) else value

    @property
    def name(self) -> str:
        """What it was trained on."""
        return self._series.trial_set

    @property
    def epochs(self) -> int:
        """Length of the schedule."""
        return self._series.schedule

    def seed(self) -> str | None:
        """Training seed with four digits; None for a stored mean."""
        seed = self._series.trials[self._position]
        return None if seed is None else f"{seed:04d}"

    def parameters(self) -> dict[str, Any] | None:
        """The network's parameters as tensors; None where they were not kept."""
        return self._parameters(self._row, self.name, self.epochs, self._series.trials[self._position])

    def config(self) -> dict[str, Any]:
        """What the network is built from."""
        arch = self._table.architecture(self._row)
        classes = CLASSES.get(self.name)
        if self._table.space.name == "nb201":
            return {"channel": 16, "num_cells": 5, "arch_str": arch, "class_num": classes}
        names = {"name": "infer.shape.tiny", "channels": arch, "arch_str": arch}
        return {**names, "genotype": CELL_TEXT, "class_num": classes}

    def final(self, metric: str) -> float | None:
        """The value at the end of the training; None where there is none."""
        return self._at(metric, self.epochs)

    def _at(self, metric: str, epoch: int) -> float | None:
        found = self._table.metric(self.name, Fidelity(self.epochs, epoch), metric)
        if found is None or self._position not in found.known(self._row):
            return None
        return float(found.value(self._row, (self._position,)))

    def by_epoch(self, metric: str) -> dict[int, float] | None:
        """The values by epoch from 0; None where there is none."""
        trial = self._series.trials[self._position]
        curve = _curves(self._table, self.name, self.epochs, self._row).get(trial, {}).get(metric)
        if curve is not None:
            unit = self._table.metadata.units.get(metric, "")
            scale, offset = SCALES.get(unit, 1.0), OFFSETS.get(unit, 0.0)
            values = [value * scale + offset for value in curve.values.tolist()]
            return dict(zip((curve.epochs - 1).tolist(), values, strict=True))
        stored = [epoch for epoch, metrics in sorted(self._series.columns.items()) if metric in metrics]
        values_at = {epoch - 1: self._at(metric, epoch) for epoch in stored}
        return {epoch: value for epoch, value in values_at.items() if value is not None} or None

    def latency(self) -> list[float] | None:
        """Seconds of a forward pass, each time that it was measured; None where it was not."""
        repeats = self.by_epoch("latency_repeats")
        if repeats is not None:
            return list(repeats.values())
        mean = self.final("latency")
        return None if mean is None else [mean]

    def train_times(self) -> dict[int, float] | None:
        """Seconds of each epoch; None where they are unknown."""
        steady = self.final("train_seconds_per_epoch")
        return self.by_epoch("train_epoch_seconds") if steady is None else dict.fromkeys(range(self.epochs), steady)

    def sets(self) -> list[str]:
        """The sets that it was evaluated on, in the order of the official files."""
        names = SET_NAMES.get(self.name, _SETS)
        order = _ORDER_OF_200 if self.epochs == 200 and "x-test" in names else _ORDER
        return [name for name in order if name in names and self.by_epoch(f"{names[name]}_accuracy") is not None]

    def by_set(self, what: str) -> dict[str, float]:
        """Accuracies or losses by `set@epoch`."""
        names = SET_NAMES.get(self.name, _SETS)
        curves = {name: self.by_epoch(f"{names[name]}_{what}") for name in self.sets()}
        return {f"{name}@{at}": value for name, curve in curves.items() if curve for at, value in curve.items()}

    def eval_times(self) -> dict[str, float]:
        """Seconds of each pass by `set@epoch`; one number in the table is that of every pass."""
        found: dict[str, float] = {}
        for name in self.sets():
            column = f"{SET_NAMES.get(self.name, _SETS)[name]}_seconds"
            passes = self.by_epoch(column) or {}
            if list(passes) == [self.epochs - 1]:
                passes = dict.fromkeys(range(self.epochs), passes[self.epochs - 1])
            found |= {f"{name}@{at}": seconds for at, seconds in passes.items()}
        return found


_FIELDS: dict[str, Callable[[TrialReader], Any]] = {
    "name": lambda trial: trial.name,
    "net_state_dict": TrialReader.parameters,
    "train_acc1es": lambda trial: trial.by_epoch("train_accuracy"),
    "train_acc5es": lambda trial: trial.by_epoch("train_top5_accuracy"),
    "train_losses": lambda trial: trial.by_epoch("train_loss"),
    "train_times": TrialReader.train_times,
    "arch_config": TrialReader.config,
    "params": lambda trial: trial.final("parameters"),
    "flop": lambda trial: trial.final("flops"),
    "seed": TrialReader.seed,
    "epochs": lambda trial: trial.epochs,
    "latency": TrialReader.latency,
    "eval_names": TrialReader.sets,
    "eval_acc1es": lambda trial: trial.by_set("accuracy"),
    "eval_times": TrialReader.eval_times,
    "eval_losses": lambda trial: trial.by_set("loss"),
}


# of the architecture that is being asked about: whoever asks for one metric asks for another next
@lru_cache(maxsize=256)
def _read(reader: TrialReader, field: str) -> Any:
    return reader.field(field)


@lru_cache(maxsize=8)
def _curves(table: Table, trial_set: str, schedule: int, row: int) -> Curves:
    return table.curves(trial_set, schedule, row)
