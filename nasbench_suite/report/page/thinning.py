"""How many points a chart's lines have, so that a page stays small however many configurations it has."""

CURVES = 3000  # points of one figure over time, all lines together
EDGE_WEIGHTS = 60_000  # of all edges, operations and epochs
FEWEST = 24


def points(lines: int, in_all: int = CURVES, most: int = 120) -> int:
    """Returns how many points each line has: as many as `most` while there are few, never fewer than `FEWEST`."""
    return max(FEWEST, min(most, in_all // max(lines, 1)))


def kept(length: int, most: int) -> list[int]:
    """Returns at most so many places of a sequence, evenly spaced, the first and the last among them."""
    if length <= most:
        return list(range(length))
    return sorted({round(place * (length - 1) / (most - 1)) for place in range(most)})
