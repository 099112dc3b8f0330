"""Reading the fields of an architecture, from a table's text or from a published file, with checks."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from nasbench_suite.errors import ArchitectureError
from nasbench_suite.whole_number import is_whole

_LARGEST = 2**31  # no depth or width comes near it, and sums stay in 64 bits


def whole(value: object, name: str, minimum: int = 1) -> int:
    """Returns a whole number of at least `minimum`.

    Raises:
        ArchitectureError: it is not such a number.
    """
    if not is_whole(value, minimum, _LARGEST):
        raise ArchitectureError(f"expected {name} to be a whole number of {minimum} or more, got {_short(value)}")
    return value


def number(value: object, name: str) -> float:
    """Returns a finite number of 0 or more as a float.

    Raises:
        ArchitectureError: it is not such a number.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            if 0 <= (real := float(value)) < math.inf:
                return abs(real)  # -0.0 would be 0.0 with another text
        except OverflowError:
            pass
    raise ArchitectureError(f"expected {name} to be a finite number of 0 or more, got {_short(value)}")


def listed(value: object, name: str) -> Sequence[Any]:
    """Returns a list or tuple.

    Raises:
        ArchitectureError: it is not a list.
    """
    if not isinstance(value, list | tuple):
        raise ArchitectureError(f"expected {name} to be a list, got {_short(value)}")
    return value


def exactly(value: object, name: str, required: Sequence[str], optional: Sequence[str] = ()) -> Mapping[str, Any]:
    """Returns an object that has all required keys and no unknown one.

    Raises:
        ArchitectureError: it is not such an object.
    """
    if not isinstance(value, Mapping):
        raise ArchitectureError(f"expected {name} to be an object, got {_short(value)}")
    unknown = [key for key in value if key not in required and key not in optional]
    missing = [key for key in required if key not in value]
    if unknown or missing:
        wrong = f"unknown key {_short(unknown[0])}" if unknown else f"no {missing[0]}"
        raise ArchitectureError(f"expected {name} to have the keys {', '.join((*required, *optional))}; got {wrong}")
    return value


def words(text: str, keys: Sequence[str]) -> dict[str, str]:
    """Splits `key=value` words; the keys must be these, each at most once.

    Raises:
        ArchitectureError: they are not.
    """
    found: dict[str, str] = {}
    for word in text.split(" "):
        key, equals, value = word.partition("=")
        if not equals or key not in keys or key in found:
            raise ArchitectureError(f"expected the words {', '.join(f'{key}=' for key in keys)}; got {_short(word)}")
        found[key] = value
    return found


def integers(text: str, name: str) -> list[int]:
    """Reads `1,2,3`.

    Raises:
        ArchitectureError: it is something else.
    """
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise ArchitectureError(f"expected {name} to be whole numbers, got {_short(text)}") from None


def reals(text: str, name: str) -> list[float]:
    """Reads `0.5,1.0`.

    Raises:
        ArchitectureError: it is something else.
    """
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise ArchitectureError(f"expected {name} to be numbers, got {_short(text)}") from None


def _short(value: object) -> str:
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else f"{text[:57]}..."
