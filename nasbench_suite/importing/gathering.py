"""Gathers what a source lists architecture by architecture, for a table that is written column by column."""

import math
from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.errors import SourceError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.space import Space
from nasbench_suite.table.writer import TableWriter


class Architectures:
    """Gives the architectures of a source their rows, in order of appearance.

    Attributes:
        archs: the architecture of each row.
    """

    def __init__(self, space: Space[Any], form: str | None = None) -> None:
        """
        Args:
            space: reads the texts, and knows which architectures share a row.
            form: that the texts are in; None to recognise it.
        """
        self.archs: list[Any] = []
        self._space, self._form = space, form
        self._rows: dict[str, int] = {}
        self._row_of: dict[Hashable, int] = {}

    def row(self, text: str) -> int:
        """Returns the row of an architecture by its text.

        Raises:
            ArchitectureError: it is no architecture of the space.
            SourceError: it was there before in another form, and their measurements would be mixed.
        """
        row = self._rows.get(text)
        if row is None:
            row = self._rows[text] = self._new_row(text)
        return row

    def _new_row(self, text: str) -> int:
        arch = self._space.parse(text) if self._form is None else self._space.parse_as(text, self._form).arch
        row = self._row_of.setdefault(self._space.identity(arch), len(self.archs))
        if row == len(self.archs):
            self.archs.append(arch)
        elif self.archs[row] != arch:
            raise SourceError(f"{text} is {self._space.format(self.archs[row])} in another form; use one of them")
        return row


class Trials:
    """Gathers measurements one training at a time, and writes them as columns.

    For sources that come architecture by architecture; a source that comes by column writes to the TableWriter itself.
    """

    def __init__(self) -> None:
        """Starts empty."""
        self._trials: dict[tuple[str, int], dict[int | None, None]] = {}
        self._columns: dict[tuple[str, Fidelity, str], dict[int | None, dict[int, float]]] = {}

    def add(
        self, row: int, trial_set: str, fidelity: Fidelity, trial: int | None, metrics: Mapping[str, float]
    ) -> bool:
        """Adds what one training measured; returns False where it is there already.

        Args:
            row: of the architecture.
            trial_set: its name.
            fidelity: schedule and epoch.
            trial: training seed; None for a mean over trials that the source does not list.
            metrics: by name, in the source's unit; what is left out is missing.
        """
        self._trials.setdefault((trial_set, fidelity.schedule), {})[trial] = None
        for metric, value in metrics.items():
            values = self._columns.setdefault((trial_set, fidelity, metric), {}).setdefault(trial, {})
            if row in values:
                return False
            values[row] = value
        return True

    def check_means(self, source: str) -> None:
        """Refuses a mean beside its own trials: one of them would have to be passed over.

        Raises:
            SourceError: names the first such row.
        """
        for (trial_set, fidelity, metric), by_trial in self._columns.items():
            means = by_trial.get(None, {})
            for trial, values in by_trial.items():
                both = means.keys() & values.keys() if trial is not None else set()
                if both:
                    raise SourceError(
                        f"{source}: architecture {min(both)} has both trials and a mean of {metric} on {trial_set}, "
                        f"{fidelity}; leave the mean out, it is computed from the trials"
                    )

    def highest(self) -> dict[tuple[str, str], float]:
        """Returns the highest number of each trial set and metric; NaN counts for nothing."""
        found: dict[tuple[str, str], float] = {}
        for (trial_set, _, metric), by_trial in self._columns.items():
            numbers = [value for values in by_trial.values() for value in values.values() if value == value]
            found[trial_set, metric] = max([*numbers, found.get((trial_set, metric), -math.inf)])
        return found

    def each(self, metric: str) -> Iterator[tuple[int, str, float]]:
        """Yields the row, trial set and value of everything that was added of a metric."""
        for (trial_set, _, name), by_trial in self._columns.items():
            for values in by_trial.values() if name == metric else ():
                for row, value in values.items():
                    yield row, trial_set, value

    def trial_sets(self) -> list[str]:
        """Lists the trial sets met, in order."""
        return list(dict.fromkeys(trial_set for trial_set, _ in self._trials))

    def write(self, writer: TableWriter, rows: int) -> None:
        """Declares the series and writes the columns; trials are ordered by seed, stored means last."""
        ordered = {
            series: sorted(trials, key=lambda trial: (trial is None, trial or 0))
            for series, trials in sorted(self._trials.items())
        }
        for (trial_set, schedule), trials in ordered.items():
            writer.add_series(trial_set, schedule, trials)
        for (trial_set, fidelity, metric), by_trial in sorted(self._columns.items()):
            trials = ordered[trial_set, fidelity.schedule]
            values: NDArray[np.float64] = np.zeros((rows, len(trials)))
            missing = np.ones((rows, len(trials)), dtype=np.bool_)
            for at, trial in enumerate(trials):
                known = by_trial.get(trial, {})
                index = np.fromiter(known, dtype=np.int64, count=len(known))
                values[index, at] = np.fromiter(known.values(), dtype=np.float64, count=len(known))
                missing[index, at] = False
            writer.add_column(trial_set, fidelity, metric, values, missing)
