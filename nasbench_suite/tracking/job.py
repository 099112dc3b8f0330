"""A table search's job as one W&B run, written from the job's files when it has ended."""

import dataclasses
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import filelock
import numpy as np
import yaml
from numpy.typing import NDArray

from nasbench_suite.atomic_write import atomic_write
from nasbench_suite.jobs.description import JOB
from nasbench_suite.jobs.folder import CONFIG, EPOCHS, TRAJECTORY
from nasbench_suite.report.clock import Clock, clock_in, known_unit, limit
from nasbench_suite.report.curves import SPLITS, best_accuracy, scores_at
from nasbench_suite.report.load import Results
from nasbench_suite.report.summary import Summary, summarise
from nasbench_suite.report.text import relative
from nasbench_suite.tracking.name import run_name
from nasbench_suite.tracking.run import Axes, LiveRun, mode

MARKER = "wandb.json"
POINTS = 200
QUANTILES = {"q25": 0.25, "median": 0.5, "q75": 0.75}


def log_job(folder: Path, config: Mapping[str, Any]) -> str | None:
    """Logs a finished job, unless that was done before.

    Args:
        folder: of the job.
        config: the resolved configuration of this start, of which `tracking` and `results` are used.

    Returns:
        Where the run is, in a line; None where it is not logged.
    """
    return _log(folder, config, None)


def log_failure(folder: Path, config: Mapping[str, Any], error: BaseException) -> str | None:
    """Logs a job that failed as a run with exit code 1, without curves; starting the job again replaces it.

    Takes what `log_job` takes, and what the job failed of.
    """
    return _log(folder, config, error)


def _log(folder: Path, config: Mapping[str, Any], error: BaseException | None) -> str | None:
    if mode(config["tracking"]) == "disabled" or not (folder / JOB).exists():
        return None
    try:
        with filelock.FileLock(folder / ".lock", blocking=False):
            return _log_locked(folder, config["tracking"], Path(config["results"]).resolve().name, error)
    except filelock.Timeout:
        return None  # whoever has the folder now will log it
    except Exception as problem:  # whatever it is, the results are there
        print(f"W&B: {' '.join(str(problem).split())}; the results are in their files all the same", file=sys.stderr)
        return None


def _log_locked(folder: Path, settings: Mapping[str, Any], root: str, error: BaseException | None) -> str | None:
    description = json.loads((folder / JOB).read_text())
    config = yaml.safe_load((folder / CONFIG).read_text())
    name = run_name(description, folder.name.removeprefix("seeds-"), settings["group"] or root, settings["tags"])
    wanted = {"mode": settings["mode"], "id": name.id, "project": settings["project"], "entity": settings["entity"]}
    done = _logged(folder)
    if done is not None and wanted in (done["run"], {**done["run"], "mode": "offline"}):
        return _line(
            done["run"]["mode"], folder, done["where"], description
        )  # an offline run need not follow an online one
    summary = summarise([folder]) if error is None else None
    axes = (
        None
        if summary is None
        else Axes(known_unit(summary.results[0]), [f"{row.scored_on}/*" for row in summary.rows])
    )
    with LiveRun(settings, folder, name, {**config, "job": description}, axes, quick=True) as run:
        if summary is None:
            run.summarise({"error": f"{type(error).__name__}: {error}"})
            run.finish(exit_code=1)
        else:
            _feed(run, summary)
            for file in (TRAJECTORY, EPOCHS) if summary.results[0].one_shot else (TRAJECTORY,):
                kind = Path(file).stem
                run.file(folder / file, f"{kind}-{name.id}", kind, _provenance(description))
    if run.failed or run.where is None:
        return None
    where = relative(Path(run.where), folder) if run.mode == "offline" else run.where
    if summary is not None:
        atomic_write(folder / MARKER, (json.dumps({"run": wanted, "where": where}, indent=2) + "\n").encode())
    return _line(run.mode, folder, where, description)


def _provenance(description: Mapping[str, Any]) -> dict[str, Any]:
    return {key: description[key] for key in ("table", "table_hash", "config_id", "space", "dataset", "versions")}


def _logged(folder: Path) -> dict[str, Any] | None:
    """Returns what the marker says of an earlier run whose files are still there."""
    try:
        done: dict[str, Any] = json.loads((folder / MARKER).read_text())
        there = done["run"]["mode"] == "online" or (folder / done["where"]).is_dir()
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
    return done if there else None


def _line(mode: str, folder: Path, where: str, description: Mapping[str, Any]) -> str:
    if mode == "online":
        return f"W&B: {where}"
    # the live runs of the seeds lie beside the job's own
    runs = folder / where if description.get("one_shot") is None else folder / "wandb" / "offline-run-*"
    return f"W&B: wandb sync {relative(runs, Path.cwd())}"


def _axis(results: Results) -> tuple[Clock, NDArray[np.float64]]:
    """Returns the horizontal axis: the clock, whose unit names it, and a grid that depends on nothing but the budget.

    Evaluations that overstep the budget and are kept count at its end. Without a budget the grid ends with the longest
    search.
    """
    unit = known_unit(results)
    clock, most = clock_in(results, unit), limit(results, unit)
    end = float(clock.times.max() if most is None else most)
    grid = np.linspace(0.0, end, POINTS + 1)[1:]
    if unit != "seconds":
        grid = np.unique(np.ceil(grid))
    return Clock(unit, np.minimum(clock.times, end)), grid


def _feed(run: LiveRun, summary: Summary) -> None:
    clock, grid = _axis(summary.results[0])
    columns = _curves(summary.results[0], clock, grid)
    for at, time in enumerate(grid):
        metrics = {name: float(values[at]) for name, values in columns.items() if not np.isnan(values[at])}
        if metrics:
            run.log({clock.unit: float(time), **metrics})
    first = summary.rows[0]
    counted = ("seeds", "evaluations_mean", "seconds_mean", "collapsed")
    figures: dict[str, Any] = {key: getattr(first, key) for key in counted}
    for row in summary.rows:
        moments = {key: getattr(row, key) for key in ("valid_mean", "valid_std", "test_mean", "test_std")}
        figures |= {f"final/{row.scored_on}/{key}": value for key, value in moments.items()}
    run.summarise({key: value for key, value in figures.items() if value is not None})
    run.table("final", [dataclasses.asdict(row) for row in summary.rows])


def _curves(results: Results, clock: Clock, grid: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Returns the mean and the quantiles over seeds by name, each (G,); NaN until every search has an incumbent."""
    columns: dict[str, NDArray[np.float64]] = {}
    for dataset in results.scores:
        for split in SPLITS:
            scores = scores_at(results, dataset, split, clock, grid)
            name = f"{dataset}/{split}_accuracy"
            columns[f"{name}/mean"] = scores.mean(axis=0)
            for quantile, values in zip(QUANTILES, np.quantile(scores, list(QUANTILES.values()), axis=0), strict=True):
                columns[f"{name}/{quantile}"] = values
            best = best_accuracy(results, dataset, split)
            if best is not None:
                columns[f"{dataset}/{split}_regret/mean"] = best - columns[f"{name}/mean"]
    return columns
