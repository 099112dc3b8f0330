"""What a job's searches weighed, as `job.json` says it; a results folder may be anybody's, and is untrusted input."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.errors import ResultsError
from nasbench_suite.objective import ACCURACIES, SearchedFigure, Tradeoff
from nasbench_suite.report.folder_format import is_number
from nasbench_suite.report.results import Results
from nasbench_suite.trajectory import FIGURE
from nasbench_suite.whole_number import is_whole

# of the scaled objectives: the true front lies in 0 to 1
REFERENCE = 1.1
KEY = "tradeoff"
NARROW = 0.05
"""Of an objective's range in the table; a true front whose range is below it scales most fronts to nothing."""


def read_tradeoff(description: Mapping[str, Any]) -> Tradeoff | None:
    """Returns what a job's searches weighed; None for one objective without constraints, and for older folders.

    Raises:
        ResultsError: it makes no sense.
    """
    said = description.get(KEY)
    if said is None:
        return None
    try:
        figures = tuple(SearchedFigure(**each) for each in said["figures"])
        front = tuple((arch, tuple(values)) for arch, values in said["front"])
        found = Tradeoff(**{**said, "figures": figures, "front": front, **_tuples(said)})
        sound = _is_sound(found)
    except (KeyError, TypeError, ValueError):
        sound = False
    if not sound:
        raise ResultsError("job.json: tradeoff: expected figures, constraints, a reference point and a true front")
    return found


def further_columns(description: Mapping[str, Any]) -> dict[str, str]:
    """Returns the columns that such a job's trajectory has beside the usual ones, and their kinds."""
    found = read_tradeoff(description)
    if found is None:
        return {}
    names = [figure.name for figure in found.figures if figure.name not in ACCURACIES]
    return {**({"front": "b"} if found.objectives > 1 else {}), **{f"{FIGURE}{name}": "f" for name in names}}


def several(results: Results) -> Tradeoff | None:
    """Returns what searches with several objectives weighed; None for one objective."""
    found = read_tradeoff(results.description)
    return found if found is not None and found.objectives > 1 else None


def scaled(tradeoff: Tradeoff, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns objectives' values as losses: the true front's best is 0, its worst is 1, the reference point is 1.1.

    Args:
        tradeoff: says the scale.
        values: (N, objectives) in their own units.
    """
    ideal, reference = np.array(tradeoff.ideal), np.array(tradeoff.reference)
    losses: NDArray[np.float64] = REFERENCE * (values - ideal) / (reference - ideal)
    return losses


def unscaled(tradeoff: Tradeoff, losses: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns values in their own units; the inverse of `scaled`."""
    ideal, reference = np.array(tradeoff.ideal), np.array(tradeoff.reference)
    values: NDArray[np.float64] = ideal + losses / REFERENCE * (reference - ideal)
    return values


def axis_name(tradeoff: Tradeoff, figure: SearchedFigure) -> str:
    """Returns what an objective is called: an accuracy by whose it is, as the judge has it; others with their unit."""
    split = "test" if tradeoff.split == "test" else "validation"
    name = {"valid_accuracy": f"{split} accuracy", "test_error": f"{split} error"}.get(figure.name, figure.name)
    return f"{name} ({figure.unit})"


def narrow_front(tradeoff: Tradeoff) -> str:
    """Says of which objectives the true front has a small part of the range only; empty where of none."""
    widths = np.abs(np.subtract(tradeoff.reference, tradeoff.ideal)) / REFERENCE
    parts = [
        f"{100 * width / span:.2g}% of that of {axis_name(tradeoff, figure)}"
        for width, span, figure in zip(widths, tradeoff.spans, tradeoff.figures, strict=False)
        if span > 0 and width < NARROW * span
    ]
    if not parts or tradeoff.objectives == 1:
        return ""
    return (
        f"The true front has a small part of the range of what is feasible ({', '.join(parts)}), for these objectives "
        "hardly trade off: a front beyond the reference point has hypervolume 0 and a large IGD+"
    )


def _tuples(said: Mapping[str, Any]) -> dict[str, tuple[Any, ...]]:
    return {name: tuple(said[name]) for name in ("constraints", "ideal", "reference", "spans") if name in said}


def _is_sound(found: Tradeoff) -> bool:
    count = found.objectives
    if not is_whole(count, 1) or not count <= len(found.figures) < 100:
        return False
    names = all(isinstance(each.name, str) and isinstance(each.unit, str) for each in found.figures)
    devices = all(each.device is None or isinstance(each.device, str) for each in found.figures)
    directions = all(each.direction in ("min", "max", None) for each in found.figures)
    spans = [found.spans] if found.spans else []
    points = [*spans, found.ideal, found.reference, *(values for _, values in found.front)]
    numbers = all(len(point) == count and all(map(is_number, point)) for point in points)
    texts = all(isinstance(text, str) for text in [*found.constraints, *(arch for arch, _ in found.front)])
    counts = all(map(is_whole, (found.architectures, found.without, found.feasible)))
    directed = all(
        (worst > best) if each.direction == "min" else (worst < best)
        for best, worst, each in zip(found.ideal, found.reference, found.figures, strict=False)
    )
    sound = names and devices and directions and numbers and texts and counts and directed
    return sound and bool(found.front) and found.split in ("valid", "test") and is_number(found.measurement_seconds)
