"""The figures of a report: one row per configuration and scored data set."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.report.collapse import collapsed
from nasbench_suite.report.curves import Split, best_accuracy
from nasbench_suite.report.found import found_architecture, searches_ending_alike
from nasbench_suite.report.results import Results
from nasbench_suite.report.supernet_ranking import last_taus
from nasbench_suite.report.tradeoff import several
from nasbench_suite.report.weighed import column_of, constraints_of, nothing_found, prices_of

# keys of a record that a row has where its job says them
OPTIONAL = (
    "settings", "fidelities", "kendall_tau_mean", "kendall_tau_std", "constraints", "measurement_seconds", "column",
    "hypervolume_best", "reference_point", "igd_plus_mean", "igd_plus_std", "front",
)  # fmt: skip
# what a row knows beside its record, in which N machines and one are the same
BESIDE = ("one_shot", "collapsed", "wall_seconds_mean")


@dataclass(frozen=True)
class ScoredRow:
    """How good the architectures are that a configuration found, on one data set.

    Means and deviations are over the searches that found something: `seeds` less `without_incumbent`.

    Attributes:
        space, algorithm, protocol, label, config_id: which configuration.
        dataset: the data set searched.
        scored_on: the data set of the accuracies.
        seeds: how many searches ran.
        without_incumbent: how many of them found nothing; they have no score and are in no mean.
        workers: simulated parallel evaluations.
        trial: which trial answered the searches' queries; None where they had none.
        valid_mean, valid_std, test_mean, test_std: of the final incumbents' scores, percent; sample standard
            deviation. None where a score is missing, or for the deviation of one search.
        evaluations_mean: evaluations per search; of a one-shot search, epochs. None where all found nothing.
        seconds_mean: seconds per search, of the clock; None where unknown.
        wall_seconds_mean: per search, of a clock on the wall where it ran; None where not all are known.
        clock: whether seconds are `simulated`, on the source's hardware, or of the `machine` that searched.
        table_hash: content hash of the table.
        found: text form of the incumbent of the best search by validation on the searched data set; None where there is
            none.
        found_searches: how many searches ended with it, or with one isomorphic to it where the space is installed.
        found_valid, found_test: its own scores, percent; None where there is none.
        regret_mean: of the test accuracy, against the table's best, percentage points; None where either is unknown.
        objectives: what the searches asked for.
        hypervolume_mean, hypervolume_std: of the final fronts, scaled, on the searched data set; None of one objective.
        constraints: that the searches were held to.
        measurement_seconds: by figure, what measuring it cost; those that cost nothing are not named.
        column: that the algorithm looked architectures up in; None for one that looks nothing up.
        hypervolume_best: of the table's true front; None for one objective. So too what follows.
        reference_point: of the hypervolume, by objective in its unit.
        igd_plus_mean, igd_plus_std: distance of the final fronts from the true front, scaled.
        front: that of the largest hypervolume: [architecture, values by objective, as the judge has them]; none where
            all of these are 0.
        settings: whose settings the algorithm took; None for the constructor's defaults, or where the job does not say.
        fidelities: [schedule, epoch] of those on offer, cheapest first.
        kendall_tau_mean, kendall_tau_std: how well the supernets rank: of each search's last measurement, over the
            searches that have one; None where none has.
        one_shot: whether a supernet was trained, so that an evaluation is one of its epochs.
        collapsed: how many one-shot searches ended in an architecture without any parameters; None for other searches.
    """

    space: str
    algorithm: str
    protocol: str
    label: str
    config_id: str
    dataset: str
    scored_on: str
    seeds: int
    without_incumbent: int
    workers: int
    trial: str | int | None
    valid_mean: float | None
    valid_std: float | None
    test_mean: float | None
    test_std: float | None
    evaluations_mean: float | None
    seconds_mean: float | None
    wall_seconds_mean: float | None
    clock: Literal["simulated", "machine"]
    table_hash: str
    found: str | None
    found_searches: int
    found_valid: float | None
    found_test: float | None
    regret_mean: float | None
    objectives: tuple[str, ...]
    hypervolume_mean: float | None
    hypervolume_std: float | None
    constraints: tuple[str, ...]
    measurement_seconds: Mapping[str, float]
    column: str | None
    hypervolume_best: float | None
    reference_point: tuple[float, ...]
    igd_plus_mean: float | None
    igd_plus_std: float | None
    front: tuple[tuple[str, tuple[float, ...]], ...]
    settings: str | None
    fidelities: tuple[tuple[int, int], ...]
    kendall_tau_mean: float | None
    kendall_tau_std: float | None
    one_shot: bool
    collapsed: int | None

    def accuracy(self, split: Split) -> tuple[float | None, float | None]:
        """Returns the mean and the deviation of the `valid` or the `test` accuracy, percent."""
        return (self.valid_mean, self.valid_std) if split == "valid" else (self.test_mean, self.test_std)

    def record(self) -> dict[str, Any]:
        """Returns the keys that programs rely on, of plain values; those in `OPTIONAL` where there are any."""
        keys = [
            key
            for key in vars(self)
            if key not in BESIDE and (key not in OPTIONAL or getattr(self, key) not in (None, (), {}))
        ]
        return {key: _plain(getattr(self, key)) for key in keys}


def score_rows(results: Results, label: str) -> tuple[list[ScoredRow], list[str]]:
    """Computes the rows of a configuration, the searched data set first, and notes on what is missing in them."""
    searched = results.description["dataset"]
    notes: list[str] = []
    if results.without_incumbent:
        notes.append(
            f"{label}: {results.without_incumbent} of {len(results.seeds)} searches found nothing; they have no score, "
            "and are in no mean, curve or test"
        )
        notes += nothing_found(results, label)
    # without any incumbent there is nothing scored, and a row still says so; where none was measured it would be empty
    others = sorted((name for name in results.scores if name != searched and _any_scored(results, name)), key=str.lower)
    found = found_architecture(results)
    return [_row(results, label, name, found, notes) for name in (searched, *others)], notes


_NO_FRONTS: Mapping[str, Any] = {
    **dict.fromkeys(("hypervolume_mean", "hypervolume_std", "hypervolume_best", "igd_plus_mean", "igd_plus_std")),
    **dict.fromkeys(("reference_point", "front"), ()),
}


def _fronts(results: Results, label: str, notes: list[str]) -> Mapping[str, Any]:
    """Returns the figures of the fronts, by the row's field."""
    if several(results) is None:
        return _NO_FRONTS
    from nasbench_suite.report.fronts import fronts_of  # moocore, which one objective does not need

    fronts = fronts_of(results)
    assert fronts is not None
    if fronts.unscored:
        notes.append(f"{label}: {fronts.unscored} architectures of fronts have no score, and count in no hypervolume")
    volume = moments(np.array([front.hypervolume for front in fronts.ends]), "", [])
    distance = moments(np.array([front.igd_plus for front in fronts.ends]), "", [])
    best = fronts.best
    return {
        **dict(zip(("hypervolume_mean", "hypervolume_std"), volume, strict=True)),
        **dict(zip(("igd_plus_mean", "igd_plus_std"), distance, strict=True)),
        "hypervolume_best": fronts.best_hypervolume,
        "reference_point": fronts.tradeoff.reference,
        "front": () if best is None else tuple(zip(best.architectures, best.values, strict=True)),
    }


def _any_scored(results: Results, dataset: str) -> bool:
    return not np.isnan(_final_scores(results, dataset)).all()


def _final_scores(results: Results, dataset: str) -> NDArray[np.float64]:
    """Returns (searches that found something, 2) validation and test accuracies, percent."""
    pairs = [results.score(dataset, arch) for arch in results.final_incumbents if arch is not None]
    return np.array(pairs, np.float64).reshape(-1, 2)


def _row(results: Results, label: str, scored_on: str, found: str | None, notes: list[str]) -> ScoredRow:
    description, scores = results.description, _final_scores(results, scored_on)
    (valid_mean, valid_std), (test_mean, test_std) = (
        moments(scores[:, at], f"{label}: {name} on {scored_on}", notes)
        for at, name in enumerate(("validation", "test"))
    )
    best = best_accuracy(results, scored_on, "test")
    evaluations_mean, seconds_mean = _cost(results)
    found_valid, found_test = (_known(score) for score in results.score(scored_on, found))
    tau_mean, tau_std = moments(last_taus(results), "", [])
    return ScoredRow(
        **{name: description[name] for name in ("space", "algorithm", "protocol", "config_id", "dataset")},
        **{name: description[name] for name in ("workers", "trial", "table_hash")},
        label=label,
        scored_on=scored_on,
        seeds=len(results.seeds),
        without_incumbent=results.without_incumbent,
        valid_mean=valid_mean,
        valid_std=valid_std,
        test_mean=test_mean,
        test_std=test_std,
        evaluations_mean=evaluations_mean,
        seconds_mean=seconds_mean,
        wall_seconds_mean=_wall_seconds(results),
        clock=results.clock,
        found=found,
        found_searches=0 if found is None else searches_ending_alike(results, found),
        found_valid=found_valid,
        found_test=found_test,
        regret_mean=None if best is None or test_mean is None else best - test_mean,
        objectives=tuple(description["objectives"]),
        constraints=constraints_of(results),
        measurement_seconds=prices_of(results),
        column=column_of(results),
        **(_fronts(results, label, notes) if scored_on == description["dataset"] else _NO_FRONTS),
        settings=description.get("settings"),
        fidelities=tuple((schedule, epoch) for schedule, epoch in description["fidelities"]),
        kendall_tau_mean=tau_mean,
        kendall_tau_std=tau_std,
        one_shot=results.one_shot,
        collapsed=len(collapsed(results)) if results.one_shot else None,
    )


def moments(values: NDArray[np.float64], what: str, notes: list[str]) -> tuple[float | None, float | None]:
    """Returns mean and sample standard deviation; None for one search, and both where any value is missing.

    Args:
        values: (searches,) in percent, NaN where missing.
        what: they are, for a note.
        notes: added to where some are missing and others are not.
    """
    missing = int(np.isnan(values).sum())
    if missing or not len(values):
        if 0 < missing < len(values):
            notes.append(f"{what}: {missing} of {len(values)} scores are missing, so no mean is given")
        return None, None
    return float(values.mean()), float(values.std(ddof=1)) if len(values) > 1 else None


def _cost(results: Results) -> tuple[float | None, float | None]:
    """Returns the evaluations and the seconds of a search that found something, their means."""
    counted = [
        rows for rows, found in zip(results.searches, results.final_incumbents, strict=True) if found is not None
    ]
    if not counted:
        return None, None
    seconds = results.trajectory["seconds"][[rows.stop - 1 for rows in counted]]
    evaluations = float(np.mean([rows.stop - rows.start for rows in counted]))
    return evaluations, None if np.isnan(seconds).any() else float(seconds.mean())


def _wall_seconds(results: Results) -> float | None:
    known = [results.wall_seconds[seed] for seed in results.seeds if seed in results.wall_seconds]
    return float(np.mean(known)) if known and len(known) == len(results.seeds) else None


def _known(score: float) -> float | None:
    return None if np.isnan(score) else score


def _plain(value: Any) -> Any:
    return [_plain(each) for each in value] if isinstance(value, Sequence) and not isinstance(value, str) else value
