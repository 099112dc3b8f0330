"""Importer of the official files: every repeat, half-way and at the end, to the bit."""

from pathlib import Path
from typing import Any

from nasbench_suite.errors import SourceError
from nasbench_suite.importing.importer import Importer, NewWriter
from nasbench_suite.progress import Progress
from nasbench_suite.space import Space
from nasbench_suite.spaces.nb101.batches import read_batches
from nasbench_suite.spaces.nb101.file_cells import FileCells
from nasbench_suite.spaces.nb101.measurements import TRIAL_SET, UNITS, Measurements, check_figures
from nasbench_suite.spaces.nb101.official import OFFICIAL_SHA256
from nasbench_suite.spaces.nb101.tfrecord import is_tfrecord
from nasbench_suite.table import Metadata


class TFRecordImporter(Importer):
    """Reads `nasbench_only108.tfrecord`, `nasbench_full.tfrecord` and files of their layout.

    A cell's repeats under a schedule are the trials 0, 1, 2 in the file's order. Isomorphic cells are one row, in the
    numbering that comes first.
    """

    format = "nb101-tfrecord"
    describes = "NAS-Bench-101's nasbench_only108.tfrecord or nasbench_full.tfrecord (format nb101-tfrecord)"

    def recognises(self, path: Path) -> bool:
        """Whether the file begins with the header of a record."""
        return path.is_file() and is_tfrecord(path)

    def read(self, path: Path, space: Space[Any], new_writer: NewWriter, progress: Progress) -> Metadata:
        """Writes the table of a file, with the file's hashes, of which a sample is computed again."""
        with new_writer(UNITS, [TRIAL_SET]) as writer:
            official = writer.source.sha256 in OFFICIAL_SHA256
            cells, measurements = FileCells(path), Measurements(path)
            records = done = 0
            for batch in read_batches(path):
                check_figures(path, batch)
                measurements.add(cells.rows(batch), batch)
                progress.advance(batch.offsets[-1] - done)
                records, done = records + len(batch.offsets), batch.offsets[-1]
            if not records:
                raise SourceError(f"{path}: expected at least one record, the file is empty")
            progress.advance(path.stat().st_size - done)
            writer.set_architectures(cells.archs, cells.hashes)
            missing = measurements.write(writer, len(cells.archs))
            writer.counts |= {"official_files": int(official), "trainings": records, "missing_trainings": missing}
            return writer.finish()
