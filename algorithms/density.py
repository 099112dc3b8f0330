"""The density model of TPE and BOHB on categorical codes: which architectures look like good ones.

Bergstra et al. 2011 (NeurIPS), in the form that Falkner et al. 2018 (arXiv:1807.01774, section 3) gave it: one
multivariate kernel density for the good results and one for the bad.
"""

from dataclasses import dataclass
from typing import Generic, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.algorithms.decoding import draw_valid
from nasbench_suite.checked_settings import check_settings
from nasbench_suite.errors import ConfigError
from nasbench_suite.space import Space
from nasbench_suite.variables import ArchT

Codes = NDArray[np.int64]
FLOOR = 1e-32
Levels = Literal["seen", "bounded", "own"]


@check_settings
@dataclass(frozen=True)
class DensitySettings:
    """Of a density model. Defaults are those of HpBandSter, the code of BOHB's authors.

    Attributes:
        samples: candidates of which the best is taken.
        good_percent: percent of the results that are good, in 1..99, and at least one more than there are variables;
            the bad ones follow in rank.
        min_bandwidth: floor of the bandwidths, in (0, 1].
        levels: which levels share a bandwidth, and whether it is bounded: `seen` is the published density, `bounded`
            and `own` are two that are never negative; see `KernelDensity`.
    """

    samples: int = 64
    good_percent: int = 15
    min_bandwidth: float = 1e-3
    levels: Levels = "seen"

    def __post_init__(self) -> None:
        in_range = self.samples >= 1 and 1 <= self.good_percent <= 99 and 0 < self.min_bandwidth <= 1
        if not in_range or self.levels not in get_args(Levels):
            raise ConfigError(
                "density model: expected samples of 1 or more, good_percent in 1..99, min_bandwidth in (0, 1] and "
                f"levels seen, bounded or own; got {self.samples}, {self.good_percent}, {self.min_bandwidth}, "
                f"{self.levels}"
            )


class KernelDensity:
    """A mean of products of Aitchison-Aitken kernels (1976): 1 - h at the datum's level, h shared by the others.

    Bandwidths h follow the normal reference rule on the integer codes, 1.06 sigma n^(-1/(4+d)), no lower than a floor.

    With levels `seen` it is the density that BOHB was published with, statsmodels' `KDEMultivariate` of unordered
    variables: h is shared by the other levels seen in a column, and has no upper bound. Beyond h = 1 the data speak
    against themselves, and densities may be negative. Where a column is constant, h is divided by zero: the density of
    another level is infinite, or not a number.

    With levels `bounded` it is in [0, 1]: as `seen`, but h is at most 1, and at least one other level shares it. With
    levels `own` it is in [0, 1] and adds up to 1: h is shared by all other choices of the variable and is at most
    (c - 1) / c for c of them, where the kernel is flat.

    Four data [[0, 2], [0, 2], [0, 2], [4, 2]] have h = 1.457 in the first column by the rule, and 0.3 in the second by
    a floor of 0.3. With levels `seen` the code [0, 2] has the density (3 (1 - 1.457) + 1.457) / 4 * 0.7 = 0.015, and
    [4, 2], of which there is one, (3 * 1.457 + 1 - 1.457) / 4 * 0.7 = 0.685.

    Attributes:
        data: (n, d) codes.
    """

    def __init__(self, data: Codes, choices: NDArray[np.int64], min_bandwidth: float, levels: Levels) -> None:
        """
        Args:
            data: (n, d) codes, n of 1 or more.
            choices: (d,) number of choices of each variable.
            min_bandwidth: in (0, 1].
            levels: which levels share h, and whether it is bounded.
        """
        count, dimensions = data.shape
        reference = 1.06 * data.std(axis=0) * count ** (-1 / (4 + dimensions))
        bandwidths = np.maximum(reference, min_bandwidth)
        if levels == "own":
            sharing, bandwidths = choices - 1, np.minimum(bandwidths, (choices - 1) / choices)
        else:
            sharing = np.count_nonzero(_level_counts(data, int(choices.max())), axis=1) - 1
        if levels == "bounded":
            bandwidths = np.minimum(bandwidths, 1.0)
        if levels != "seen":
            sharing = np.maximum(sharing, 1)
        self.data, self._choices = data, choices
        self._same = 1 - bandwidths
        with np.errstate(divide="ignore"):
            self._other = bandwidths / sharing

    def __call__(self, codes: Codes) -> NDArray[np.float64]:
        """Returns the density of (m, d) codes, (m,)."""
        equal = codes[:, None, :] == self.data
        # infinite kernels times zero, or plus ones of the other sign, are no numbers, as in the published code
        with np.errstate(invalid="ignore"):
            density: NDArray[np.float64] = np.where(equal, self._same, self._other).prod(axis=2).mean(axis=1)
        return density

    def sample(self, rng: np.random.Generator) -> list[int]:
        """Draws near a datum: a code stays with probability 1 - h, else is uniform over all, the old one included."""
        near = self.data[rng.integers(len(self.data))]
        stays = rng.random(len(near)) < self._same
        drawn: list[int] = np.where(stays, near, rng.integers(self._choices)).tolist()
        return drawn


def _level_counts(data: Codes, levels: int) -> NDArray[np.int64]:
    """Returns how often each level is in each column of (n, d) codes, (d, levels)."""
    dimensions = data.shape[1]
    flat = (data + levels * np.arange(dimensions)).reshape(-1)
    return np.bincount(flat, minlength=levels * dimensions).reshape(dimensions, levels)


def pick(good: NDArray[np.float64], bad: NDArray[np.float64]) -> int | None:
    """Returns which of some candidates BOHB takes, by their densities among the good and the bad results, (m,) each.

    The first whose ratio, max(1e-32, bad) / max(good, 1e-32), is not finite while its good density is: no bad result
    has its levels, so it cannot be poor. Else the first of the smallest finite ratio. None where there is neither.
    """
    # what is not a number is floored among the bad and stays among the good, as in Python's max of HpBandSter
    with np.errstate(invalid="ignore"):
        ratio = np.where(bad > FLOOR, bad, FLOOR) / np.where(good < FLOOR, FLOOR, good)
    finite = np.isfinite(ratio)
    at_once = np.flatnonzero(~finite & np.isfinite(good))
    if at_once.size:
        return int(at_once[0])
    return int(np.where(finite, ratio, np.inf).argmin()) if finite.any() else None


class DensitySampler(Generic[ArchT]):
    """Draws candidates near the good results, and takes the one least like the bad ones."""

    def __init__(self, space: Space[ArchT], settings: DensitySettings) -> None:
        """
        Args:
            space: whose categorical variables are modelled.
            settings: of the model.
        """
        self._space, self._settings = space, settings
        self._choices = np.array([len(variable.choices) for variable in space.variables], dtype=np.int64)
        self._codes: list[tuple[int, ...]] = []
        self._losses: list[float] = []
        self._fitted: tuple[KernelDensity, KernelDensity] | None = None

    @property
    def ready(self) -> bool:
        """Whether there are enough results: on either side more than there are variables."""
        return self._split()[1] > len(self._choices)

    def add(self, arch: ArchT, accuracy: float) -> None:
        """Takes a result; NaN ranks last."""
        self._codes.append(self._space.encode(arch))
        self._losses.append(-accuracy if accuracy == accuracy else np.inf)
        self._fitted = None

    def draw(self, rng: np.random.Generator) -> ArchT:
        """Returns the pick among some candidates, or a random architecture where there is none; only when `ready`."""
        good, bad = self._fit() if self._fitted is None else self._fitted
        drawn = [draw_valid(self._space, lambda: good.sample(rng), rng) for _ in range(self._settings.samples)]
        codes = np.array([codes for _, codes in drawn], dtype=np.int64)
        chosen = pick(good(codes), bad(codes))
        return self._space.sample(rng) if chosen is None else drawn[chosen][0]

    def _split(self) -> tuple[int, int]:
        """Returns how many results are good and how many are bad."""
        count, least, percent = len(self._codes), len(self._choices) + 1, self._settings.good_percent
        good = max(least, percent * count // 100)
        return good, min(max(least, (100 - percent) * count // 100), count - good)

    def _fit(self) -> tuple[KernelDensity, KernelDensity]:
        good, bad = self._split()
        # HpBandSter leaves ties to numpy's default sort; a stable one, where nothing is published, favours the earlier
        order = np.array(self._losses).argsort(kind="quicksort" if self._settings.levels == "seen" else "stable")
        data = np.array(self._codes, dtype=np.int64)[order[: good + bad]]
        parts = (data[:good], data[good:])
        settings = self._settings
        densities = [KernelDensity(part, self._choices, settings.min_bandwidth, settings.levels) for part in parts]
        self._fitted = densities[0], densities[1]
        return self._fitted
