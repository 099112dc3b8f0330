"""How fast the official files are read and imported, and in how much memory.

    python -m performance.nb201_import FILE_OR_FOLDER...

`performance.generators.nb201_files` writes files of any size to measure with.
"""

import argparse
import json
import resource
import tempfile
import time
from pathlib import Path

from nasbench_suite.importing.convert import sha256
from nasbench_suite.registry.importers import import_file
from nasbench_suite.spaces.nb201 import NB201
from nasbench_suite.spaces.nb201.official import open_source


def seconds_of_reading(path: Path) -> float:
    """Reads a source to its end, on all cores where it is a folder."""
    start = time.perf_counter()
    for _ in open_source(path).records():
        pass
    return time.perf_counter() - start


def seconds_of_hashing(path: Path) -> float:
    """Computes the hash that goes into the table."""
    start = time.perf_counter()
    sha256(path)
    return time.perf_counter() - start


def measure(path: Path, reading: bool) -> dict[str, object]:
    """Imports a source into a table that is thrown away; memory is this process's peak, the table's pages included."""
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "table.mdb"
        start = time.perf_counter()
        metadata = import_file(NB201(), path, table)
        seconds = time.perf_counter() - start
        figures: dict[str, object] = {
            "format": metadata.source.format,
            "cells": metadata.architectures,
            "source_mib": round(sum(file.stat().st_size for file in open_source(path).files()) / 2**20, 1),
            "table_mib": round(table.stat().st_size / 2**20, 1),
            "import_seconds": round(seconds, 2),
            "milliseconds_a_cell": round(1000 * seconds / metadata.architectures, 2),
            "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }
    if reading:
        figures["of_which_reading"] = round(seconds_of_reading(path), 2)
        figures["of_which_hashing"] = round(seconds_of_hashing(path), 2)
    return figures


def main() -> None:
    """Prints one JSON object a source."""
    parser = argparse.ArgumentParser(description="Measure the import of the official NAS-Bench-201 files.")
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--parts", action="store_true", help="also read and hash each source alone")
    args = parser.parse_args()
    for path in args.paths:
        print(json.dumps(measure(path, args.parts)), flush=True)


if __name__ == "__main__":
    main()
