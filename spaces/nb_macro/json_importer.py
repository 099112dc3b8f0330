"""Importer of NAS-Bench-Macro's published file, `nas-bench-macro_cifar10.json`, plain or gzip."""

import json
import math
from pathlib import Path
from typing import Any

from nasbench_suite.errors import ArchitectureError, SourceError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.importing.archives import read_text
from nasbench_suite.importing.gathering import Architectures, Trials
from nasbench_suite.importing.importer import Importer, NewWriter
from nasbench_suite.importing.parameters import count_other_parameters
from nasbench_suite.progress import Progress
from nasbench_suite.space import Space
from nasbench_suite.table import Metadata
from nasbench_suite.table.metadata import SCALES
from nasbench_suite.whole_number import is_whole

FINAL = Fidelity(50, 50)
"""The published trainings last 50 epochs."""
_FIELDS = {"test_acc", "mean_acc", "std", "params", "flops"}
_UNITS = {"test_accuracy": "percent", "parameters": "count", "flops": "count"}
_TRIAL_SET = "cifar10"
# the published file has 1.2 MB
_MOST_BYTES = 1 << 24


class MacroJsonImporter(Importer):
    """Reads `{"02012100": {"test_acc": [three], "mean_acc": ..., "std": ..., "params": ..., "flops": ...}, ...}`."""

    format = "nb_macro"
    describes = "NAS-Bench-Macro's nas-bench-macro_cifar10.json, plain or gzip (format nb_macro)"

    def recognises(self, path: Path) -> bool:
        """Whether it is named as JSON."""
        return path.is_file() and path.name.endswith((".json", ".json.gz"))

    def read(self, path: Path, space: Space[Any], new_writer: NewWriter, progress: Progress) -> Metadata:
        """Writes the table; the trainings of an architecture, seeds 0, 1 and 2, are its trials."""
        architectures, trials = Architectures(space), Trials()
        for text, record in _read(path).items():
            where = f"{path}, {text!r:.50}"
            try:
                row = architectures.row(text)
            except ArchitectureError as error:
                raise SourceError(f"{where}: {error}") from None
            _add(record, where, row, trials)
        progress.advance(path.stat().st_size)
        with new_writer(_UNITS, [_TRIAL_SET]) as writer:
            writer.set_architectures(architectures.archs)
            trials.write(writer, len(architectures.archs))
            writer.counts["trainings"] = 3 * len(architectures.archs)
            writer.counts |= count_other_parameters(space, architectures.archs, trials, SCALES["count"])
            return writer.finish()


def _add(record: object, where: str, row: int, trials: Trials) -> None:
    if not isinstance(record, dict) or set(record) != _FIELDS:
        raise SourceError(f"{where}: expected {', '.join(sorted(_FIELDS))}, each once")
    accuracies = record["test_acc"]
    if not isinstance(accuracies, list) or len(accuracies) != 3 or not all(map(_is_percent, accuracies)):
        raise SourceError(f"{where}: expected three test accuracies in percent, 0 to 100, got {accuracies!r:.80}")
    mean = record["mean_acc"]
    if not _is_percent(mean) or not math.isclose(mean, sum(accuracies) / 3, abs_tol=1e-3):
        raise SourceError(f"{where}: expected the mean of {accuracies!r:.80} as mean_acc, got {mean!r:.50}")
    for name in ("params", "flops"):
        if not is_whole(record[name], 1, 2**53):
            raise SourceError(f"{where}: expected {name} to be a whole number of 1 or more, got {record[name]!r:.50}")
    size = {"parameters": float(record["params"]), "flops": float(record["flops"])}
    for seed, accuracy in enumerate(accuracies):
        trials.add(row, _TRIAL_SET, FINAL, seed, {"test_accuracy": float(accuracy), **size})


def _is_percent(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 100


def _read(path: Path) -> dict[str, Any]:
    """Returns the file's object of architectures."""
    try:
        content = json.loads(read_text(path, _MOST_BYTES), object_pairs_hook=_each_once)
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{path}: expected NAS-Bench-Macro's JSON ({error})"[:300]) from None
    if not isinstance(content, dict) or not content:
        raise SourceError(f"{path}: expected an object of architectures")
    return content


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name is there twice")
    return found
