"""When each evaluation of a search was known, and in whose seconds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.report.results import Results

Unit = Literal["seconds", "epochs", "evaluations"]
UNITS: tuple[Unit, ...] = ("seconds", "epochs", "evaluations")


@dataclass(frozen=True)
class EvaluationTimes:
    """When each evaluation of a configuration's searches was known.

    Attributes:
        unit: one of `UNITS`, counted from the start of its search.
        values: (evaluations,) in the trajectory's order.
    """

    unit: Unit
    values: NDArray[np.float64]


def times_in(results: Results, unit: Unit) -> EvaluationTimes:
    """Returns when each evaluation was known; NaN where seconds are unknown."""
    trajectory = results.trajectory
    if unit == "seconds":
        return EvaluationTimes(unit, trajectory["seconds"])
    if unit == "evaluations":
        return EvaluationTimes(unit, trajectory["step"] + 1.0)
    epochs = trajectory["epoch"]
    if not results.one_shot:  # whose evaluations are the epochs of one training
        before = np.append(0, epochs.cumsum())
        searches = results.searches
        counts = [rows.stop - rows.start for rows in searches]
        epochs = before[1:] - np.repeat(before[[rows.start for rows in searches]], counts)
    return EvaluationTimes(unit, epochs.astype(float))


def limit(results: Results, unit: Unit) -> float | None:
    """Returns the budget's limit in a unit; None where there is none."""
    found: float | None = results.description["budget"][unit]
    return found


def known_unit(results: Results) -> Unit:
    """Returns the unit of a configuration's time: that of its budget, seconds before epochs before evaluations.

    Without a limit it is seconds; and where these are unknown, evaluations.
    """
    known = [unit for unit in UNITS if unit != "seconds" or _knows_seconds(results)]
    default: Unit = "seconds" if "seconds" in known else "evaluations"
    return next((unit for unit in known if limit(results, unit) is not None), default)


def common_unit(group: Sequence[Results]) -> Unit:
    """Returns a unit in which configurations can be compared: their own, else seconds, else evaluations."""
    units = {known_unit(results) for results in group}
    if len(units) == 1:
        return units.pop()
    return "seconds" if all(map(_knows_seconds, group)) else "evaluations"


def unit_name(unit: Unit, group: Sequence[Results]) -> str:
    """Returns what an axis is called: seconds are simulated by tables, and those of a machine where it trained."""
    if unit == "seconds":
        simulated, measured = _clocks(group)
        if simulated and measured:
            return f"seconds (simulated for table searches, of this machine for {measured})"
        return "simulated seconds" if simulated else "seconds of this machine"
    if unit == "evaluations" and any(results.one_shot for results in group):
        return "evaluations (epochs for one-shot)"
    return unit


def reading(group: Sequence[Results]) -> str:
    """Returns in sentences what seconds and evaluations mean."""
    simulated, measured = _clocks(group)
    machine = "those of the machine that searched (processor seconds on a CPU, else wall-clock)"
    text = f"Seconds are {machine}." if measured else "Seconds are simulated, on the source's hardware."
    if simulated and measured:
        text = (
            f"Seconds are simulated, on the source's hardware, for table searches; for {measured} they are {machine}: "
            "the two share an axis, not the hardware."
        )
    if any(results.one_shot for results in group):
        text += " What a one-shot search evaluates is an epoch of its supernet's training."
    return text


def _knows_seconds(results: Results) -> bool:
    return not np.isnan(results.trajectory["seconds"]).any()


def _clocks(group: Sequence[Results]) -> tuple[bool, str]:
    """Returns whether some seconds are simulated, and of which searches they are a machine's, in words."""
    of_machine = [results for results in group if results.clock == "machine"]
    kinds = dict.fromkeys("one-shot" if results.one_shot else "training" for results in of_machine)
    return len(of_machine) < len(group), " and ".join(sorted(kinds))
