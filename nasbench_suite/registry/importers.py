"""The readers of a space's files: ours, and those that third parties registered as entry points."""

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from nasbench_suite.importing.convert import convert
from nasbench_suite.importing.importer import Importer
from nasbench_suite.importing.tidy_csv import Accuracy, TidyCsvImporter
from nasbench_suite.space import Space
from nasbench_suite.spaces import IMPORTERS
from nasbench_suite.table import Metadata

GROUP = "nasbench_suite.importers"

ListImporters = Callable[[Space[Any]], Sequence[Importer]]


def find_importers(space: Space[Any]) -> list[Importer]:
    """Lists the readers of a space's files, the most specific format first, the tidy CSV, which fits any, last."""
    return [*(importer for listed in _listings(space.name) for importer in listed(space)), TidyCsvImporter()]


def import_file(
    space: Space[Any],
    path: Path,
    destination: Path,
    *,
    format: str | None = None,
    accuracy: Accuracy | None = None,
    form: str | None = None,
    force: bool = False,
    parameters: bool = False,
) -> Metadata:
    """Imports a file or folder into a table, with the readers of the space; takes and raises what `convert` does.

    Args:
        accuracy: unit of the accuracies in a tidy CSV, which is the one format that does not say it itself.
        form: of the architectures in a tidy CSV; None to recognise it line by line.
    """
    of_a_csv = accuracy is not None or form is not None
    importers = [TidyCsvImporter(accuracy, form)] if of_a_csv else find_importers(space)
    return convert(space, importers, path, destination, format=format, force=force, parameters=parameters)


def _listings(name: str) -> list[ListImporters]:
    if name in IMPORTERS:
        module, _, attribute = IMPORTERS[name].partition(":")
        return [getattr(import_module(module), attribute)]
    from importlib.metadata import entry_points  # costs as much as opening a table

    return [entry.load() for entry in entry_points(group=GROUP, name=name)]
