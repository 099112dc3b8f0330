"""A finished job as it was saved, made ready to be searched again."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from nasbench_suite.errors import ResultsError
from nasbench_suite.jobs.config_file import read_config
from nasbench_suite.jobs.description import read_description
from nasbench_suite.jobs.folder import CONFIG
from nasbench_suite.jobs.job import Job
from nasbench_suite.objective import ACCURACIES, parse_objective


class Saved(NamedTuple):
    """What a job's folder says of it.

    Attributes:
        config: resolved, without the groups' chosen names.
        choices: those names.
        description: the contents of `job.json`.
    """

    config: dict[str, Any]
    choices: dict[str, str]
    description: Mapping[str, Any]


def read_saved(folder: Path) -> Saved:
    """Reads a job's folder.

    Raises:
        ResultsError: it is no job's folder, or damaged.
    """
    try:
        description = read_description(folder)
        content = (folder / CONFIG).read_bytes()
    except FileNotFoundError as error:
        raise ResultsError(
            f"{folder}: expected a job's folder, which has {CONFIG} and job.json; there is none"
        ) from error
    except OSError as error:
        raise ResultsError(f"{folder / CONFIG}: cannot be read ({error.strerror})") from error
    config = read_config(content, str(folder / CONFIG))
    choices = config.pop("choices", None)
    if not isinstance(choices, dict):
        raise ResultsError(f"{folder / CONFIG}: expected a configuration and the groups' chosen names, got none")
    return Saved(config, choices, description)


def check_table(folder: Path, saved: Saved, job: Job) -> None:
    """Refuses a table, images, or columns of annotations, of other content than the job had.

    Raises:
        ResultsError: they differ.
    """
    had, has = saved.description["table_hash"], job.table_sha256
    if had != has:
        raise ResultsError(
            f"{folder}: was searched on table {saved.description['table']} of content {had[:12]}, and {job.table} has "
            f"{has[:12]}; bring that table back, or say --any-table"
        )
    if changed := _changed_columns(saved, job):
        raise ResultsError(
            f"{folder}: column {' or '.join(changed)} of table {job.table} has other values, or another unit, than "
            "when this ran; annotate the table with that file again, or say --any-table"
        )


def _changed_columns(saved: Saved, job: Job) -> list[str]:
    """Lists the columns of which some are not what they were; those that other settings ask for are others anyway.

    The figures of a tradeoff have one hash, so which of several it is nobody knows. Of a folder from before jobs kept
    the hash of their algorithm's column, nothing is said.
    """
    if saved.description["dataset"] != job.config["dataset"]:
        return []
    had, has = saved.description.get("tradeoff"), job.tradeoff
    if had is not None and has is not None:
        names = [figure.name for figure in has.figures]
        same = [figure["name"] for figure in had["figures"]] == names
        if same and had["figures_sha256"] != has.figures_sha256:
            return [name for name in names if name not in ACCURACIES]
    column, before = job.plan.column_sha256, saved.description.get("column_sha256")
    asked = job.config["algorithm"].get("column", "")
    if column is not None and before not in (None, column) and asked == saved.config["algorithm"].get("column", ""):
        return [parse_objective(asked)[0] or "of its algorithm"]
    return []
