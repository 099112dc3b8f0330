"""Writes a table: into a temporary file that takes its name when it is whole."""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import lmdb
import numpy as np
from numpy.typing import ArrayLike, NDArray

from nasbench_suite.atomic_write import reason
from nasbench_suite.errors import TableError, TableExistsError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.space import Space
from nasbench_suite.table import keys, seal
from nasbench_suite.table.content import content_hash
from nasbench_suite.table.curves import Curve, narrowest, pack
from nasbench_suite.table.hashes import build_arrays
from nasbench_suite.table.metadata import UNITS, Dataset, Metadata, Series, Source
from nasbench_suite.table.parameters import ParametersWriter
from nasbench_suite.table.reader import read_metadata
from nasbench_suite.table.temporary import TemporaryFile
from nasbench_suite.version import __version__

_MAP_SIZE = 1 << 40  # address space, not disk: LMDB grows the file as it is written
_COMMIT_BYTES = 1 << 26  # dirty pages are held in memory until a commit


class TableWriter:
    """Writes one table; a context manager that leaves nothing behind unless `finish` was called.

    The same calls give the same file to the byte.

    Attributes:
        counts: what the importer counted, kept in the metadata.
        units: unit of each column; an importer may change it, before `finish`, to those that came.
        datasets: what can be searched and scored; may be changed as `units` may.
        source: where the numbers come from; may be changed as `units` may.
        parameters: takes the networks' parameters, beside the table; None where they are not wanted.
    """

    def __init__(
        self,
        path: Path,
        space: Space[Any],
        units: Mapping[str, str],
        source: Source,
        datasets: Mapping[str, Dataset],
        *,
        force: bool = False,
        parameters: bool = False,
    ) -> None:
        """
        Args:
            path: the table's place; `<name>.mdb`.
            space: whose architectures it will hold.
            units: unit of each column; see `metadata.UNITS`.
            source: where the numbers come from.
            datasets: what can be searched and scored.
            force: whether a table of other content may be replaced.
            parameters: whether networks' parameters are kept beside the table.

        Raises:
            TableError: a unit is unknown, or the folder cannot be written.
        """
        for metric, unit in units.items():
            if unit not in UNITS.get(metric, (unit,)):
                raise TableError(f"column {metric}: expected a unit of {', '.join(UNITS[metric])}, got {unit!r}")
        self.counts: dict[str, int] = {}
        self.units, self.source, self.datasets = dict(units), source, dict(datasets)
        self._path, self._space, self._force = path, space, force
        self._architectures: Sequence[Any] = ()
        self._arrays: dict[str, tuple[str, tuple[int, ...]]] = {}
        self._series: dict[tuple[str, int], tuple[int, tuple[int | None, ...]]] = {}
        self._columns: dict[tuple[str, int], dict[int, list[str]]] = {}
        self._curves: dict[tuple[str, int], dict[str, tuple[int, int]]] = {}
        self._uncommitted = 0
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._temporary = TemporaryFile(path)
            name = str(self._temporary.path)
            self._environment = lmdb.open(name, subdir=False, map_size=_MAP_SIZE, lock=False, sync=False, meminit=True)
        except (OSError, lmdb.Error) as error:
            raise TableError(f"{path.parent}: no table can be written there ({error})") from error
        self._transaction = self._environment.begin(write=True)
        self.parameters = ParametersWriter(path) if parameters else None

    def set_architectures(self, archs: Sequence[Any], hashes: Sequence[str] | None = None) -> None:
        """Sets the architectures, in the source's order: row 0 first.

        Args:
            archs: of each row.
            hashes: by which the source names them, where it does and the space knows of hashes; computed where not.
        """
        self._architectures = archs
        texts = [self._space.format(arch).encode() for arch in archs]
        self._put_array(keys.ARCHITECTURES, np.frombuffer(b"".join(texts), dtype=np.uint8))
        self._put_array(keys.ARCHITECTURE_ENDS, np.cumsum([len(text) for text in texts], dtype=np.uint32))
        for name, array in sorted(self._space.index(archs).items()):
            self._put_array(keys.INDEX + name, array)
        if size := self._space.hash_bytes:
            known = [self._space.hash(arch) for arch in archs] if hashes is None else hashes
            for name, array in build_arrays(known, size).items():
                self._put_array(keys.HASHES + name, array)

    def add_series(self, trial_set: str, schedule: int, trials: Sequence[int | None]) -> None:
        """Declares the trainings of a trial set under a schedule, before its columns and curves.

        A source that comes architecture by architecture may have more trials later: what is declared last counts.

        Args:
            trial_set: its name.
            schedule: length of the training, in epochs.
            trials: training seeds, in the order of the arrays' columns; None for a stored mean.
        """
        index, _ = self._series.get((trial_set, schedule), (len(self._series), ()))
        self._series[trial_set, schedule] = (index, tuple(trials))

    def add_column(
        self,
        trial_set: str,
        fidelity: Fidelity,
        metric: str,
        values: ArrayLike,
        missing: NDArray[np.bool_] | None = None,
    ) -> None:
        """Stores a metric at one fidelity for every architecture.

        Args:
            trial_set: its name; the series must have been added.
            fidelity: schedule and epoch.
            metric: the column's name.
            values: (architectures, trials) floats in the source's unit; NaN means that the source says NaN.
            missing: (architectures, trials); True where the source says nothing.

        Raises:
            TableError: the values are of another shape.
        """
        _, trials = self._series[trial_set, fidelity.schedule]
        array = np.asarray(values, dtype=np.float64)
        expected = (len(self._architectures), len(trials))
        if array.shape != expected:
            raise TableError(f"column {metric}: expected an array of shape {expected}, got {array.shape}")
        key = keys.column(trial_set, *fidelity, metric)
        if missing is not None and missing.any():
            self._put_array(keys.missing(key), np.ascontiguousarray(missing, dtype=np.uint8))
            array = np.where(missing, 0.0, array)
        self._put_array(key, narrowest(array))
        columns = self._columns.setdefault((trial_set, fidelity.schedule), {})
        columns.setdefault(fidelity.epoch, []).append(metric)

    def add_curves(
        self, trial_set: str, schedule: int, row: int, curves: Mapping[int | None, Mapping[str, Curve]]
    ) -> None:
        """Stores the curves of one architecture.

        Args:
            trial_set: its name; the series must have been added.
            schedule: length of the training, in epochs.
            row: of the architecture.
            curves: by trial and metric, in the source's unit.
        """
        index, _ = self._series[trial_set, schedule]
        self._put(keys.curve(index, row), pack(curves))
        known = self._curves.setdefault((trial_set, schedule), {})
        for metrics in curves.values():
            for metric, curve in metrics.items():
                first, last = known.get(metric, (int(curve.epochs[0]), 0))
                known[metric] = (min(first, int(curve.epochs[0])), max(last, int(curve.epochs[-1])))

    def finish(self) -> Metadata:
        """Completes the file and puts it in its place.

        Raises:
            TableExistsError: a table of other content is there, and `force` is not set.
            TableError: the disk is full or fails.
        """
        metadata = Metadata(
            space=self._space.name,
            architectures=len(self._architectures),
            units=self.units,
            datasets=self.datasets,
            series=tuple(
                Series(
                    trial_set,
                    schedule,
                    trials,
                    {e: tuple(sorted(m)) for e, m in sorted(self._columns.get((trial_set, schedule), {}).items())},
                    dict(sorted(self._curves.get((trial_set, schedule), {}).items())),
                )
                for (trial_set, schedule), (_, trials) in self._series.items()
            ),
            arrays=self._arrays,
            source=self.source,
            counts=self.counts,
            package_version=__version__,
        )
        self._commit()
        metadata = dataclasses.replace(metadata, content_sha256=content_hash(self._transaction, metadata))
        self._transaction.abort()
        try:
            self._environment.sync(True)
            self._environment.close()
            seal.append(self._temporary.path, metadata.to_json())
            read_metadata(self._temporary.path)  # raises where it says what no reader would take
        except (OSError, lmdb.Error) as error:
            raise TableError(f"{self._path}: cannot be written ({reason(error)})") from error
        self._publish(metadata)
        return metadata

    def _publish(self, metadata: Metadata) -> None:
        if self._path.exists() and not self._force:
            try:
                there: str | None = read_metadata(self._path).content_sha256
            except TableError:
                there = None  # damaged or foreign: still somebody's file
            if there != metadata.content_sha256:
                raise TableExistsError(
                    f"{self._path} is there with other content; choose another --name, or replace it with --force"
                )
        # whole and on the disk before the table gets its name, so that a full disk leaves neither
        if self.parameters is not None:
            self.parameters.complete(metadata.content_sha256)
        self._temporary.publish(self._path)
        if self.parameters is not None:
            self.parameters.publish()

    def _put_array(self, key: str, array: NDArray[np.generic]) -> None:
        little = array.astype(array.dtype.newbyteorder("<"), copy=False)
        self._arrays[key] = (little.dtype.str, little.shape)
        self._put(key.encode(), np.ascontiguousarray(little).tobytes())

    def _put(self, key: bytes, value: bytes) -> None:
        try:
            if not self._transaction.put(key, value, overwrite=False):
                raise TableError(f"{self._path.name}: {key!r} is written twice")
        except lmdb.Error as error:
            raise TableError(f"{self._path}: cannot be written ({reason(error)})") from error
        self._uncommitted += len(value)
        if self._uncommitted > _COMMIT_BYTES:
            self._commit()

    def _commit(self) -> None:
        try:
            self._transaction.commit()
        except lmdb.Error as error:
            raise TableError(f"{self._path}: cannot be written ({reason(error)})") from error
        self._transaction = self._environment.begin(write=True)
        self._uncommitted = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._environment.close()
        self._temporary.close()
        if self.parameters is not None:
            self.parameters.close()
