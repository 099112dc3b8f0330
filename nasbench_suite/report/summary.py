"""The figures of a report: one row a configuration and scored data set."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from nasbench_suite.objective import TOLD_TEST_SCORES
from nasbench_suite.report.load import Results, load
from nasbench_suite.report.one_shot import collapse_notes, collapsed


@dataclass(frozen=True)
class Row:
    """How good the cells are that a configuration found, on one data set.

    Attributes:
        space, algorithm, protocol, label, config_id: which configuration.
        dataset: the data set searched.
        scored_on: the data set of the accuracies.
        seeds: how many searches.
        workers: simulated parallel evaluations.
        trial: which trial answered the searches' queries; None where they had none.
        valid_mean, valid_std, test_mean, test_std: of the final incumbents' scores, percent; sample standard
            deviation. None where a score is missing, or for the deviation of one seed.
        evaluations_mean: evaluations a search; of a one-shot search, epochs.
        seconds_mean: seconds a search, of the clock; None where unknown.
        table_hash: content hash of the table.
        clock: whether seconds are `simulated`, on the source's hardware, or of the `machine` that searched.
        one_shot: whether a supernet was trained, so that an evaluation is one of its epochs.
        collapsed: how many one-shot searches ended in a cell without any weights; None for other searches.
    """

    space: str
    algorithm: str
    protocol: str
    label: str
    config_id: str
    dataset: str
    scored_on: str
    seeds: int
    workers: int
    trial: str | int | None
    valid_mean: float | None
    valid_std: float | None
    test_mean: float | None
    test_std: float | None
    evaluations_mean: float
    seconds_mean: float | None
    table_hash: str
    clock: Literal["simulated", "machine"]
    one_shot: bool
    collapsed: int | None


@dataclass(frozen=True)
class Summary:
    """A report's contents.

    Attributes:
        rows: by configuration and scored data set, the searched one first.
        results: the configurations, in the rows' order.
        notes: what a reader must know: unfinished jobs, missing figures.
    """

    rows: tuple[Row, ...]
    results: tuple[Results, ...]
    notes: tuple[str, ...]


def summarise(folders: Iterable[Path]) -> Summary:
    """Reads results folders and computes the figures.

    Raises:
        ResultsError: there is nothing to report.
    """
    found, unfinished = load(folders)
    found.sort(key=lambda r: (r.description["space"], r.description["dataset"], r.description["protocol"]))
    labels = make_labels(found)
    rows: list[Row] = []
    notes = [f"{folder} is not finished, and not in this report; start it again to go on" for folder in unfinished]
    for results, label in zip(found, labels, strict=True):
        searched = results.description["dataset"]
        if results.description["objectives"] == ["test_error"]:
            notes.append(f"{label}: {TOLD_TEST_SCORES}")
        early = sorted(results.failures.items())
        notes += [f"{label}: the search of seed {seed} ended early: {reason}" for seed, reason in early]
        notes += collapse_notes(results, label)
        # without any incumbent there is nothing scored, and a row still says so
        for scored_on in sorted(results.scores or [searched], key=lambda name: (name != searched, name.lower())):
            # where none of the cells found was measured, there is nothing to show
            if scored_on == searched or _any_scored(results, scored_on):
                rows.append(_row(results, label, scored_on, notes))
    return Summary(tuple(rows), tuple(found), tuple(notes))


def _any_scored(results: Results, dataset: str) -> bool:
    return not all(
        np.isnan(results.score(dataset, arch)).all() for arch in final_incumbents(results) if arch is not None
    )


def final_incumbents(results: Results) -> list[str | None]:
    """Returns the architecture that each search ended with; None where it found none."""
    leads, archs = results.trajectory["incumbent"], results.trajectory["architecture"]
    found: list[str | None] = []
    for rows in results.searches:
        leaders = np.flatnonzero(leads[rows])
        found.append(str(archs[rows][leaders[-1]]) if len(leaders) else None)
    return found


def _row(results: Results, label: str, scored_on: str, notes: list[str]) -> Row:
    description = results.description
    incumbents = final_incumbents(results)
    missing = incumbents.count(None)
    if missing:
        notes.append(f"{label}: {missing} of {len(incumbents)} searches found nothing, and have no score")
    table = np.array([results.score(scored_on, arch) for arch in incumbents if arch is not None]).reshape(-1, 2)
    valid_mean, valid_std = _moments(table[:, 0], f"{label}: validation on {scored_on}", notes)
    test_mean, test_std = _moments(table[:, 1], f"{label}: test on {scored_on}", notes)
    clocks = [results.trajectory["seconds"][rows][-1] for rows in results.searches]
    return Row(
        **{name: description[name] for name in ("space", "algorithm", "protocol", "config_id", "dataset")},
        **{name: description[name] for name in ("workers", "trial", "table_hash")},
        label=label,
        scored_on=scored_on,
        seeds=len(incumbents),
        valid_mean=valid_mean,
        valid_std=valid_std,
        test_mean=test_mean,
        test_std=test_std,
        evaluations_mean=len(results.trajectory["seed"]) / len(incumbents),
        seconds_mean=None if np.isnan(clocks).any() else float(np.mean(clocks)),
        clock=results.clock,
        one_shot=results.one_shot,
        collapsed=len(collapsed(results)) if results.one_shot else None,
    )


def _moments(values: Any, what: str, notes: list[str]) -> tuple[float | None, float | None]:
    missing = int(np.isnan(values).sum())
    if missing or not len(values):
        if 0 < missing < len(values):
            notes.append(f"{what}: {missing} of {len(values)} scores are missing, so no mean is given")
        return None, None
    return float(values.mean()), float(values.std(ddof=1)) if len(values) > 1 else None


def make_labels(found: list[Results]) -> list[str]:
    """Names configurations: as they say themselves, else by algorithm and by what differs from their like."""
    names = [str(r.description["label"] or r.description["algorithm"]) for r in found]
    keys = [(r.description["space"], r.description["dataset"], r.description["protocol"]) for r in found]
    flat = [flatten(results.config) for results in found]
    labels = []
    for at, name in enumerate(names):
        like = [other for other in range(len(found)) if names[other] == name and keys[other] == keys[at]]
        differing = [
            key
            for key in flat[at]
            if key.split(".")[0] not in ("results", "cores", "seeds", "seed", "tracking", "protocol")
            and any(flat[other].get(key) != flat[at][key] for other in like)
        ]
        settings = ", ".join(f"{key.removeprefix('algorithm.')}={flat[at][key]}" for key in differing)
        table = any(found[other].description["table_hash"] != found[at].description["table_hash"] for other in like)
        if table:
            settings = ", ".join(filter(None, [settings, f"table {found[at].description['table_hash'][:8]}"]))
        labels.append(f"{name} ({settings})" if settings else name)
    return labels


def flatten(config: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Returns nested keys joined by dots."""
    flat: dict[str, Any] = {}
    for key, value in config.items():
        if isinstance(value, Mapping):
            flat.update(flatten(value, f"{prefix}{key}."))
        else:
            flat[f"{prefix}{key}"] = value
    return flat
