"""BOHB's density model as HpBandSter and statsmodels have it, one number at a time."""

from collections.abc import Sequence

import numpy as np


def bandwidths(rows: Sequence[Sequence[int]], floor: float) -> list[float]:
    """The normal reference rule: 1.06 sigma n^(-1 / (4 + d)), and a floor."""
    count, dimensions = len(rows), len(rows[0])
    found = []
    for column in zip(*rows, strict=True):
        mean = sum(column) / count
        variance = sum((x - mean) ** 2 for x in column) / count
        found.append(max(floor, 1.06 * variance**0.5 * count ** (-1 / (4 + dimensions))))
    return found


def density(rows: Sequence[Sequence[int]], point: Sequence[int], h: Sequence[float]) -> float:
    """Aitchison-Aitken kernels over the levels seen, for any bandwidth; IEEE's rules where a column is constant."""
    others = [np.float64(len(set(column)) - 1) for column in zip(*rows, strict=True)]
    total = np.float64(0.0)
    with np.errstate(all="ignore"):
        for row in rows:
            product = np.float64(1.0)
            for column, (value, mine) in enumerate(zip(row, point, strict=True)):
                product *= 1 - h[column] if value == mine else h[column] / others[column]
            total += product
    return float(total / len(rows))


def pick(good: Sequence[float], bad: Sequence[float]) -> int | None:
    """The loop over the candidates."""
    smallest, taken = np.inf, None
    for at, (l, g) in enumerate(zip(good, bad, strict=True)):  # noqa: E741 (the names of the published code)
        with np.errstate(all="ignore"):
            value = np.float64(max(1e-32, g)) / max(l, 1e-32)
        if not np.isfinite(value) and np.isfinite(l):
            return at
        if value < smallest:
            smallest, taken = value, at
    return taken


def split(
    codes: Sequence[Sequence[int]], losses: Sequence[float]
) -> tuple[list[Sequence[int]], list[Sequence[int]]] | None:
    """The good and the bad; None where either are no more than there are variables."""
    least, count = len(codes[0]) + 1 if codes else 1, len(codes)
    good, bad = max(least, 15 * count // 100), max(least, 85 * count // 100)
    ranked = [codes[at] for at in np.argsort(losses)]
    parts = ranked[:good], ranked[good : good + bad]
    return parts if min(map(len, parts)) >= least and codes else None


def propose(
    parts: tuple[list[Sequence[int]], list[Sequence[int]]],
    levels: Sequence[int],
    samples: int,
    floor: float,
    rng: np.random.Generator,
) -> tuple[int, ...] | None:
    """The codes that the model picks of some candidates; None where it can compare none."""
    good, bad = parts
    h, h_bad = bandwidths(good, floor), bandwidths(bad, floor)
    candidates = []
    for _ in range(samples):
        datum = good[rng.integers(len(good))]
        uniforms, drawn = rng.random(len(levels)), rng.integers(levels)
        candidates.append(
            tuple(
                int(value if u < 1 - width else other)
                for value, width, u, other in zip(datum, h, uniforms, drawn, strict=True)
            )
        )
    taken = pick(
        [density(good, point, h) for point in candidates], [density(bad, point, h_bad) for point in candidates]
    )
    return None if taken is None else candidates[taken]
