"""Times reading a full-size NAS-Bench-101 file; `generators/nb101_tfrecord.py` makes one.

    python performance/nb101_reading.py nasbench_full.tfrecord

nasbench itself takes 20 s and 1.3 GB for the file of 108 epochs and 71 s and 3.4 GB for the full one, read
without TensorFlow, on one core of a two-core machine.
"""

import resource
import sys
from pathlib import Path
from time import perf_counter

from nasbench_suite.spaces.nb101.batches import read_batches
from nasbench_suite.spaces.nb101.tfrecord import read_records


def main() -> None:
    path = Path(sys.argv[1])
    start = perf_counter()
    records = sum(1 for _ in read_records(path))
    print(f"{records:,} records framed and checked in {perf_counter() - start:.1f} s")
    start = perf_counter()
    rows = sum(len(batch.offsets) for batch in read_batches(path))
    print(f"{rows:,} rows read in {perf_counter() - start:.1f} s")
    # Linux counts in KiB
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
