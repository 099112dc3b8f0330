"""Colours that stay apart and keep their algorithm, whichever others a report has beside it."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import cycle, product

from matplotlib.colors import to_hex, to_rgb

# Okabe and Ito's colours, told apart by colour-blind readers too; a second round is dashed, a third dotted
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
DASHES = ("-", "--", ":", "-.")
SHADES = (1.0, 0.6, 1.35)  # of an algorithm's further configurations, below 1 darker
# of the algorithms that are compared most often; after Okabe and Ito's come Tol's muted colours
ALGORITHMS = {
    "random": "#000000",
    "rea": "#0072B2",
    "reinforce": "#D55E00",
    "bohb": "#009E73",
    "hyperband": "#E69F00",
    "local_search": "#CC79A7",
    "tpe": "#56B4E9",
    "asha": "#882255",
    "nsga2": "#117733",
    "mo_rea": "#4B0082",
    "zero_cost": "#8C564B",
    "warm_rea": "#003366",
    "bananas": "#BCBD22",
    "successive_halving": "#999933",
    "darts1": "#332288",
    "darts2": "#6699CC",
    "gdas": "#44AA99",
    "setn": "#AA4499",
    "enas": "#661100",
    "rsps": "#DDCC77",
}
OTHERS = ("#AA4466", "#7F7F7F", "#FF6FB5", "#2F4F4F", "#00CED1", "#C71585", "#556B00", "#B0A0FF")
_TAKEN = 0.12  # distance in RGB below which two colours are hard to tell apart


def looks(algorithms: Sequence[str]) -> list[tuple[str, str]]:
    """Returns dash and colour of each configuration of a picture, no two of 28 alike.

    An algorithm has its colour in every picture; its further configurations have other dashes, then other shades. Where
    all are of one algorithm, each has a colour.

    Args:
        algorithms: the name of each configuration's.
    """
    if len(set(algorithms)) == 1:
        return [look for look, _ in zip(cycle(product(DASHES, COLOURS)), algorithms, strict=False)]
    of_algorithm = _colours(set(algorithms))
    variants = list(product(SHADES, DASHES))
    seen: Counter[str] = Counter()
    found = []
    for name in algorithms:
        shade, dash = variants[seen[name] % len(variants)]
        seen[name] += 1
        found.append((dash, _shaded(of_algorithm[name], shade)))
    return found


def _colours(algorithms: Iterable[str]) -> dict[str, str]:
    """Returns a colour each: its own, unless another algorithm of the picture has that already."""
    found: dict[str, str] = {}
    for name in sorted(algorithms, key=lambda name: (name not in ALGORITHMS, name)):
        choices = [ALGORITHMS[name]] if name in ALGORITHMS else []
        start = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") % len(OTHERS)
        choices += [*OTHERS[start:], *OTHERS[:start], *COLOURS]
        found[name] = next((each for each in choices if not _is_taken(each, found.values())), choices[0])
    return found


def _is_taken(colour: str, others: Iterable[str]) -> bool:
    mine = to_rgb(colour)
    return any(max(abs(a - b) for a, b in zip(mine, to_rgb(other), strict=True)) < _TAKEN for other in others)


def _shaded(colour: str, shade: float) -> str:
    red, green, blue = to_rgb(colour)
    if shade <= 1:
        return to_hex((red * shade, green * shade, blue * shade)).upper()
    lift = 1 - 1 / shade
    return to_hex((red + (1 - red) * lift, green + (1 - green) * lift, blue + (1 - blue) * lift)).upper()
