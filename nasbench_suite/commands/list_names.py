"""`nasbench-suite list`: the names that a command line takes, each with a line that says what it is."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from nasbench_suite.commands.tables import summary
from nasbench_suite.configuration.descriptions import description
from nasbench_suite.configuration.files import ConfigFiles
from nasbench_suite.errors import TableError
from nasbench_suite.folders import table_paths
from nasbench_suite.table import read_metadata

# files that stand for "none of these"
_NOT_LISTED = ("none",)


def show(kind: str | None) -> None:
    """Prints the names of one kind, or of all.

    Args:
        kind: one of `KINDS`; None for all.
    """
    for one in KINDS if kind is None else [kind]:
        names = KINDS[one]()
        print(f"{one}:" if names else f"{one}: none")
        width = max(map(len, names), default=0)
        for name, text in names.items():
            print(f"  {name:{width}}  {text}".rstrip())


def _files(group: str) -> Callable[[], Mapping[str, str]]:
    def found() -> Mapping[str, str]:
        files = ConfigFiles()
        names = [name for name in files.names(group) if name not in _NOT_LISTED]
        paths = {name: files.find(f"{group}/{name}") for name in names}
        return {name: description(path) for name, path in paths.items() if path is not None}

    return found


def _datasets() -> Mapping[str, str]:
    """Every data set that a table here has or a protocol is for."""
    where: dict[str, list[str]] = defaultdict(list)
    for name, path in table_paths().items():
        for dataset in _table_datasets(path):
            where[dataset].append(f"table {name}")
    files = ConfigFiles()
    for protocol in files.names("protocol"):
        for dataset in files.read(f"protocol/{protocol}").get("datasets") or ():
            where[str(dataset)].append(f"protocol {protocol}")
    return {dataset: ", ".join(where[dataset]) for dataset in sorted(where, key=str.casefold)}


def _table_datasets(path: Path) -> Iterable[str]:
    try:
        return read_metadata(path).datasets
    except TableError:
        return ()


def _tables() -> Mapping[str, str]:
    return {name: summary(path) for name, path in table_paths().items()}


KINDS: Mapping[str, Callable[[], Mapping[str, str]]] = {
    "spaces": _files("space"),
    "algorithms": _files("algorithm"),
    "protocols": _files("protocol"),
    "experiments": _files("experiment"),
    "datasets": _datasets,
    "tables": _tables,
}
