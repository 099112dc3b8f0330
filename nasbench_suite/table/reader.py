"""Reads a table: memory-mapped, shared between processes, opened in milliseconds."""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import lmdb
import numpy as np
from numpy.typing import NDArray

from nasbench_suite.closest import closest
from nasbench_suite.errors import (
    ArchitectureError,
    MissingArchitectureError,
    MissingValueError,
    NasBenchSuiteError,
    TableError,
    UnknownDatasetError,
    UnknownFidelityError,
    UnknownMetricError,
)
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.plural import counted
from nasbench_suite.space import Space
from nasbench_suite.table import checked, keys, seal
from nasbench_suite.table.columns import TableColumns
from nasbench_suite.table.content import content_hash
from nasbench_suite.table.cost import find_cost
from nasbench_suite.table.curves import Curves, unpack
from nasbench_suite.table.environment import open_shared
from nasbench_suite.table.hashes import Hashes, is_hash
from nasbench_suite.table.metadata import OFFSETS, SCALES, UNITS, Dataset, Metadata, Series, metrics_of
from nasbench_suite.table.metric import ColumnMetric, CurveMetric, Metric
from nasbench_suite.table.parameters import NetworkKey, ParametersStore, parameters_path
from nasbench_suite.table.parsing import parse
from nasbench_suite.table.view import TableView

# what a space may raise for a value that is not one of its architectures
_NO_ROW = (NasBenchSuiteError, TypeError, ValueError, LookupError, AttributeError, OverflowError)


class Table(TableView):
    """An open table.

    Attributes:
        path: of its file.
        space: whose architectures it holds.
        metadata: what the table says of itself.
    """

    def __init__(self, path: Path, space: Space[Any]) -> None:
        """Opens a table for a space; see `open_table` for finding both by name.

        Raises:
            TableError: no table, truncated, damaged, or one of another space.
        """
        self.path, self.space = path, space
        self._shared = open_shared(path)
        self.metadata = _parse(path, self._shared.record, self._shared.pages)
        if self.metadata.space != space.name:
            raise TableError(f"{path}: expected a table of space {space.name}, got one of {self.metadata.space}")
        self._rows = self.metadata.architectures
        self._last: tuple[tuple[str, int, int] | None, Curves] = (None, {})
        self._series = {(s.trial_set, s.schedule): s for s in self.metadata.series}
        self._metrics: dict[tuple[str, Fidelity, str], Metric | None] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickles as its place and content: another process, or machine that has the file, maps it itself."""
        return _reopen, (self.path.absolute(), self.space, self.metadata.content_sha256)

    @property
    def name(self) -> str:
        """The file's name without `.mdb`."""
        return self.path.stem

    @cached_property
    def columns(self) -> TableColumns:
        """The further columns that annotations add, hardware costs and zero-cost scores; read when first asked for."""
        return TableColumns(self.path, self.metadata)

    def __len__(self) -> int:
        return self.metadata.architectures

    def __contains__(self, arch: object) -> bool:
        """Whether the table has an architecture, given as a value or as its text; nothing else is in it."""
        try:
            return self.row(arch) >= 0
        except (ArchitectureError, MissingArchitectureError):
            return False

    @cached_property
    def _locate(self) -> Any:
        return self._from_index(self.space.locator)

    @property
    def locate(self) -> Callable[[Any], int]:
        """The function from an architecture, as a value, to its row, -1 where there is none; it leads to no table."""
        found: Callable[[Any], int] = self._locate
        return found

    @cached_property
    def _locate_many(self) -> Any:
        return self._from_index(self.space.batch_locator)

    def _from_index(self, make: Callable[[dict[str, NDArray[Any]]], Any]) -> Any:
        try:
            return make(self._index)
        except (KeyError, ValueError, TypeError, IndexError) as error:
            raise TableError(
                f"{self.path}: its index is not one of space {self.space.name} ({error!r:.80}); import it again"
            ) from None

    @property
    def _index(self) -> dict[str, NDArray[Any]]:
        names = [key for key in self.metadata.arrays if key.startswith(keys.INDEX)]
        return {key.removeprefix(keys.INDEX): self._array(key) for key in names}

    def row(self, arch: Any) -> int:
        """Returns the row of an architecture, given as a value of the space or as its text form.

        Raises:
            ArchitectureError: it is no architecture of the space.
            MissingArchitectureError: this table lacks it.
        """
        try:
            row: int = self._locate(arch)
        except _NO_ROW as error:
            row = self._row_of_text(arch, error)
        if 0 <= row < self._rows:
            return row
        if row >= self._rows:
            raise TableError(f"{self.path}: its index names row {row} of {self._rows}; import the table again")
        raise MissingArchitectureError(
            f"table {self.name} holds {counted(len(self), 'architectures')} of {self.space.name}, but not "
            f"{arch if isinstance(arch, str) else self.space.format(arch)}"
        )

    @cached_property
    def hashes(self) -> Hashes:
        """The hash by which the benchmark's files name each row's architecture.

        Raises:
            TableError: the table was written without them.
        """
        if f"{keys.HASHES}digests" not in self.metadata.arrays:
            raise TableError(f"{self.path}: holds no hashes of its architectures; import it again")
        return Hashes(self._array(f"{keys.HASHES}digests"), self._array(f"{keys.HASHES}order"))

    def row_of_hash(self, text: str) -> int:
        """Returns the row of the architecture that the benchmark's files name by a hash.

        Raises:
            ArchitectureError: it is no hash of this space.
            MissingArchitectureError: this table lacks it.
            TableError: the table was written without hashes.
        """
        size = self.space.hash_bytes
        if not is_hash(text, size):
            what = f"a hash of {2 * size} hexadecimal digits" if size else "no hash, for the space knows of none"
            raise ArchitectureError(f"space {self.space.name}: expected {what}, got {text!r:.80}")
        try:
            row = self.hashes.row(text)
        except IndexError:
            raise TableError(f"{self.path}: its hashes are damaged; import it again") from None
        if row < 0:
            raise MissingArchitectureError(
                f"table {self.name} holds {counted(len(self), 'architectures')} of {self.space.name}, but none of "
                f"hash {text}"
            )
        return row

    def _row_of_text(self, arch: Any, error: Exception) -> int:
        """Finds what is no value of the space as its text form; says what else was wrong with it."""
        if isinstance(arch, str):
            row: int = self._locate(self.space.parse(arch))
            return row
        if isinstance(error, NasBenchSuiteError):
            raise error
        if isinstance(error, IndexError):
            raise TableError(f"{self.path}: its index is damaged ({error}); import the table again") from None
        raise ArchitectureError(
            f"expected an architecture of {self.space.name} or its text form, got {arch!r:.80}"
        ) from None

    def rows(self, archs: Sequence[Any]) -> NDArray[np.int64]:
        """Returns the rows of many architectures; takes and raises what `row` does."""
        if not isinstance(archs, Sequence | np.ndarray) or isinstance(archs, str | bytes):
            raise ArchitectureError(f"expected a list of architectures of {self.space.name}, got {archs!r:.80}")
        try:
            rows: NDArray[np.int64] = self._locate_many(archs).astype(np.int64, copy=False)
        except _NO_ROW as error:  # one of them is a text, or nothing that has a row
            if isinstance(error, NasBenchSuiteError) and not any(isinstance(arch, str) for arch in archs):
                raise
            return np.fromiter(map(self.row, archs), dtype=np.int64, count=len(archs))
        outside = (rows < 0) | (rows >= self._rows)
        if outside.any():
            self.row(archs[int(np.argmax(outside))])
            raise TableError(f"{self.path}: its index is damaged; import the table again")
        return rows

    def architecture(self, row: int) -> str:
        """Returns the text form of the architecture in a row."""
        self.check_row(row)
        ends, text = self._array(keys.ARCHITECTURE_ENDS), self._array(keys.ARCHITECTURES)
        return self._decoded(bytes(text[int(ends[row - 1]) if row else 0 : int(ends[row])]))

    def architectures(self, rows: Sequence[int]) -> list[str]:
        """Returns the text forms of the architectures in many rows; raises as `architecture` does."""
        if not isinstance(rows, Iterable):
            raise MissingArchitectureError(f"table {self.name}: expected rows, got {rows!r:.50}")
        for row in rows:
            self.check_row(row)
        ends = self._array(keys.ARCHITECTURE_ENDS).tolist()
        text = self._array(keys.ARCHITECTURES).tobytes()
        return [self._decoded(text[ends[row - 1] if row else 0 : ends[row]]) for row in rows]

    def check_row(self, row: object) -> None:
        """Refuses what is no row of this table, negative numbers too.

        Raises:
            MissingArchitectureError: says which rows there are.
        """
        if isinstance(row, bool) or not isinstance(row, int | np.integer) or not 0 <= row < self._rows:
            raise MissingArchitectureError(f"table {self.name}: expected a row in 0..{self._rows - 1}, got {row!r:.50}")

    def check_metric(self, trial_set: str, metric: str) -> None:
        """Refuses names that this table cannot know: a metric that its source merely lacks is not among them.

        Raises:
            UnknownDatasetError: there is no such trial set; lists those that there are.
            UnknownMetricError: neither the table nor the package knows such a metric; names the closest.
        """
        if trial_set not in self._trial_sets:
            raise UnknownDatasetError(
                f"table {self.name}: expected one of the trial sets {', '.join(self._trial_sets)}; "
                f"got {trial_set!r:.80}"
            )
        if metric not in self._known_metrics:
            close = closest(str(metric), self._known_metrics)
            guess = f"; did you mean {close}?" if close else f"; it has {', '.join(sorted(self.metadata.units))}"
            raise UnknownMetricError(f"table {self.name}: there is no metric {metric!r:.80}{guess}")

    @cached_property
    def _trial_sets(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(series.trial_set for series in self.metadata.series))

    @cached_property
    def _known_metrics(self) -> frozenset[str]:
        stored = {name for series in self.metadata.series for name in metrics_of(series)}
        return frozenset({*UNITS, *self.metadata.units, *stored})

    def _decoded(self, text: bytes) -> str:
        try:
            return text.decode()
        except UnicodeDecodeError as error:
            raise TableError(f"{self.path}: the text of an architecture is damaged ({error})") from None

    def measured(self, trial_set: str, schedule: int, metric: str) -> list[int]:
        """Lists the rows in which the metric is known for some trial at the end of a schedule.

        Raises:
            UnknownFidelityError: the trial set has no such schedule.
        """
        found = self.metric(trial_set, Fidelity(schedule, schedule), metric)
        if found is None:
            return []
        _, known = found.matrix(np.arange(len(self)))
        rows: list[int] = np.flatnonzero(known.any(axis=1)).tolist()
        return rows

    def dataset(self, name: str) -> Dataset:
        """Returns where a data set's figures come from; a trial set's name is taken, too.

        Raises:
            UnknownDatasetError: lists what the table has.
        """
        if isinstance(name, str) and name in self.metadata.datasets:
            return self.metadata.datasets[name]
        if isinstance(name, str) and any(series.trial_set == name for series in self.metadata.series):
            return Dataset(search=name, score=name)
        known = ", ".join(self.metadata.datasets)
        close = closest(name, self.metadata.datasets) if isinstance(name, str) else None
        guess = f"; did you mean {close}?" if close else ""
        raise UnknownDatasetError(f"table {self.name}: expected one of the data sets {known}; got {name!r:.80}{guess}")

    def series(self, trial_set: str, schedule: int) -> Series:
        """Returns what is known of the trainings of a trial set under a schedule.

        Raises:
            UnknownFidelityError: lists the schedules that the table has.
        """
        try:
            return self._series[trial_set, schedule]
        except KeyError:
            known = sorted(s.schedule for s in self.metadata.series if s.trial_set == trial_set)
            raise UnknownFidelityError(
                f"table {self.name}: {trial_set} was trained for {_listed(known)} epochs, not for {schedule}"
            ) from None

    def schedules(self, trial_set: str) -> list[int]:
        """Lists the lengths of training of a trial set, rising."""
        return sorted(series.schedule for series in self.metadata.series if series.trial_set == trial_set)

    def fidelities(self, trial_set: str, metric: str = "valid_accuracy") -> list[Fidelity]:
        """Lists the fidelities at which a metric is known, by schedule and then by epoch."""
        return [
            Fidelity(schedule, epoch)
            for schedule in self.schedules(trial_set)
            for epoch in self._series[trial_set, schedule].epochs(metric)
        ]

    def metric(self, trial_set: str, fidelity: Fidelity, metric: str) -> Metric | None:
        """Returns a metric at a fidelity, or None where no architecture has it there.

        Raises:
            UnknownFidelityError: the trial set has no such schedule.
        """
        key = (trial_set, fidelity, metric)
        if key not in self._metrics:
            self._metrics[key] = self._find_metric(self.series(trial_set, fidelity.schedule), fidelity, metric)
        return self._metrics[key]

    def _find_metric(self, series: Series, fidelity: Fidelity, metric: str) -> Metric | None:
        unit = self.metadata.units.get(metric, "")
        scale, offset = SCALES.get(unit, 1.0), OFFSETS.get(unit, 0.0)

        def what(row: int) -> str:
            return f"table {self.name}: {metric} on {series.trial_set}, {fidelity}: {self.architecture(row)}"

        if metric in series.columns.get(fidelity.epoch, ()):
            key = keys.column(series.trial_set, *fidelity, metric)
            missing = keys.missing(key)
            gaps = self._array(missing) if missing in self.metadata.arrays else None
            return ColumnMetric(what, series.trials, self._array(key), gaps, scale, offset)
        first, last = series.curves.get(metric, (1, 0))
        if first <= fidelity.epoch <= last:
            read = partial(self._last_curves, series.trial_set, series.schedule)
            return CurveMetric(what, series.trials, read, metric, fidelity.epoch, scale, offset)
        return None

    def cost(self, trial_set: str, fidelity: Fidelity) -> Metric | None:
        """Returns the seconds of one evaluation from scratch, as `find_cost` finds them; None where there are no times.

        Raises:
            UnknownFidelityError: the trial set has no such schedule.
        """
        key = (trial_set, fidelity, "seconds")
        if key not in self._metrics:
            self._metrics[key] = self._find_cost(trial_set, fidelity)
        return self._metrics[key]

    def _find_cost(self, trial_set: str, fidelity: Fidelity) -> Metric | None:
        return find_cost(partial(self.metric, trial_set), fidelity, self.space.steps_per_epoch(trial_set))

    def curves(self, trial_set: str, schedule: int, row: int) -> Curves:
        """Returns an architecture's learning curves by trial and metric, in the source's units; may be empty."""
        self.check_row(row)
        index = self.metadata.series.index(self.series(trial_set, schedule))
        record = self._shared.get(keys.curve(index, row))
        return {} if record is None else unpack(bytes(record))

    def _last_curves(self, trial_set: str, schedule: int, row: int) -> Curves:
        """Returns what `curves` does; a program that asks for an epoch asks for another metric or epoch next."""
        key = (trial_set, schedule, row)
        if self._last[0] != key:
            self._last = key, self.curves(*key)
        return self._last[1]

    @cached_property
    def parameters_store(self) -> ParametersStore | None:
        """The parameters of the table's networks, in a file beside it; None where they were not kept.

        Raises:
            TableError: the file is damaged.
        """
        return ParametersStore(self.path, self.metadata) if parameters_path(self.path).exists() else None

    def parameters(self, arch: Any, trial_set: str, trial: int, schedule: int | None = None) -> dict[str, NDArray[Any]]:
        """Reads the parameters of one trained network, under the names that the source gives them.

        Args:
            arch: architecture, or its text form.
            trial_set: what it was trained on.
            trial: its training seed.
            schedule: length of the training, in epochs; None for the longest of which there are networks.

        Raises:
            ArchitectureError, MissingArchitectureError: as of `row`.
            MissingValueError: the table's networks were not kept, or not this one.
            TableError: the file is damaged, or belongs to a table of other content.
        """
        row, store = self.row(arch), self.parameters_store
        if store is None:
            raise MissingValueError(
                f"table {self.name}: the networks' parameters were not kept; `nasbench-suite import "
                f"{self.space.name} PATH --name {self.name} --weights` keeps them, where the files have them"
            )
        longest = schedule if schedule is not None else store.longest_schedule(trial_set)
        return store.read(NetworkKey(row, trial_set, longest, trial))

    def _array(self, key: str) -> NDArray[Any]:
        dtype, shape = self.metadata.arrays[key]
        return self._shared.array(key.encode(), dtype, shape)

    def verify(self) -> None:
        """Reads every value, compares the file's checksum and the content hash, and computes every architecture's hash.

        Networks' parameters, where they are beside the table, are read and compared with their checksums, too.

        Raises:
            TableError: the table is damaged.
        """
        checked.check(self.path)
        try:
            digest = content_hash(self._shared.transaction, self.metadata)
        except lmdb.Error as error:
            raise TableError(f"{self.path}: is damaged ({error}); import it again") from error
        if digest != self.metadata.content_sha256:
            raise TableError(f"{self.path}: is damaged: its content does not agree with its hash; import it again")
        if f"{keys.HASHES}digests" in self.metadata.arrays:
            self._verify_hashes()
        if self.parameters_store is not None:
            self.parameters_store.verify()

    def _verify_hashes(self) -> None:
        """Computes every architecture's hash, of which an import does so for a sample."""
        for row, text in enumerate(self.architectures(range(len(self)))):
            computed = self.space.hash(self.space.parse(text))
            if self.hashes[row] != computed or self.hashes.row(computed) != row:
                raise TableError(
                    f"{self.path}: the hash of {text} is {computed}, the table says {self.hashes[row]}; import it again"
                )


def _reopen(path: Path, space: Space[Any], content_sha256: str) -> Table:
    table = Table(path, space)
    if table.metadata.content_sha256 != content_sha256:
        raise TableError(
            f"{path}: expected the table with content {content_sha256[:12]} that was pickled, got one with "
            f"{table.metadata.content_sha256[:12]}"
        )
    return table


def read_metadata(path: Path) -> Metadata:
    """Reads what a table says of itself, without its space and without mapping it; its values are not checked.

    Raises:
        TableError: no table, truncated, of another format, or what it says is damaged.
    """
    sealed = seal.read(path)
    return _parse(path, sealed.metadata, sealed.pages)


def _parse(path: Path, record: bytes, pages: int) -> Metadata:
    try:
        return parse(record, pages)
    except TableError as error:
        raise TableError(f"{path}: {error}") from None


def _listed(values: Sequence[int]) -> str:
    return " or ".join(map(str, values)) or "no"
