"""The density model of TPE and BOHB on categorical codes: which architectures look like good ones.

Bergstra et al. 2011 (NeurIPS), in the form that Falkner et al. 2018 (arXiv:1807.01774, section 3) gave it: one
multivariate kernel density for the good results and one for the bad.
"""

from dataclasses import dataclass
from typing import Generic, Literal

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.algorithms.decoding import draw_valid
from nasbench_suite.errors import ConfigError
from nasbench_suite.space import Space
from nasbench_suite.variables import ArchT

Codes = NDArray[np.int64]
FLOOR = 1e-32
Levels = Literal["seen", "own"]


@dataclass(frozen=True)
class DensitySettings:
    """Of a density model. Defaults are those of HpBandSter, the code of BOHB's authors.

    Attributes:
        samples: candidates of which the best is taken.
        good_percent: percent of the results that are good, in 1..99, and at least one more than there are variables;
            the bad ones follow in rank.
        min_bandwidth: floor of the bandwidths, in (0, 1].
        levels: which levels share a bandwidth; see `KernelDensity`.
    """

    samples: int = 64
    good_percent: int = 15
    min_bandwidth: float = 1e-3
    levels: Levels = "seen"

    def __post_init__(self) -> None:
        in_range = self.samples >= 1 and 1 <= self.good_percent <= 99 and 0 < self.min_bandwidth <= 1
        if not in_range or self.levels not in ("seen", "own"):
            raise ConfigError(
                "density model: expected samples of 1 or more, good_percent in 1..99, min_bandwidth in (0, 1] and "
                f"levels seen or own; got {self.samples}, {self.good_percent}, {self.min_bandwidth}, {self.levels}"
            )


class KernelDensity:
    """A mean of products of Aitchison-Aitken kernels (1976): 1 - h at the datum's level, h shared by the others.

    Bandwidths h follow the normal reference rule on the integer codes, 1.06 sigma n^(-1/(4+d)), no lower than a floor.
    The density is in [0, 1] for any data. The one that BOHB was published with is not: it is negative beyond h = 1,
    and it shares h among the other levels seen in a column, which are none where the column is constant.

    With levels `seen` it is as published but for that: h is at most 1, and at least one other level shares it. With
    levels `own` h is shared by all other choices of the variable and is at most (c - 1) / c for c of them, where the
    kernel is flat; beyond, the data would speak against themselves.

    Attributes:
        data: (n, d) codes.
    """

    def __init__(self, data: Codes, choices: NDArray[np.int64], min_bandwidth: float, levels: Levels) -> None:
        """
        Args:
            data: (n, d) codes, n of 1 or more.
            choices: (d,) number of choices of each variable.
            min_bandwidth: in (0, 1].
            levels: which levels share h.
        """
        count, dimensions = data.shape
        if levels == "own":
            sharing, highest = choices, (choices - 1) / choices
        else:
            sharing = np.count_nonzero(_level_counts(data, int(choices.max())), axis=1)
            highest = np.ones(dimensions)
        reference = 1.06 * data.std(axis=0) * count ** (-1 / (4 + dimensions))
        bandwidths = np.minimum(np.maximum(reference, min_bandwidth), highest)
        self.data, self._choices = data, choices
        self._same = 1 - bandwidths
        self._other = bandwidths / np.maximum(sharing - 1, 1)

    def __call__(self, codes: Codes) -> NDArray[np.float64]:
        """Returns the density of (m, d) codes, (m,)."""
        equal = codes[:, None, :] == self.data
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
        """Returns an architecture; only when `ready`.

        It minimises g / l, the density of the bad results over that of the good ones, both floored at 1e-32.
        """
        good, bad = self._fit() if self._fitted is None else self._fitted
        drawn = [draw_valid(self._space, lambda: good.sample(rng), rng) for _ in range(self._settings.samples)]
        codes = np.array([codes for _, codes in drawn], dtype=np.int64)
        badness = np.maximum(bad(codes), FLOOR) / np.maximum(good(codes), FLOOR)
        return drawn[int(badness.argmin())][0]

    def _split(self) -> tuple[int, int]:
        """Returns how many results are good and how many are bad."""
        count, least, percent = len(self._codes), len(self._choices) + 1, self._settings.good_percent
        good = max(least, percent * count // 100)
        return good, min(max(least, (100 - percent) * count // 100), count - good)

    def _fit(self) -> tuple[KernelDensity, KernelDensity]:
        good, bad = self._split()
        order = np.array(self._losses).argsort(kind="stable")[: good + bad]
        data = np.array(self._codes, dtype=np.int64)[order]
        parts = (data[:good], data[good:])
        densities = [
            KernelDensity(part, self._choices, self._settings.min_bandwidth, self._settings.levels) for part in parts
        ]
        self._fitted = densities[0], densities[1]
        return self._fitted
