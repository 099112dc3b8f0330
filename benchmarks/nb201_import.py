"""How fast the official files are read, and in how much memory.

    python -m benchmarks.nb201_import FILE_OR_FOLDER... [--processes N]

`benchmarks.generators.nb201_files` writes files of any size to measure with. The figures are of reading
alone, without writing a table.
"""

import argparse
import json
import resource
import time
from pathlib import Path

from nasbench_suite.spaces.nb201.official import open_source


def measure(path: Path, processes: int | None) -> dict[str, object]:
    """Reads a source to its end; memory is this process's peak, in MiB."""
    source = open_source(path, processes)
    size = sum(file.stat().st_size for file in source.files())
    start, busy = time.perf_counter(), time.process_time()
    cells = sum(1 for _ in source.cells())
    seconds, busy = time.perf_counter() - start, time.process_time() - busy
    return {
        "format": source.format,
        "cells": cells,
        "megabytes": round(size / 1e6, 1),
        "seconds": round(seconds, 2),
        "cpu_seconds_here": round(busy, 2),
        "milliseconds_a_cell": round(1000 * seconds / cells, 2),
        "peak_mib_here": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def main() -> None:
    """Prints one JSON object a source."""
    parser = argparse.ArgumentParser(description="Measure the readers of the official NAS-Bench-201 files.")
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--processes", type=int)
    args = parser.parse_args()
    for path in args.paths:
        print(json.dumps(measure(path, args.processes)))


if __name__ == "__main__":
    main()
