"""The further columns of a table: those of every annotation that lies beside it."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from nasbench_suite.closest import closest
from nasbench_suite.errors import TableError, UnknownDatasetError, UnknownMetricError
from nasbench_suite.folders import home
from nasbench_suite.table.annotation import ENDING, Annotation, Column, read_annotation
from nasbench_suite.table.metadata import UNITS, Metadata, metrics_of

COSTS = frozenset(("parameters", "flops", "latency"))
"""Metrics that no training gives: where a table lacks one, a column may have its name."""

# a figure that tables measure or are searched by, and what a table shows beside its figures
_RESERVED = frozenset(
    (*(UNITS.keys() - COSTS), "seconds", "test_error", "architecture", "dataset", "schedule", "epoch")
)


class ColumnsFile(NamedTuple):
    """An annotation in its place.

    Attributes:
        path: of the file.
        annotation: what is in it.
    """

    path: Path
    annotation: Annotation


class TableColumns:
    """What annotations say of a table's architectures; iterates over columns by data set and name.

    Attributes:
        files: the annotations that belong to the table.
        passed_over: why others that lie beside it cannot be used: damaged, or of a table with other content.
    """

    def __init__(self, path: Path, metadata: Metadata) -> None:
        """
        Args:
            path: of the table.
            metadata: what the table says of itself.
        """
        self._name = path.stem
        self._datasets = tuple(metadata.datasets)
        self._known = {*metadata.datasets, *(series.trial_set for series in metadata.series)}
        self.files: list[ColumnsFile] = []
        self.passed_over: list[str] = []
        self._columns: dict[tuple[str | None, str], Column] = {}
        for file in annotation_paths(path):
            try:
                self._add(file, read_annotation(file), metadata)
            except TableError as error:
                self.passed_over.append(str(error))

    def _add(self, file: Path, annotation: Annotation, metadata: Metadata) -> None:
        if annotation.table_sha256 != metadata.content_sha256:
            raise TableError(
                f"{file}: belongs to a table with content {annotation.table_sha256[:12]}, and {self._name} has "
                f"{metadata.content_sha256[:12]}; annotate the table again, or remove the file"
            )
        found = {(one.dataset, one.name): one for one in annotation.columns}
        for one in annotation.columns:
            if is_reserved(one.name, metadata):
                raise TableError(f"{file}: {describe_reserved(one.name)}; annotate the table again")
        if any(len(one.values) != metadata.architectures for one in annotation.columns):
            raise TableError(f"{file}: expected {metadata.architectures} values per column; annotate the table again")
        if both := found.keys() & self._columns.keys():
            raise TableError(f"{file}: another annotation has {describe_key(*min(both, key=str))}, too; remove one")
        self._columns |= found
        self.files.append(ColumnsFile(file, annotation))

    def __len__(self) -> int:
        return len(self._columns)

    def __iter__(self) -> Iterator[Column]:
        return iter(self._columns[key] for key in sorted(self._columns, key=lambda key: (key[0] or "", key[1])))

    def __repr__(self) -> str:
        names = ", ".join(dict.fromkeys(one.name for one in self))
        return f"<{len(self)} further columns of table {self._name}{f': {names}' if names else ''}>"

    def __contains__(self, key: object) -> bool:
        """Whether there is a (data set, name); None is every data set."""
        return key in self._columns

    def of(self, dataset: str) -> dict[str, Column]:
        """Returns the columns for a data set by name, those for every data set among them."""
        return {one.name: one for one in self if one.dataset in (None, dataset)}

    def find(self, name: str, dataset: str) -> Column:
        """Returns one column for a data set.

        Raises:
            UnknownDatasetError: the table has no such data set.
            UnknownMetricError: there is no such column; names the closest, and what is passed over.
        """
        if dataset not in self._known:
            close_set = closest(str(dataset), self._datasets)
            raise UnknownDatasetError(
                f"table {self._name}: expected one of the data sets {', '.join(self._datasets)}; got {dataset!r:.80}"
                f"{f'; did you mean {close_set}?' if close_set else ''}"
            )
        found = self.of(dataset)
        if name in found:
            return found[name]
        close = closest(name, found)
        guess = f"; did you mean {close}?" if close else f"; it has {', '.join(found) or 'none'}"
        advice = f"; `nasbench-suite annotate {self._name} PATH` adds columns" if not found else ""
        passed_over = "".join(f"; passed over: {line}" for line in self.passed_over[:1])
        raise UnknownMetricError(
            f"table {self._name}: there is no column {name!r:.80} for {dataset}{guess}{advice}{passed_over}"
        )


def is_reserved(name: str, metadata: Metadata, costs: bool = False) -> bool:
    """Whether a column may not have a name, for a table could not tell it from a figure of its own.

    Otherwise a search would be shown test accuracies under the name of a cost.

    Args:
        name: of the column.
        metadata: of the table.
        costs: whether the parameters, FLOPs and latency that the table has itself are reserved, too. Published files of
            scores have FLOPs of their own, and nobody can rename those.
    """
    own = {*metadata.units, *(metric for series in metadata.series for metric in metrics_of(series))}
    return name.casefold() in {*_RESERVED, *(own if costs else own - COSTS)}


def describe_reserved(name: str) -> str:
    """Writes for messages that a column needs another name."""
    return f"expected a column of a name that no table uses itself, got {name}; call it measured_{name}, say"


def describe_key(dataset: str | None, name: str) -> str:
    """Writes a column's name and data set for messages."""
    return f"{name} for every data set" if dataset is None else f"{name} on {dataset}"


def annotation_paths(table: Path) -> list[Path]:
    """Lists the annotations beside a table, and those in the user's folder for a table that lies elsewhere."""
    folders = dict.fromkeys((table.parent, home() / "tables"))
    return sorted(
        file
        for folder in folders
        if folder.is_dir()
        for file in folder.iterdir()
        if file.name.startswith(f"{table.stem}.") and file.name.endswith(ENDING)
    )
