"""One job's folder as `Results`; a folder may be anybody's, so nothing in it is taken on trust."""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from nasbench_suite.errors import ResultsError
from nasbench_suite.jobs import manifest, parquet
from nasbench_suite.jobs.config_file import read_config
from nasbench_suite.jobs.description import JOB
from nasbench_suite.jobs.folder import CONFIG, EPOCHS, FAILURES, SCORES, TRAJECTORY, WALL_SECONDS
from nasbench_suite.report.folder_format import LARGEST, check_description, is_number
from nasbench_suite.report.results import Column, Results
from nasbench_suite.report.tradeoff import further_columns

# by column, the kinds of NumPy that it may have; a trial is null where a mean answered
TRAJECTORY_KINDS = {
    **dict.fromkeys(("seed", "step", "schedule", "epoch"), "iu"),
    **dict.fromkeys(("seconds", "valid_accuracy"), "f"),
    "trial": "iuf",
    "architecture": "O",
    "incumbent": "b",
}
EPOCHS_KINDS = {
    **dict.fromkeys(("seed", "epoch", "parametric_edges"), "iu"),
    **dict.fromkeys(("seconds", "train_loss", "train_accuracy", "valid_loss", "valid_accuracy", "entropy"), "f"),
    **dict.fromkeys(("memory_mib", "kendall_tau"), "f"),
    **dict.fromkeys(("architecture", "edge_weights", "operation_counts"), "O"),
}


# columns of both files that hold the same texts again and again
_TEXTS = ("architecture", "dataset")


def read_folder(folder: Path, seeds: Iterable[int]) -> Results:
    """Reads the folder of a finished job.

    Args:
        folder: of the job.
        seeds: of the searches that ran; one that evaluated nothing has no row in any file.

    Raises:
        ResultsError: a file is missing, damaged, a link or not what 0.1 writes; the message says which, not the folder.
    """
    at = partial(manifest.place, folder)
    description = check_description(read_json(at(JOB)))
    config = read_config(_content(at(CONFIG)), CONFIG)
    trajectory = _columns(_parquet(at(TRAJECTORY)), {**TRAJECTORY_KINDS, **further_columns(description)}, TRAJECTORY)
    one_shot = description["one_shot"]
    epochs = None if one_shot is None else _epochs(_parquet(at(EPOCHS)), one_shot)
    failures = _failures(read_json(at(FAILURES))) if at(FAILURES).exists() else {}
    wall = _wall_seconds(read_json(at(WALL_SECONDS))) if at(WALL_SECONDS).exists() else {}
    ran = {*seeds, *trajectory["seed"].tolist(), *([] if epochs is None else epochs["seed"].tolist())}
    scores = _scores(_parquet(at(SCORES)))
    return Results(description, config, tuple(sorted(ran)), trajectory, scores, (folder,), epochs, failures, wall)


def _content(path: Path) -> bytes:
    """Reads a file of a folder that may be a stranger's: a link in it could point at anything of ours."""
    if path.is_symlink():
        raise ResultsError(f"{path.name}: is a link, which a job does not write and a report does not follow")
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise ResultsError(f"{path.name}: is missing") from None
    except OSError as error:
        raise ResultsError(f"{path.name}: cannot be read ({error.strerror})") from error


def read_json(path: Path) -> Any:
    """Reads JSON.

    Raises:
        ResultsError: it is missing, damaged or a link; the message says which, not the folder.
    """
    try:
        return json.loads(_content(path))
    except (ValueError, RecursionError) as error:
        raise ResultsError(f"{path.name}: is damaged ({_reason(error)})") from error


def _parquet(path: Path) -> Any:
    import pyarrow as pa

    try:
        return parquet.read(_content(path), _TEXTS)
    except (pa.ArrowException, ValueError, OSError) as error:
        raise ResultsError(f"{path.name}: is damaged ({_reason(error)})") from error


def _columns(table: Any, kinds: Mapping[str, str], name: str) -> dict[str, Column]:
    if not set(kinds) <= set(table.column_names):
        raise ResultsError(
            f"{name}: expected the columns {', '.join(kinds)}; got {', '.join(table.column_names)[:200]}"
        )
    columns = {column: _values(table[column]) for column in kinds}
    for column, values in columns.items():
        if values.dtype.kind not in kinds[column] and len(values):
            raise ResultsError(f"{name}: column {column} has values of type {values.dtype}, or null ones")
    for column, values in columns.items():
        if values.dtype.kind == "f" and (np.isinf(values) | (np.abs(values) > LARGEST)).any():
            raise ResultsError(f"{name}: column {column} has values that nothing measured")
    if (np.diff(columns["seed"]) < 0).any():
        raise ResultsError(f"{name}: expected rows ordered by seed")
    return columns


def _values(column: Any) -> Column:
    """Returns a column's values; a text that occurs in many rows is one object."""
    import pyarrow as pa

    if not pa.types.is_dictionary(column.type):
        values: Column = column.to_numpy()
        return values
    coded = column.combine_chunks()
    texts, codes = np.array([*coded.dictionary.to_pylist(), None], object), coded.indices.fill_null(-1)
    decoded: Column = texts[codes.to_numpy(zero_copy_only=False)]
    return decoded


def _scores(table: Any) -> dict[str, dict[str, tuple[float, float]]]:
    names = ("dataset", "architecture", "valid_accuracy", "test_accuracy")
    if not set(names) <= set(table.column_names):
        raise ResultsError(f"{SCORES}: expected the columns {', '.join(names)}")
    found: dict[str, dict[str, tuple[float, float]]] = {}
    try:
        for dataset, arch, valid, test in zip(*(_values(table[name]).tolist() for name in names), strict=True):
            found.setdefault(str(dataset), {})[str(arch)] = (_known(valid), _known(test))
    except (TypeError, ValueError) as error:
        raise ResultsError(f"{SCORES}: expected accuracies ({_reason(error)})") from error
    return found


def _epochs(table: Any, one_shot: Mapping[str, Sequence[str]]) -> dict[str, Column]:
    columns = _columns(table, EPOCHS_KINDS, EPOCHS)
    edges, operations = len(one_shot["edges"]), len(one_shot["operations"])
    rows = len(columns["seed"])
    unknown = np.full(edges * operations, np.nan)
    weights = [unknown if row is None else row for row in columns["edge_weights"]]
    try:
        learned = np.array(weights, np.float64).reshape(rows, edges, operations)
        counts = np.array(list(columns["operation_counts"]), np.int64).reshape(rows, operations)
    except (TypeError, ValueError) as error:
        raise ResultsError(f"{EPOCHS}: expected {edges} edges of {operations} operations ({_reason(error)})") from error
    return {**columns, "edge_weights": learned, "operation_counts": counts}


def _failures(found: object) -> dict[int, str]:
    if not isinstance(found, dict) or not all(seed.isdecimal() for seed in found):
        raise ResultsError(f"{FAILURES}: expected reasons by seed")
    return {int(seed): str(reason) for seed, reason in found.items()}


def _wall_seconds(found: object) -> dict[int, float]:
    if not isinstance(found, dict) or not all(seed.isdecimal() and is_number(found[seed]) for seed in found):
        raise ResultsError(f"{WALL_SECONDS}: expected seconds by seed")
    return {int(seed): float(value) for seed, value in found.items()}


def _known(value: float | None) -> float:
    if value is not None and not abs(value) <= LARGEST and value == value:
        raise ValueError(f"got {value}")
    return float("nan") if value is None else float(value)


def _reason(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
