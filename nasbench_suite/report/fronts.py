"""The fronts that searches with several objectives answered with, as the judge scores them.

A search answers with the proposals that no other of it dominates, by what it was told. The judge then has the final
accuracy of each, as for an incumbent, so that what is compared is what was found and not what was seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.objective import ACCURACIES, Tradeoff
from nasbench_suite.report.curves import SPLITS, Curves
from nasbench_suite.report.results import Results
from nasbench_suite.report.times import Unit, known_unit, times_in
from nasbench_suite.report.tradeoff import REFERENCE, scaled, several
from nasbench_suite.trajectory import FIGURE


@dataclass(frozen=True)
class FoundFront:
    """The front of one search at its end.

    Attributes:
        seed: of the search.
        architectures: on the front, in the order of the first objective.
        values: by architecture, the objectives as the judge has them, in their own units.
        hypervolume: of the scaled objectives up to the reference point; see `tradeoff.scaled`.
        igd_plus: mean distance from the table's true front, of the scaled objectives; 0 is the true front.
    """

    seed: int
    architectures: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]
    hypervolume: float
    igd_plus: float


@dataclass(frozen=True, eq=False)
class Fronts:
    """The fronts of one configuration's searches.

    Attributes:
        results: of the configuration.
        tradeoff: what its searches weighed.
    """

    results: Results
    tradeoff: Tradeoff

    @cached_property
    def best_hypervolume(self) -> float:
        """Of the table's true front."""
        return _volume(scaled(self.tradeoff, np.array([values for _, values in self.tradeoff.front])))

    @cached_property
    def _entries(self) -> list[tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.bool_]]]:
        """By search: the rows that came on its front, their judged values, and whether each is on it after each.

        Rows that the judge has no score of are none: nothing is imputed.
        """
        found = []
        columns = self._seen, self._judged
        came = np.flatnonzero(self.results.trajectory["front"])
        seen, judged = (np.stack(each, axis=1)[came] for each in columns)
        for rows in self.results.searches:
            at = slice(*np.searchsorted(came, (rows.start, rows.stop)).tolist())
            on = _on_front(seen[at])
            known = ~np.isnan(judged[at]).any(axis=1)
            found.append((came[at], judged[at], on & known))
        return found

    @property
    def _objectives(self) -> list[str]:
        return [figure.name for figure in self.tradeoff.figures[: self.tradeoff.objectives]]

    @property
    def _seen(self) -> list[NDArray[np.float64]]:
        """By objective, the losses that the searches were told, (evaluations,)."""
        columns, figures = self.results.trajectory, self.tradeoff.figures
        return [
            -columns["valid_accuracy"] if figure.name in ACCURACIES else figure.sign * columns[f"{FIGURE}{figure.name}"]
            for figure in figures[: self.tradeoff.objectives]
        ]

    @property
    def _judged(self) -> list[NDArray[np.float64]]:
        """By objective, the judge's values, (evaluations,); NaN of what never came on a front."""
        columns, dataset = self.results.trajectory, self.results.description["dataset"]
        accuracy = np.full(len(columns["seed"]), np.nan)
        at = SPLITS.index(self.tradeoff.split)
        came = np.flatnonzero(columns["front"])
        accuracy[came] = [self.results.score(dataset, arch)[at] for arch in columns["architecture"][came]]
        of = {"valid_accuracy": accuracy, "test_error": 100 - accuracy}
        return [of[name] if name in of else columns[f"{FIGURE}{name}"] for name in self._objectives]

    @cached_property
    def unscored(self) -> int:
        """How many architectures that came on a front the judge has no score of."""
        return int(sum(np.isnan(judged).any(axis=1).sum() for _, judged, _ in self._entries))

    @cached_property
    def volumes(self) -> list[NDArray[np.float64]]:
        """By search, the hypervolume after each row that came on its front."""
        found = []
        for _, judged, on in self._entries:
            points = scaled(self.tradeoff, judged)
            found.append(np.array([_volume(points[alive]) for alive in on], np.float64))
        return found

    @cached_property
    def ends(self) -> tuple[FoundFront, ...]:
        """The final front of every search that found something."""
        from moocore import igd_plus

        truth = scaled(self.tradeoff, np.array([values for _, values in self.tradeoff.front]))
        names = self.results.trajectory["architecture"]
        found = []
        for seed, (rows, judged, on), volumes in zip(self.results.seeds, self._entries, self.volumes, strict=True):
            if not len(rows) or not on[-1].any():
                continue
            values = judged[on[-1]]
            order = np.argsort(values[:, 0], kind="stable")
            archs = tuple(str(name) for name in names[rows[on[-1]]][order])
            distance = float(igd_plus(scaled(self.tradeoff, values), truth))
            found.append(
                FoundFront(seed, archs, tuple(map(tuple, values[order].tolist())), float(volumes[-1]), distance)
            )
        return tuple(found)

    @property
    def best(self) -> FoundFront | None:
        """The front of the largest hypervolume; None where no search found anything, or all of these are 0."""
        found = max(self.ends, key=lambda front: front.hypervolume, default=None)
        return None if found is None or found.hypervolume == 0 else found

    def at(self, budget: float, unit: Unit) -> dict[int, float]:
        """Returns each search's hypervolume at a budget, by seed; of one that has found nothing yet, 0.

        Args:
            budget: an evaluation that ended later does not count.
            unit: of the budget; one of `times.UNITS`.
        """
        times = times_in(self.results, unit).values
        found = {}
        for seed, (rows, _, _), volumes in zip(self.results.seeds, self._entries, self.volumes, strict=True):
            count = int(np.searchsorted(times[rows], budget, side="right"))
            found[seed] = float(volumes[count - 1]) if count else 0.0
        return found

    def curves(self, points: int = 240, unit: Unit | None = None) -> Curves:
        """Returns the hypervolume over time of every search that found something; 0 before its first evaluation.

        Args:
            points: of the grid, half of them evenly spaced and half evenly in the logarithm.
            unit: of the grid; None for the configuration's own.
        """
        times = times_in(self.results, unit or known_unit(self.results))
        starts = [times.values[rows[0]] for rows, _, _ in self._entries if len(rows)]
        start = float(min(starts, default=1.0)) or 1.0
        end = max(float(times.values.max(initial=start)), start)
        half = points // 2
        grid = np.sort(np.concatenate([np.geomspace(start, end, half), np.linspace(start, end, points - half)]))
        grid[-1] = end
        return Curves(grid, times.unit, self.on_grid(times.values, grid))

    def on_grid(self, times: NDArray[np.float64], grid: NDArray[np.float64]) -> NDArray[np.float64]:
        """Returns (searches that found something, G) hypervolumes at given times.

        Args:
            times: (evaluations,) when each was known.
            grid: (G,) rising.
        """
        found = [
            np.array([0.0, *volumes])[np.searchsorted(times[rows], grid, side="right")]
            for (rows, _, _), volumes in zip(self._entries, self.volumes, strict=True)
            if len(rows)
        ]
        return np.array(found).reshape(len(found), len(grid))

    def attainment(self, percents: Sequence[float]) -> dict[float, NDArray[np.float64]]:
        """Returns by percent the corners of what as many of the searches attain: (N, 2) scaled losses, first rising.

        Of two objectives; of others none (Grunert da Fonseca et al. 2001).
        """
        if self.tradeoff.objectives != 2 or not self.ends:
            return {}
        from moocore import eaf

        sets = [np.full(len(front.values), at) for at, front in enumerate(self.ends, 1)]
        losses = [scaled(self.tradeoff, np.array(front.values)) for front in self.ends]
        found = eaf(np.vstack(losses), np.concatenate(sets), percentiles=list(percents))
        corners = {percent: found[np.isclose(found[:, 2], percent), :2] for percent in percents}
        return {percent: points[np.argsort(points[:, 0], kind="stable")] for percent, points in corners.items()}


@lru_cache(maxsize=1024)
def fronts_of(results: Results) -> Fronts | None:
    """Returns the fronts of a configuration's searches; None for one objective."""
    tradeoff = several(results)
    return None if tradeoff is None else Fronts(results, tradeoff)


def _on_front(seen: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Returns (N, N): whether a point, by column, is on the front after another one came, by row.

    Args:
        seen: (N, objectives) losses in the order in which they came, none of which was dominated when it came.
    """
    count = len(seen)
    came = np.tri(count, dtype=np.bool_)
    beaten = (seen[:, None, :] <= seen[None, :, :]).all(axis=2) & came & ~np.eye(count, dtype=np.bool_)
    return came & ~np.logical_or.accumulate(beaten, axis=0)


def _volume(points: NDArray[np.float64]) -> float:
    if not len(points):
        return 0.0
    return float(_indicator(points.shape[1])(points))


@cache
def _indicator(objectives: int) -> Any:
    from moocore import Hypervolume  # loads in a fifth of a second, which one objective does without

    return Hypervolume(ref=[REFERENCE] * objectives)
