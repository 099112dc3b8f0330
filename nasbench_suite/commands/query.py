"""`nasbench-suite query`: what a table knows of one architecture."""

import argparse
import json
import math
import sys
from typing import Any

from nasbench_suite.benchmark import Benchmark
from nasbench_suite.commands import query_all
from nasbench_suite.errors import (
    ConfigError,
    MissingArchitectureError,
    MissingTrialError,
    TableError,
    TableNotFoundError,
    UnknownFidelityError,
)
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.folders import is_of_compat, is_shipped, table_paths
from nasbench_suite.forms import TEXT
from nasbench_suite.importing.parameters import agree
from nasbench_suite.registry.spaces import find_space, space_names
from nasbench_suite.registry.tables import find_table, open_table
from nasbench_suite.space import Space
from nasbench_suite.table import Table, read_metadata
from nasbench_suite.table.hashes import is_hash
from nasbench_suite.table.trials import TrialPolicy

ACCURACIES = ("train_accuracy", "valid_accuracy", "test_accuracy")


def show(options: argparse.Namespace) -> None:
    """Prints one architecture's figures, for people or as one JSON object.

    Raises:
        NasBenchSuiteError: the architecture, data set, schedule, epoch or trial is unknown.
    """
    space = _space(options)
    by_hash = options.form is None and is_hash(options.arch, space.hash_bytes)
    by_index = options.form is None and not by_hash and options.arch.strip().isdecimal() and options.arch not in space
    arch, form = (None, TEXT) if by_hash or by_index else space.parse_as(options.arch, options.form)
    trial = _trial(options.trial)
    if options.json and options.dataset is None:
        raise ConfigError("query --json prints one object: name its --dataset")
    table = _table(options, space)
    if by_hash:
        arch = space.parse(table.architecture(table.row_of_hash(options.arch)))
    if by_index:
        arch = space.parse(_architecture(table, options.arch))
    if options.all or options.csv:
        if options.json:
            raise ConfigError("query: expected one of --json, --all and --csv")
        query_all.show(table, arch, options)
        return
    datasets = [options.dataset] if options.dataset else list(table.metadata.datasets)
    answers = [answer(table, arch, name, options.schedule, options.epoch, trial) for name in datasets]
    if options.json:
        print(json.dumps(_in_json(answers[0]), indent=2, allow_nan=False))
        return
    read_as = ", by its index" if by_index else "" if form == TEXT else f", read as {form}"
    print(f"{answers[0]['arch']}{read_as}\ntable {table.name}, trial {options.trial}")
    for one in answers:
        figures = [f"{name.split('_')[0]} {one[name]:.3f}%" for name in reversed(ACCURACIES) if one[name] is not None]
        if one["seconds"] is not None:
            figures.append(f"{one['seconds']:,.1f} s")
        if one["parameters_millions"] is not None:
            figures.append(f"{one['parameters_millions']:.6f} M parameters{_by_formula(table, arch, one)}")
        if one["flops_millions"] is not None:
            figures.append(f"{one['flops_millions']:.6f} M FLOPs")
        if one["latency_seconds"] is not None:
            figures.append(f"latency {one['latency_seconds']:.6g} s")
        print(f"  {one['dataset']}, epoch {one['epoch']} of {one['schedule']}: {', '.join(figures) or 'not measured'}")
        for name, column in one["columns"].items():
            value = "not measured" if column["value"] is None else f"{column['value']:.6g} {column['unit']}"
            print(f"    {name}: {value}{'' if column['device'] is None else ' on ' + column['device']}")
    for line in table.columns.passed_over:
        print(f"nasbench-suite: passed over: {line}", file=sys.stderr)


def answer(
    table: Table, arch: Any, dataset: str, schedule: int | None, epoch: int | None, trial: TrialPolicy
) -> dict[str, Any]:
    """Returns everything known of an architecture at one fidelity; None stands for what is not known.

    Validation accuracy and seconds come from the trainings that a search sees, test and train accuracy from those
    that score: on NAS-Bench-201's cifar10, from `cifar10-valid` and `cifar10`.

    Raises:
        MissingDataError: the table lacks the architecture, data set, schedule, epoch or trial.
    """
    source = table.dataset(dataset)
    schedule = max(table.schedules(source.search)) if schedule is None else schedule
    fidelity = Fidelity(schedule, schedule if epoch is None else epoch)
    row, benchmark = table.row(arch), Benchmark(table, dataset)
    trained = [one for one in (source.search, source.score) if schedule in table.schedules(one)]
    series = [table.series(one, schedule) for one in trained or [source.search]]
    epochs = {e for one in series for metric in ACCURACIES for e in one.epochs(metric)}
    if fidelity.epoch not in epochs:
        raise UnknownFidelityError(
            f"table {table.name}: {dataset} in the {schedule}-epoch schedule is known at {len(epochs)} epochs"
            f"{f' from {min(epochs)} to {max(epochs)}' if epochs else ''}, not at {fidelity.epoch}"
        )
    missing: list[MissingTrialError] = []

    def value(trial_set: str, metric: str) -> float | None:
        try:
            return benchmark.value(row, trial_set, fidelity, metric, trial)
        except MissingTrialError as error:
            missing.append(error)
            return None

    def cost(metric: str) -> float | None:
        return benchmark.value(row, source.score, Fidelity(schedule, schedule), metric, "mean")

    figures = {
        "valid_accuracy": value(source.search, "valid_accuracy"),
        "test_accuracy": value(source.score, "test_accuracy"),
        "train_accuracy": value(source.score, "train_accuracy"),
    }
    if missing and all(figure is None for figure in figures.values()):
        raise missing[0]
    return {
        "space": table.space.name,
        "table": table.name,
        "arch": table.space.format(arch),
        "dataset": dataset,
        "schedule": schedule,
        "epoch": fidelity.epoch,
        "trial": trial,
        **figures,
        "seconds": benchmark.seconds(row, fidelity, trial),
        "parameters_millions": cost("parameters"),
        "flops_millions": cost("flops"),
        "latency_seconds": cost("latency"),
        "columns": _columns(table, row, dataset),
    }


def _in_json(value: Any) -> Any:
    """Returns a value without NaN, which JSON has not: of a training that diverged, and of a source's column."""
    if isinstance(value, dict):
        return {name: _in_json(each) for name, each in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _by_formula(table: Table, arch: Any, one: dict[str, Any]) -> str:
    """Says what the parameters would be where the source has others: for a few architectures official files do."""
    known = table.space.known_parameters(arch, table.dataset(one["dataset"]).score)
    if known is None or agree(one["parameters_millions"], known):
        return ""
    return f" (by the space's formula {known:.6f})"


def _columns(table: Table, row: int, dataset: str) -> dict[str, dict[str, Any]]:
    return {
        name: {"value": column.value(row), "unit": column.unit, "device": column.device}
        for name, column in table.columns.of(dataset).items()
    }


def _trial(text: str) -> TrialPolicy:
    if text == "mean":
        return "mean"
    if text.isdecimal():
        return int(text)
    raise ConfigError(f"--trial: expected a training seed or mean, got {text!r}")


def _architecture(table: Table, row: str) -> str:
    try:
        return table.architecture(int(row))
    except MissingArchitectureError as error:
        raise MissingArchitectureError(
            f"{error}; the text of an architecture is such as {table.architecture(0)}"
        ) from None


def _space(options: argparse.Namespace) -> Space[Any]:
    """Returns the space that is named, or that of the table that is named in its place and so becomes the one asked."""
    path = table_paths().get(options.space)
    if path is None or options.space in space_names():
        return find_space(options.space)
    options.table = options.table or options.space
    return find_space(read_metadata(path).space)


def _table(options: argparse.Namespace, space: Space[Any]) -> Table:
    if options.table:
        return open_table(options.table, space)
    own, shipped, unreadable = _tables_of(space.name, options.dataset)
    names = own or shipped  # who has imported the benchmark asks about that, not about the table that comes with us
    if space.name in names:
        names = [space.name]
    if options.dataset and not names:
        return find_table(space, options.dataset)  # which says what there is
    if unreadable and not names:
        raise unreadable[0]
    for error in () if own else unreadable:
        print(f"nasbench-suite: passed over: {error}", file=sys.stderr)
    if len(names) != 1:
        have = f" have {options.dataset}" if options.dataset else ""
        there = (
            f"several tables of space {space.name}{have}: {', '.join(names)}; name one with --table"
            if names
            else (f"no table of space {space.name}; `nasbench-suite import {space.name} PATH` makes one")
        )
        raise TableNotFoundError(there)
    return open_table(names[0], space)


def _tables_of(space: str, dataset: str | None) -> tuple[list[str], list[str], list[TableError]]:
    """Lists the tables of space and data set, the user's and those that came with us, and what is wrong with others."""
    found: tuple[list[str], list[str]] = ([], [])
    unreadable = []
    for name, path in table_paths().items():
        if is_of_compat(path):
            continue
        try:
            metadata = read_metadata(path)
            known = {*metadata.datasets, *(series.trial_set for series in metadata.series)}
            if metadata.space == space and (dataset is None or dataset in known):
                found[is_shipped(path)].append(name)
        except TableError as error:  # must not stop a query of another
            unreadable.append(error)
    return *found, unreadable
