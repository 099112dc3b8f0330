"""Whether a value is a whole number: an `int` that is no `bool`, and no float that happens to be whole."""

from typing import TypeGuard

from nasbench_suite.errors import ConfigError

LAST_SEED = 2**63 - 1
"""The largest that 64 bits hold with a sign, as files of results and PyTorch have seeds."""


def is_whole(value: object, minimum: int = 0, below: int | None = None) -> TypeGuard[int]:
    """Whether a value is a whole number from `minimum` on, and below `below` if that is given."""
    if not isinstance(value, int) or isinstance(value, bool) or value < minimum:
        return False
    return below is None or value < below


def check_whole(key: str, value: object, minimum: int = 0, maximum: int | None = None) -> int:
    """Returns a setting that is a whole number.

    Args:
        key: of the setting.
        value: of the setting.
        minimum: of the value.
        maximum: of the value; None for no end.

    Raises:
        ConfigError: it is anything else.
    """
    if not is_whole(value, minimum):
        raise ConfigError(f"{key}: expected a whole number of {minimum} or more, got {value!r}")
    if maximum is not None and value > maximum:
        raise ConfigError(f"{key}: expected at most {maximum}, got {value}")
    return value
