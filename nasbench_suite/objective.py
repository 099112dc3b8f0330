"""What a search learns of an evaluation: validation accuracy, or, by name only, test accuracy; and further figures.

With several objectives, or constraints, it is told every objective at once, as losses to be minimised.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

from nasbench_suite.errors import ConfigError

Objective = Literal["valid_accuracy", "test_error"]
ACCURACIES: tuple[str, ...] = get_args(Objective)
Direction = Literal["min", "max"]

# what a report says of searches that saw test scores
TOLD_TEST_SCORES = (
    "objectives=test_error: these searches saw TEST scores, for the table has no validation figures; what they "
    "found is optimistic, and not comparable with searches that saw validation scores"
)

# in lower case; of a figure in another unit the configuration says which way is better
_LOWER_IS_BETTER = frozenset(
    (
        *("s", "ms", "us", "µs", "ns", "min", "h", "j", "mj", "uj", "µj", "kj", "wh", "w", "mw"),
        *(
            "bytes",
            "b",
            "kb",
            "mb",
            "gb",
            "kib",
            "mib",
            "gib",
            "count",
            "million",
            "millions",
            "billions",
            "m",
            "g",
            "k",
        ),
        *(
            "flops",
            "mflops",
            "gflops",
            "macs",
            "mmacs",
            "gmacs",
            "parameters",
            "error",
            "cycles",
            "epochs",
            "mm2",
            "usd",
        ),
    )
)
_HIGHER_IS_BETTER = frozenset(("percent", "%", "fraction", "accuracy", "fps", "hz", "operations/byte"))
_CONSTRAINT = re.compile(r"\s*([A-Za-z][A-Za-z0-9_.-]*)\s*(<=|>=|<|>)\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*")
# of a strict constraint that is met with equality, and so is not met
_LEAST_VIOLATION = 1e-12


class ObjectiveValues(NamedTuple):
    """What one evaluation is worth in every objective; no test score is among them.

    An architecture without a figure that is asked for, or whose training diverged, is told as such: its loss there and
    its violation are infinite, so that nothing prefers it. Nothing is imputed.

    Attributes:
        names: of the objectives, and after them of the figures that only constraints look at.
        values: of each name in its own unit; NaN where there is none.
        losses: of the objectives, to be minimised: values, with the sign turned where higher is better.
        violation: by how much the constraints are violated, relative to their bounds and added up; 0 where all are met.
    """

    names: tuple[str, ...]
    values: tuple[float, ...]
    losses: tuple[float, ...]
    violation: float


@dataclass(frozen=True)
class SearchedFigure:
    """A figure that a search looks at.

    Attributes:
        name: as the configuration says it.
        unit: of its values.
        device: that it was measured on; None where it depends on none.
        direction: which way is better; None where only constraints look at it.
    """

    name: str
    unit: str
    device: str | None
    direction: Direction | None

    @property
    def sign(self) -> float:
        """Of a value, to make it a loss."""
        return -1.0 if self.direction == "max" else 1.0


class Constraint(NamedTuple):
    """A bound on a figure, in its unit.

    Attributes:
        name: of the figure.
        operator: `<`, `<=`, `>` or `>=`.
        bound: that the figure is held to.
    """

    name: str
    operator: str
    bound: float

    def __str__(self) -> str:
        return f"{self.name}{self.operator}{self.bound:.12g}"

    def violation(self, value: float) -> float:
        """Returns 0 where a value meets the constraint, else its excess relative to the bound; infinite for NaN."""
        if value != value:
            return math.inf
        excess = value - self.bound if self.operator[0] == "<" else self.bound - value
        if excess < 0 or (excess == 0 and "=" in self.operator):
            return 0.0
        return max(excess / (abs(self.bound) or 1.0), _LEAST_VIOLATION)


@dataclass(frozen=True)
class Tradeoff:
    """What a search with several objectives weighs, and the best that its table has; plain values.

    Attributes:
        figures: the objectives, and after them what only constraints look at.
        objectives: how many of the figures are objectives; 1 for a search that has constraints alone.
        constraints: as texts.
        measurement_seconds: that an evaluation costs beside its training, for measuring the figures.
        split: whose accuracy the judge weighs, `test` or, where the table has none, `valid`.
        ideal: by objective, the best value of the true front; scaled to 0.
        reference: by objective, a tenth of the true front's range beyond its worst value; scaled to 1.1, and the
            reference point of the hypervolume.
        front: the true front: architecture and its objectives' values, those that the judge has.
        architectures: how many the table has.
        without: how many of them lack a figure or a score, and so are on no front.
        feasible: how many of the others meet the constraints.
        figures_sha256: of the figures of every architecture; the table's own hash knows nothing of annotations.
    """

    figures: tuple[SearchedFigure, ...]
    objectives: int
    constraints: tuple[str, ...]
    measurement_seconds: float
    split: Literal["valid", "test"]
    ideal: tuple[float, ...]
    reference: tuple[float, ...]
    front: tuple[tuple[str, tuple[float, ...]], ...]
    architectures: int
    without: int
    feasible: int
    figures_sha256: str


def direction_of(unit: str) -> Direction | None:
    """Returns which way a figure is better, by its unit; None where the unit does not say."""
    plain = unit.strip().lower()
    if plain in _LOWER_IS_BETTER:
        return "min"
    return "max" if plain in _HIGHER_IS_BETTER or plain.endswith("/s") else None


def parse_objective(text: str, key: str = "objectives") -> tuple[str, Direction | None]:
    """Reads `NAME`, `NAME:min` or `NAME:max`, for messages of a key.

    Raises:
        ConfigError: the direction is neither.
    """
    name, colon, direction = text.strip().partition(":")
    if not colon:
        return name, None
    for known in get_args(Direction):
        if direction == known:
            return name, known
    raise ConfigError(f"{key}: expected {name}, {name}:min or {name}:max, got {text!r:.100}")


def parse_constraint(text: str) -> Constraint:
    """Reads a constraint, such as `pixel3_latency<5`.

    Raises:
        ConfigError: it is not understood.
    """
    found = _CONSTRAINT.fullmatch(text)
    if found is None:
        raise ConfigError(
            f"constraints: expected a figure, one of < <= > >=, and a number in the figure's unit, such as "
            f"pixel3_latency<5; got {text!r:.100}"
        )
    return Constraint(found[1], found[2], float(found[3]))


def in_one_form(objectives: str | Sequence[str]) -> str | list[str]:
    """Returns objectives in their one form: a name, or a list of several.

    Raises:
        ConfigError: there are none, or one is there twice.
    """
    if isinstance(objectives, str):
        return objectives.strip()
    names = [str(text).strip() for text in objectives]
    plain = [parse_objective(name)[0] for name in names]
    if not names or len(set(plain)) < len(plain):
        raise ConfigError(f"objectives: expected one name or several different ones, got {list(objectives)}")
    return names[0] if len(names) == 1 else names
