"""How many there are of something, in words."""

import re

_PLURAL = re.compile(r"\b(architecture|column|row|training)s\b")


def counted(count: int, what: str) -> str:
    """Writes a count for people.

    Args:
        count: how many.
        what: there is, in the plural, such as the name of a table's count: `architectures_that_the_table_lacks`.

    Returns:
        Such as `1 architecture that the table lacks` or `15,625 architectures`.
    """
    words = what.replace("_", " ")
    if count == 1:
        words = _PLURAL.sub(r"\1", words, count=1)
    return f"{count:,} {words}"
