"""Reads what people copy out of Python and JSON: numbers, texts, lists, dictionaries, calls such as `Genotype(...)`.

Nothing is run: a call is kept as its name and arguments.
"""

import ast
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from nasbench_suite.errors import ArchitectureError

LONGEST = 1 << 16
_WORDS = {"true": True, "false": False, "null": None}
_LONGEST_RANGE = 1000
# as NumPy 2 shows them
_SCALAR = re.compile(r"u?int\d+|float\d+|str_|bool_?")


class NamedCall(NamedTuple):
    """A call that was written and not made.

    Attributes:
        name: of what is called, without what it is an attribute of.
        positional: its values without a name.
        named: its values by name.
    """

    name: str
    positional: tuple[Any, ...]
    named: Mapping[str, Any]

    def arguments(self, names: Sequence[str]) -> dict[str, Any]:
        """Returns all its values by name.

        Args:
            names: of those that may be positional, in their order.

        Raises:
            ArchitectureError: there are more, or one is given twice; a call would fail, and none of them is dropped.
        """
        if len(self.positional) > len(names):
            raise ArchitectureError(
                f"{self.name}: expected at most {', '.join(names)}; got {len(self.positional)} values"
            )
        given = dict(zip(names, self.positional, strict=False))
        twice = next((name for name in self.named if name in given), None)
        if twice is not None:
            raise ArchitectureError(f"{self.name}: expected each value once, got {twice} twice")
        return given | dict(self.named)


def read_literal(text: str) -> object:
    """Returns the value that a text is; the text itself where it is no value.

    `array(...)` is its list, `int64(...)` its number, and `range(...)` its numbers.

    Raises:
        ArchitectureError: the text is longer than any architecture.
    """
    if len(text) > LONGEST:
        raise ArchitectureError(f"expected a text of at most {LONGEST:,} letters, got {len(text):,}")
    try:
        return _value(ast.parse(text.strip(), mode="eval").body)
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        return text


def as_literal(value: Any) -> object:
    """Returns a Python value as `read_literal` would have read it: arrays as lists, named tuples as calls."""
    if isinstance(value, np.ndarray | np.generic):
        return as_literal(value.tolist())
    if isinstance(value, range):
        return list(value[:_LONGEST_RANGE])
    if isinstance(value, tuple) and hasattr(value, "_asdict") and not isinstance(value, NamedCall):
        return NamedCall(type(value).__name__, (), {name: as_literal(one) for name, one in value._asdict().items()})
    if isinstance(value, Mapping):
        return {key: as_literal(one) for key, one in value.items()}
    if isinstance(value, list | tuple) and not isinstance(value, NamedCall):
        return type(value)(map(as_literal, value))
    return value


def is_listed(value: object, length: int) -> bool:
    """Whether a value is a list or tuple of a length."""
    return isinstance(value, list | tuple) and not isinstance(value, NamedCall) and len(value) == length


def are_codes(value: object, choices: Sequence[int]) -> bool:
    """Whether a value is a list of whole numbers, each below the choices of its place."""
    return is_listed(value, len(choices)) and all(
        type(one) is int and 0 <= one < count
        for one, count in zip(value, choices, strict=True)  # type: ignore[call-overload]
    )


def _value(node: ast.expr) -> Any:
    match node:
        case ast.Constant(value=bool() | int() | float() | str() | None as value):
            return value
        case ast.Name(id=name) if name in _WORDS:
            return _WORDS[name]
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return -value
        case ast.List(elts=items):
            return [_value(item) for item in items]
        case ast.Tuple(elts=items):
            return tuple(_value(item) for item in items)
        case ast.Dict(keys=keys, values=values):
            return _dictionary([_value(key) for key in keys if key is not None], [_value(value) for value in values])
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return _call(name, node)
    raise ValueError


def _dictionary(keys: Sequence[Any], values: Sequence[Any]) -> dict[Any, Any]:
    found = dict(zip(keys, values, strict=True))
    if len(found) < len(keys):
        raise ValueError
    return found


def _call(name: str, node: ast.Call) -> Any:
    if name == "array" or _SCALAR.fullmatch(name):
        (content,) = node.args  # its type, the one thing that it is given by name, says nothing more
        return _value(content)
    positional = tuple(map(_value, node.args))
    named = _dictionary([word.arg for word in node.keywords], [_value(word.value) for word in node.keywords])
    if name == "range":
        numbers = range(*positional)
        if named or len(numbers) > _LONGEST_RANGE:
            raise ValueError
        return list(numbers)
    return NamedCall(name, positional, named)
