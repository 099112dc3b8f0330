"""The keys of the LMDB records of a table; docs/table-format.md describes what they hold."""

ARCHITECTURES = "architectures/text"
ARCHITECTURE_ENDS = "architectures/ends"
INDEX = "index/"
HASHES = "hashes/"


def column(trial_set: str, schedule: int, epoch: int, metric: str) -> str:
    """Values of a metric: one row an architecture, one column a trial."""
    return f"column/{trial_set}/{schedule}/{epoch}/{metric}"


def missing(column_key: str) -> str:
    """Which values of a column the source lacks; absent where it lacks none."""
    return column_key.replace("column/", "missing/", 1)


def curve(series: int, row: int) -> bytes:
    """The curves of one architecture in one series; binary, so that rows are in order."""
    return b"curve/" + series.to_bytes(2, "big") + row.to_bytes(4, "big")
