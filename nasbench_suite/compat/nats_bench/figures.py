"""A figure as the packages print it."""


def shown(value: float | None, form: str) -> str:
    """Returns a figure in its format; `-` where the table has none, as one made of a CSV may."""
    return "-" if value is None else format(value, form)
