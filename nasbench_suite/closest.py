"""The name that somebody probably meant."""

from collections.abc import Iterable


def closest(name: str, known: Iterable[str]) -> str | None:
    """Returns the known name that is nearest to one that is not there, upper and lower case alike.

    Args:
        name: that was given.
        known: names that there are.

    Returns:
        One of the known names; None where none is near.
    """
    from difflib import get_close_matches  # costs a tenth of opening a table

    folded = {one.casefold(): one for one in known}
    found = get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)
    return folded[found[0]] if found else None
