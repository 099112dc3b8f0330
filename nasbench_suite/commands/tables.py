"""`nasbench-suite tables`: what is here."""

from collections.abc import Iterator
from pathlib import Path

from nasbench_suite.closest import closest
from nasbench_suite.commands.annotate import describe
from nasbench_suite.errors import TableError, TableNotFoundError
from nasbench_suite.folders import home, is_of_compat, table_paths
from nasbench_suite.plural import counted
from nasbench_suite.registry.tables import open_table
from nasbench_suite.table import Metadata, Series, TableColumns, checked, read_metadata
from nasbench_suite.table.parameters import ParametersStore, parameters_path

OF_COMPAT = "imported by nasbench_suite.compat; used where it is named"


def show(name: str | None, verify: bool) -> None:
    """Prints every table, or one; with `verify`, reads all of it.

    Raises:
        TableNotFoundError: there is none of that name.
        TableError: a table is damaged; the others are shown all the same.
    """
    paths = _chosen(name)
    if not paths:
        print(f"no tables in {home() / 'tables'}; `nasbench-suite import SPACE PATH` makes one")
    broken = []
    for one, path in paths.items():
        try:
            metadata = read_metadata(path)
            if verify:
                checked.check(path)  # whatever is remembered of it
                open_table(path).verify()
        except TableError as error:
            broken.append(str(error))
            print(f"{one}: DAMAGED: {error}")
            continue
        columns = TableColumns(path, metadata)
        kept = [*_describe_columns(columns), *_describe_parameters(path, metadata)]
        lines = [*_describe(path, metadata), *kept, *["verified"] * verify]
        print("\n  ".join([f"{one}: space {metadata.space}", *lines]))
    if broken:
        raise TableError(f"{len(broken)} of {len(paths)} tables cannot be used: {'; '.join(broken)}")


def summary(path: Path) -> str:
    """Returns a table in one line."""
    try:
        metadata = read_metadata(path)
    except TableError as error:
        return f"DAMAGED: {error}"
    marked = f" ({OF_COMPAT})" if is_of_compat(path) else ""
    architectures = counted(metadata.architectures, "architectures")
    return f"{metadata.space}, {architectures}, {', '.join(metadata.datasets)}{marked}"


def _chosen(name: str | None) -> dict[str, Path]:
    paths = table_paths()
    if name is None:
        return paths
    if name not in paths:
        known = ", ".join(paths) or "none"
        close = closest(name, paths)
        guess = f"did you mean {close}? " if close else ""
        raise TableNotFoundError(
            f"no table {name!r} (there is: {known}); {guess}`nasbench-suite import SPACE PATH` makes one"
        )
    return {name: paths[name]}


def _describe(path: Path, metadata: Metadata) -> Iterator[str]:
    if is_of_compat(path):
        yield OF_COMPAT
    yield f"file: {path} ({path.stat().st_size / 2**20:.1f} MiB)"
    yield f"content: {metadata.content_sha256}"
    yield f"source: {metadata.source.file} (format {metadata.source.format}, sha256 {metadata.source.sha256})"
    yield f"architectures: {metadata.architectures:,}"
    yield f"data sets: {', '.join(metadata.datasets)}"
    for series in metadata.series:
        trials = ", ".join("stored mean" if trial is None else str(trial) for trial in series.trials)
        yield f"{series.trial_set}, {series.schedule}-epoch schedule: {_fidelities(series)}; trials {trials}"
    for what, count in metadata.counts.items():
        yield f"{what.replace('_', ' ')}: {count:,}"


def _describe_columns(columns: TableColumns) -> Iterator[str]:
    for path, annotation in columns.files:
        source = annotation.source
        yield f"columns of {source.file} (format {source.format}, sha256 {source.sha256}) in {path.name}"
        yield from (f"  {line}" for line in describe(annotation.columns))
    for line in columns.passed_over:
        yield f"columns passed over: {line}"


def _describe_parameters(path: Path, metadata: Metadata) -> Iterator[str]:
    if not parameters_path(path).exists():
        return
    try:
        store = ParametersStore(path, metadata)
        if store.foreign is None:
            yield f"parameters: of {store.networks:,} networks in {store.path.name}"
        else:
            yield f"parameters passed over: {store.foreign}"
    except TableError as error:
        yield f"parameters passed over: {error}"


def _fidelities(series: Series) -> str:
    epochs = series.epochs("valid_accuracy") or series.epochs("test_accuracy")
    return f"{len(epochs)} epochs" if len(epochs) > 1 else f"epoch {epochs[0]}" if epochs else "no accuracy"
