"""A report's figures in words, as every format writes them."""

import re
from collections.abc import Sequence

from nasbench_suite.report.scored_row import ScoredRow

# control characters, line separators and marks that turn the direction of text: a page or a terminal obeys them
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


def one_line(text: str) -> str:
    """Returns a text from a results folder as one line that no terminal, page or compiler takes as a command."""
    return _UNPRINTABLE.sub(" ", text)


def accuracy(mean: float | None, std: float | None, digits: int = 2) -> str:
    """Returns `92.00±2.00`, the mean alone where there is no deviation, `-` where there is no mean."""
    if mean is None:
        return "-"
    return f"{mean:.{digits}f}" if std is None else f"{mean:.{digits}f}±{std:.{digits}f}"


def count(value: float | None, form: str) -> str:
    """Returns a number in a format, `-` where it is not known."""
    return "-" if value is None else f"{value:{form}}"


def searches(row: ScoredRow) -> str:
    """Returns how many searches ran, and how many of them found nothing."""
    return f"{row.seeds}{found_nothing(row.without_incumbent)}"


def found_nothing(searches: int) -> str:
    """Returns ` (2 found nothing)`; empty where all found something."""
    return f" ({searches} found nothing)" if searches else ""


def evaluations(row: ScoredRow) -> str:
    """Returns how many evaluations a search had; of a one-shot search, that they are epochs."""
    if not row.one_shot:
        return count(row.evaluations_mean, ",.1f")
    return f"{count(row.evaluations_mean, ',.0f')} epoch{'' if row.evaluations_mean == 1 else 's'}"


def number_of_searches(count: int) -> str:
    """Returns `1 search`, `3 searches`."""
    return f"{count:,} search{'' if count == 1 else 'es'}"


def found_architecture(rows: Sequence[ScoredRow]) -> str:
    """Returns the architecture that a configuration found, how many searches ended with it, and its scores.

    Args:
        rows: of the configuration, the searched data set first; it found something.
    """
    row = rows[0]
    over = f"{row.found_searches} of {number_of_searches(row.seeds)}"
    scores = [
        f"{each.scored_on} {' '.join(known)}"
        for each in rows
        if (known := [f"{name} {value:.2f}" for name, value in _found_scores(each) if value is not None])
    ]
    return f"{row.found} ({', '.join([f'{over} ended with it or an isomorphic one', *scores])})"


def _found_scores(row: ScoredRow) -> tuple[tuple[str, float | None], ...]:
    return ("valid", row.found_valid), ("test", row.found_test)


def seconds(row: ScoredRow) -> str:
    """Returns how long a search took."""
    return count(row.seconds_mean, ",.0f")
