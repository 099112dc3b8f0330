"""Writes a full-size NAS-Bench-101 file: every cell, the official layout, random measurements.

    python performance/generators/nb101_tfrecord.py nasbench_only108.tfrecord
    python performance/generators/nb101_tfrecord.py nasbench_full.tfrecord --full

The cells, their hashes and their parameters are the real ones; times and accuracies mean nothing. For
measuring how long files of 0.5 and 2 GB take to read. Takes three to six minutes.
"""

import argparse
import base64
import json
from collections.abc import Iterator
from pathlib import Path
from struct import Struct

import numpy as np
from tqdm import tqdm

from nasbench_suite.spaces.nb101 import NB101, Cell
from nasbench_suite.spaces.nb101.channels import parameters
from nasbench_suite.spaces.nb101.graphs import cell_hash
from nasbench_suite.spaces.nb101.tfrecord import frame

EVALUATION = Struct("<" + "Bd" * 5)
SCHEDULES = {4: 0.55, 12: 0.78, 36: 0.87, 108: 0.915}  # with an accuracy that is common after each
REPEATS = 3
IMAGES = 9984


def rows(cell: Cell, full: bool, rng: np.random.Generator) -> Iterator[bytes]:
    """One record a schedule and repeat, the schedules mixed as in the official file."""
    adjacency, operations = str(cell).split("|")
    key, counted = cell_hash(cell), parameters(cell)
    schedules = list(SCHEDULES) if full else [108]
    noise = rng.standard_normal((REPEATS, len(schedules), 3, 3)) * 0.004
    for repeat in range(REPEATS):
        for at, epochs in enumerate(schedules):
            final = SCHEDULES[epochs]
            levels = np.array([[0.1], [final - 0.12], [final]]) + noise[repeat, at]
            counts = np.round(levels.clip(0, 1) * IMAGES)
            accuracies = (counts / IMAGES).astype(np.float32).astype(float).tolist()
            seconds = 10.0 * epochs * (1 + float(noise[repeat, at, 0, 0]))
            message = b""
            for part, measured in zip((0.0, 0.5, 1.0), accuracies, strict=True):
                values = (epochs * part, seconds * part, *measured)
                message += b"\x0a\x2d" + EVALUATION.pack(
                    *(entry for number, value in enumerate(values, 1) for entry in (number << 3 | 1, value))
                )
            message += b"\x10" + varint(counted) + Struct("<Bd").pack(3 << 3 | 1, seconds * 1.1)
            encoded = base64.encodebytes(message).decode()
            yield json.dumps([key, epochs, adjacency, operations, encoded]).encode()


def varint(value: int) -> bytes:
    """Seven bits a byte, lowest first."""
    return bytes([value]) if value < 128 else bytes([value & 127 | 128]) + varint(value >> 7)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path, help="where to write")
    parser.add_argument("--full", action="store_true", help="all four schedules, not only 108 epochs")
    parser.add_argument("--cells", type=int, help="only so many, from the first")
    arguments = parser.parse_args()
    rng = np.random.default_rng(101)
    cells = list(NB101().enumerate())[: arguments.cells]
    with arguments.path.open("wb") as file:
        for cell in tqdm(cells, unit="cell", disable=None):
            for row in rows(cell, arguments.full, rng):
                file.write(frame(row))


if __name__ == "__main__":
    main()
