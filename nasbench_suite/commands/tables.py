"""`nasbench-suite tables`: what is here."""

from pathlib import Path

from nasbench_suite.errors import TableError
from nasbench_suite.folders import home, table_paths
from nasbench_suite.registry.tables import open_table
from nasbench_suite.table import Metadata, read_metadata
from nasbench_suite.table import seal


def show(verify: bool) -> None:
    """Prints every table; with `verify`, reads all of it.

    Raises:
        TableError: a table is damaged; the others are shown all the same.
    """
    paths = table_paths()
    if not paths:
        print(f"no tables in {home() / 'tables'}; `nasbench-suite import SPACE PATH` makes one")
    broken = []
    for name, path in paths.items():
        try:
            if verify:
                seal.check(path)  # before it is mapped
                open_table(path).verify()
            metadata = read_metadata(path)
        except TableError as error:
            broken.append(str(error))
            print(f"{name}: DAMAGED: {error}")
            continue
        print(_describe(name, path, metadata) + ("\n  verified" if verify else ""))
    if broken:
        raise TableError(f"{len(broken)} of {len(paths)} tables cannot be used: {'; '.join(broken)}")


def _describe(name: str, path: Path, metadata: Metadata) -> str:
    lines = [
        f"{name}: space {metadata.space}, {metadata.architectures:,} cells, data sets {', '.join(metadata.datasets)}",
        f"  {path} ({path.stat().st_size / 2**20:.1f} MiB), content {metadata.content_sha256[:12]}",
        f"  source {metadata.source.file} ({metadata.source.format}, sha256 {metadata.source.sha256[:12]})",
    ]
    for series in metadata.series:
        seeds = ", ".join("stored mean" if trial is None else str(trial) for trial in series.trials)
        epochs = series.epochs("valid_accuracy") or series.epochs("test_accuracy")
        known = f"{len(epochs)} epochs" if len(epochs) > 1 else f"epoch {epochs[0]}" if epochs else "no accuracy"
        lines.append(f"  {series.trial_set}, {series.schedule}-epoch schedule: {known}, seeds {seeds}")
    for what, count in metadata.counts.items():
        lines.append(f"  {what.replace('_', ' ')}: {count:,}")
    return "\n".join(lines)
