"""Real NAS-Bench-101 data, where the developer has it, and the space opened over all of its cells."""

import base64
import csv
import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from struct import pack

import pytest

from nasbench_suite.registry.importers import import_file
from nasbench_suite.spaces.nb101 import NB101, Cell
from nasbench_suite.spaces.nb101.cell import parse_cell
from nasbench_suite.spaces.nb101.graphs import cell_hash
from nasbench_suite.spaces.nb101.tfrecord import frame
from nasbench_suite.table import Table


@pytest.fixture(scope="session")
def real_cells(data: Path) -> list[tuple[str, Cell, int]]:
    """Hash, cell and trainable parameters of 30,001 real cells."""
    with gzip.open(data / "nb101" / "nas_bench_101_subset.csv.gz", "rt") as file:
        return [
            (
                row["module_hash"],
                parse_cell(f"{row['adjacency']}|{row['operations']}"),
                int(row["trainable_parameters"]),
            )
            for row in csv.DictReader(file)
            if row["epochs"] == "108"
        ]


@pytest.fixture(scope="session")
def space() -> NB101:
    return NB101()


@pytest.fixture(scope="session")
def every_cell(space: NB101) -> list[Cell]:
    return list(space.enumerate())


@pytest.fixture(scope="session")
def locate(space: NB101, every_cell: list[Cell]) -> Callable[[Cell], int]:
    """From a cell to its number in the official order."""
    return space.locator(space.index(every_cell))


@dataclass
class Training:
    """A record of the official layout; accuracies are fractions, the second evaluation is half-way unless said."""

    cell: str
    epochs: int = 108
    halfway: tuple[float, ...] = (600.0, 0.75, 0.625, 0.5)
    final: tuple[float, ...] = (1200.0, 1.0, 0.875, 0.75)
    parameters: int = 1234567
    halfway_epoch: float | None = None
    final_epoch: float | None = None
    hash: str | None = None

    def record(self) -> bytes:
        adjacency, operations = self.cell.split("|")
        key = cell_hash(parse_cell(self.cell)) if self.hash is None else self.hash
        halfway = self.epochs / 2 if self.halfway_epoch is None else self.halfway_epoch
        last = float(self.epochs) if self.final_epoch is None else self.final_epoch
        parts = [(0.0,) * 5, (halfway, *self.halfway), (last, *self.final)]
        bodies = [b"".join(pack("<Bd", at << 3 | 1, value) for at, value in enumerate(part, 1)) for part in parts]
        message = b"".join(b"\x0a" + bytes([len(body)]) + body for body in bodies)
        message += b"\x10" + _varint(self.parameters) + pack("<Bd", 3 << 3 | 1, 1300.0)
        encoded = base64.encodebytes(message).decode()
        return frame(json.dumps([key, self.epochs, adjacency, operations, encoded]).encode())


def _varint(value: int) -> bytes:
    return bytes([value]) if value < 128 else bytes([value & 127 | 128]) + _varint(value >> 7)


@pytest.fixture
def training() -> type[Training]:
    return Training


@pytest.fixture
def imported(tmp_path: Path) -> Callable[..., Table]:
    """Imports a file of trainings, or of bytes."""

    def make(*trainings: Training | bytes, name: str = "made.tfrecord") -> Table:
        source, destination = tmp_path / name, tmp_path / "tables" / "made.mdb"
        source.write_bytes(b"".join(t if isinstance(t, bytes) else t.record() for t in trainings))
        import_file(NB101(), source, destination)
        return Table(destination, NB101())

    return make
