"""A job as one W&B run, written from the job's files when it has ended."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import filelock
import numpy as np
from numpy.typing import NDArray

from nasbench_suite.atomic_write import atomic_write
from nasbench_suite.folders import relative_path
from nasbench_suite.jobs.config_file import read_config
from nasbench_suite.jobs.description import JOB
from nasbench_suite.jobs.folder import CONFIG, EPOCHS, TRAJECTORY
from nasbench_suite.report.curves import SPLITS, Curves, best_accuracy, scores_at
from nasbench_suite.report.found import picture
from nasbench_suite.report.fronts import fronts_of
from nasbench_suite.report.model import ReportedConfiguration, make_report
from nasbench_suite.report.provenance import ranges
from nasbench_suite.report.results import Results
from nasbench_suite.report.times import UNITS, EvaluationTimes, Unit, limit, times_in
from nasbench_suite.tracking.environment import GivenRun
from nasbench_suite.tracking.mode import mode
from nasbench_suite.tracking.name import flat_config, run_name
from nasbench_suite.tracking.run import Axes, LiveRun

MARKER = "wandb.json"
POINTS = 200
QUANTITIES = ("accuracy", "regret")
# of a report's row
SUMMARY = (
    "seeds", "without_incumbent", "evaluations_mean", "seconds_mean", "wall_seconds_mean", "found", "found_searches",
    "collapsed", "hypervolume_mean", "hypervolume_std", "hypervolume_best", "igd_plus_mean",
)  # fmt: skip
QUANTILES = {"q25": 0.25, "median": 0.5, "q75": 0.75}


def log_job(
    folder: Path, config: Mapping[str, Any], objective: float | None = None, given: GivenRun | None = None
) -> str | None:
    """Logs a finished job, unless that was done before; a run that the environment names is always fed.

    Args:
        folder: of the job.
        config: the resolved configuration of this start, of which `tracking` and `results` are used.
        objective: what an optimising sweeper maximises; None where there is none.
        given: the run that the environment names, in place of the job's own.

    Returns:
        Where the run is, in a line; None where it is not logged.
    """
    return _log(folder, config, None, objective, given)


def log_failure(
    folder: Path, config: Mapping[str, Any], error: BaseException, given: GivenRun | None = None
) -> str | None:
    """Logs a job that failed as a run with exit code 1, without curves; starting the job again replaces it.

    Takes what `log_job` takes, and what the job failed of.
    """
    return _log(folder, config, error, None, given)


def _log(
    folder: Path,
    config: Mapping[str, Any],
    error: BaseException | None,
    objective: float | None,
    given: GivenRun | None,
) -> str | None:
    if mode(config["tracking"]) == "disabled" or not (folder / JOB).exists():
        return None
    try:
        # a run of the environment's is this process's to feed
        with filelock.FileLock(folder / ".lock", blocking=given is not None):
            root = Path(config["results"]).resolve().name
            return _log_locked(folder, config["tracking"], root, error, objective, given)
    except filelock.Timeout:
        return None  # the process that has the folder now will log it
    except Exception as problem:  # whatever it is, the results are there
        print(f"W&B: {' '.join(str(problem).split())}; the results are in their files all the same", file=sys.stderr)
        return None


def _log_locked(
    folder: Path,
    settings: Mapping[str, Any],
    root: str,
    error: BaseException | None,
    objective: float | None,
    given: GivenRun | None,
) -> str | None:
    found = _finished(folder) if error is None else None
    description, config = _described(folder)
    first = config["seed"] if found is None else found.results.seeds[0]
    # not the last seed: a job that is given more seeds replaces its run
    shown = f"from seed {first}" if found is None else f"{_seeds(found.results.seeds)}"
    name = run_name(description, f"{first}-on", settings["group"] or root, settings["tags"], shown=shown, given=given)
    wanted = {"mode": mode(settings)} | {key: settings[key] for key in ("project", "entity")} | {"id": name.id}
    if found is not None:
        wanted["seeds"] = ranges(found.results.seeds)
    done = _logged(folder) if given is None else None
    if done is not None and wanted in (done["run"], {**done["run"], "mode": "offline"}):
        # an offline run need not follow an online one
        return _line(done["run"]["mode"], folder, done["where"], description)
    shown_config = {**(given.parameters() if given else {}), **flat_config(description, config)}
    with LiveRun(settings, folder, name, shown_config, _axes(found), quick=True) as run:
        if found is None:
            run.summarise({"error": f"{type(error).__name__}: {error}"})
            run.finish(exit_code=1)
        else:
            _feed(run, found)
            run.summarise({} if objective is None else {"objective": objective})
            for file in (TRAJECTORY, EPOCHS) if found.results.one_shot else (TRAJECTORY,):
                kind = Path(file).stem
                run.file(folder / file, f"{kind}-{name.id}", kind, _provenance(description))
    if run.failed or run.where is None:
        return None
    where = relative_path(Path(run.where), folder) if run.mode == "offline" else run.where
    if found is not None and given is None:
        atomic_write(folder / MARKER, (json.dumps({"run": wanted, "where": where}, indent=2) + "\n").encode())
    return _line(run.mode, folder, where, description)


def _finished(folder: Path) -> ReportedConfiguration:
    (found,) = make_report([folder]).configurations
    return found


def _described(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Returns the job's description and its configuration."""
    return json.loads((folder / JOB).read_bytes()), read_config((folder / CONFIG).read_bytes(), CONFIG)


def _axes(found: ReportedConfiguration | None) -> Axes | None:
    if found is None:
        return None
    names = [f"{row.scored_on}/{split}_{quantity}" for row in found.rows for split in SPLITS for quantity in QUANTITIES]
    first = [f"{found.row.dataset}/valid_accuracy"]
    shown = [name for name in names if "/test_" in name or name in first]
    if found.row.hypervolume_mean is not None:
        shown.append("hypervolume")
    others = [name for name in names if name not in shown]
    counts = [unit for unit in UNITS if unit != _unit(found.results)]
    return Axes(_unit(found.results), shown, [*others, *counts, "spread/*"])


def _seeds(seeds: tuple[int, ...]) -> str:
    return f"seed{'s' * (len(seeds) > 1)} {ranges(seeds)}"


def _provenance(description: Mapping[str, Any]) -> dict[str, Any]:
    return {key: description[key] for key in ("table", "table_hash", "config_id", "space", "dataset", "versions")}


def _logged(folder: Path) -> dict[str, Any] | None:
    """Returns what the marker says of an earlier run whose files are still there."""
    try:
        done: dict[str, Any] = json.loads((folder / MARKER).read_bytes())
        there = done["run"]["mode"] == "online" or (folder / done["where"]).is_dir()
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
    return done if there else None


def _line(mode: str, folder: Path, where: str, description: Mapping[str, Any]) -> str:
    if mode == "online":
        return f"W&B: {where}"
    # the live runs of the seeds lie beside the job's own
    runs = folder / where
    if description.get("one_shot") is not None:
        runs = runs.with_name("offline-run-*")
    return f"W&B: wandb sync {relative_path(runs, Path.cwd())}"


def _axis(results: Results) -> tuple[EvaluationTimes, NDArray[np.float64]]:
    """Returns the horizontal axis: the times, whose unit names it, and a grid that depends on the budget alone.

    Evaluations that overstep the budget and are kept count at its end. Without a limit in the unit the grid ends with
    the longest search.
    """
    unit = _unit(results)
    times, most = times_in(results, unit), limit(results, unit)
    end = float(times.values.max(initial=0.0) if most is None else most)
    grid = np.linspace(0.0, end, POINTS + 1)[1:]
    if unit != "seconds":
        grid = np.unique(np.ceil(grid))
    return EvaluationTimes(unit, np.minimum(times.values, end)), grid


def _unit(results: Results) -> Unit:
    """Seconds wherever they are known, so that runs of every kind lie on each other."""
    return "evaluations" if np.isnan(results.trajectory["seconds"]).any() else "seconds"


def _counts(results: Results, times: EvaluationTimes, grid: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Returns the evaluations and the epochs that a search has done by then, means over the searches, each (G,)."""
    found: dict[str, NDArray[np.float64]] = {}
    for unit in UNITS:
        if unit not in (times.unit, "seconds"):
            done = times_in(results, unit).values
            by_search = [
                np.array([0.0, *done[rows]])[np.searchsorted(times.values[rows], grid, side="right")]
                for rows in results.searches
            ]
            found[unit] = np.mean(by_search, axis=0)
    return found


def _feed(run: LiveRun, found: ReportedConfiguration) -> None:
    times, grid = _axis(found.results)
    columns, counts = _curves(found.results, times, grid), _counts(found.results, times, grid)
    for at, time in enumerate(grid):
        metrics = {name: float(values[at]) for name, values in columns.items() if not np.isnan(values[at])}
        if metrics:
            done = {unit: float(values[at]) for unit, values in counts.items()}
            run.log({times.unit: float(time), **done, **metrics})
    figures: dict[str, Any] = {key: getattr(found.row, key) for key in SUMMARY}
    for row in found.rows:
        for split in SPLITS:
            name = f"final/{row.scored_on}/{split}_accuracy"
            figures[name], figures[f"{name}_std"] = row.accuracy(split)
    run.summarise({key: value for key, value in figures.items() if value is not None})
    run.table("final", [row.record() for row in found.rows])
    drawn = None if found.row.found is None else picture(found.row.space, found.row.found)
    if drawn is not None:
        run.picture("found_architecture", drawn)


def _curves(results: Results, times: EvaluationTimes, grid: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Returns the mean and the quantiles by name, each (G,), over the searches that found something.

    They are NaN until each of these has an incumbent; `seeds` and `without_incumbent` in the summary say how many.
    """
    columns: dict[str, NDArray[np.float64]] = {}
    for dataset in results.scores:
        for split in SPLITS:
            curves = Curves(grid, times.unit, scores_at(results, dataset, split, times, grid))
            if not curves.known:
                continue
            name = f"{dataset}/{split}_accuracy"
            columns[name] = mean = curves.band[0]
            quantiles = np.quantile(curves.scores, list(QUANTILES.values()), axis=0)
            columns |= {f"spread/{name}_{key}": values for key, values in zip(QUANTILES, quantiles, strict=True)}
            best = best_accuracy(results, dataset, split)
            if best is not None:
                columns[f"{dataset}/{split}_regret"] = best - mean
    return columns | _hypervolume(results, times, grid)


def _hypervolume(results: Results, times: EvaluationTimes, grid: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Returns the mean and the quantiles of the fronts' hypervolume; nothing for one objective."""
    fronts = fronts_of(results)
    if fronts is None or not fronts.ends:
        return {}
    volumes = fronts.on_grid(times.values, grid)
    quantiles = np.quantile(volumes, list(QUANTILES.values()), axis=0)
    spread = {f"spread/hypervolume_{key}": values for key, values in zip(QUANTILES, quantiles, strict=True)}
    return {"hypervolume": volumes.mean(axis=0), **spread}
