"""Importer of NDS's published files, one family at a time.

Files are read whole and their jobs one at a time, so that memory holds one file's text and a family's numbers.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nasbench_suite.errors import ArchitectureError, SourceError
from nasbench_suite.importing.importer import Importer, NewWriter
from nasbench_suite.progress import Progress
from nasbench_suite.space import Space
from nasbench_suite.spaces.nds.archive import Archive, has_files
from nasbench_suite.spaces.nds.job import NDSTraining, read_job
from nasbench_suite.spaces.nds.series import UNITS, TrainingSeries
from nasbench_suite.table import Metadata

if TYPE_CHECKING:
    from nasbench_suite.spaces.nds.space import NDSSpace

FORMAT = "nds"


class ArchiveImporter(Importer):
    """Reads the files of one family."""

    format = FORMAT

    def __init__(self, space: "NDSSpace[Any]") -> None:
        """
        Args:
            space: the family.
        """
        self.describes = f"NDS's JSON files, {space.family}*.json, in a folder or zip or one by one (format {FORMAT})"
        self._space = space

    def recognises(self, path: Path) -> bool:
        """Whether it is a JSON file, or a folder or zip that has some."""
        if path.is_dir():
            return any(path.glob("*.json")) or any(path.glob("*/*.json"))
        return path.suffix == ".json" or has_files(path)

    def read(self, path: Path, space: Space[Any], new_writer: NewWriter, progress: Progress) -> Metadata:
        """Writes the table of a family."""
        source = Archive(path)
        files = [file for file in source.files if file.family == self._space.family]
        if not files:
            families = ", ".join(sorted({file.family for file in source.files})) or "none"
            raise SourceError(f"{path}: expected files of {self._space.family}; there are those of: {families}")
        progress.advance(sum(file.stored for file in source.files if file not in files))
        rows: dict[Any, int] = {}
        series: dict[tuple[str, int], TrainingSeries] = {}
        for file in files:
            for group, job in source.jobs(file):
                trial_set = f"{file.trial_set}-{group}" if group else file.trial_set
                training = self._training(job, f"{source.where(file)}, job {_job_id(job)}")
                row = rows.setdefault(training.arch, len(rows))
                found = series.setdefault((trial_set, training.schedule), TrainingSeries(trial_set, training.schedule))
                found.add(row, training, source.where(file))
            progress.advance(file.stored)
        if not rows:
            raise SourceError(f"{path}: expected at least one job of {self._space.family}")
        return _write(new_writer, rows, [series[key] for key in sorted(series)])

    def _training(self, job: object, where: str) -> NDSTraining:
        try:
            return read_job(job, self._space)
        except ArchitectureError as error:
            raise SourceError(f"{where}: {error}") from None


def _write(new_writer: NewWriter, rows: dict[Any, int], series: Sequence[TrainingSeries]) -> Metadata:
    metrics = {metric for one in series for metric in one.metrics()}
    units = {metric: UNITS.get(metric, "source") for metric in sorted(metrics)}
    with new_writer(units, dict.fromkeys(one.trial_set for one in series)) as writer:
        writer.set_architectures(list(rows))
        for one in series:
            one.write(writer, len(rows))
        writer.counts["trainings"] = sum(one.trainings for one in series)
        writer.counts["diverged"] = sum(one.diverged for one in series)
        writer.counts["repeated_seeds"] = sum(one.repeated for one in series)
        return writer.finish()


def _job_id(job: object) -> str:
    return repr(job.get("job_id", "without an id"))[:40] if isinstance(job, dict) else "that is not an object"
