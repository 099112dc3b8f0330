"""Settings that Python code hands to a constructor, held to its annotations: `population="x"` is one line of ours.

A config's values are brought into the form of the annotations before a constructor sees them; this is for everybody
else. It costs microseconds per object that is made, and nothing afterwards.
"""

import dataclasses
import math
import sys
import types
from collections.abc import Callable, Sequence
from functools import lru_cache, wraps
from inspect import Parameter, Signature, signature
from numbers import Integral, Real
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from nasbench_suite.errors import ConfigError
from nasbench_suite.whole_number import is_whole

ClassT = TypeVar("ClassT", bound=type)


def check_settings(cls: ClassT) -> ClassT:
    """Makes a class hold what its own `__init__` is given to the annotations; returns the class.

    Looked at are truth values, whole numbers, finite numbers, texts, `Literal`, `None`, sequences of these, and
    dataclasses; what is annotated otherwise passes.
    """
    constructor = vars(cls).get("__init__")
    if constructor is not None:
        cls.__init__ = _checked(constructor)  # type: ignore[misc]
    return cls


def _checked(constructor: Callable[..., None]) -> Callable[..., None]:
    form = signature(constructor)

    @wraps(constructor)
    def checked(self: object, *args: Any, **kwargs: Any) -> None:
        _check_given(type(self).__name__, form, constructor, (self, *args), kwargs)
        constructor(self, *args, **kwargs)

    return checked


def _check_given(
    owner: str, form: Signature, constructor: Callable[..., None], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    try:
        given = form.bind(*args, **kwargs).arguments
    except TypeError as error:
        raise ConfigError(f"{owner}: {error}; it takes {_taken(form)}") from None
    annotations = _annotations(constructor)
    for name, value in given.items():
        annotation = annotations.get(name, Any)
        if form.parameters[name].kind not in _VARIADIC and not _fits(value, annotation):
            raise ConfigError(f"{owner}: {name}: expected {_words(annotation)}, got {value!r:.80}")


def _taken(form: Signature) -> str:
    return ", ".join([*form.parameters][1:]) or "nothing"


@lru_cache
def _annotations(constructor: Callable[..., None]) -> dict[str, Any]:
    try:
        return get_type_hints(constructor)
    except Exception:  # names that exist for type checkers alone: what they annotate passes
        return {}


def _fits(value: object, annotation: Any) -> bool:
    origin = get_origin(annotation) or annotation
    if origin in (Union, types.UnionType):
        return any(_fits(value, option) for option in get_args(annotation))
    if origin is Literal:
        return any(type(value) is type(choice) and value == choice for choice in get_args(annotation))
    if origin is float:
        return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)
    if origin is int:  # NumPy's whole numbers too
        return isinstance(value, Integral) and is_whole(int(value) if not isinstance(value, bool) else value, *_RANGE)
    if origin in (bool, str, types.NoneType):
        return isinstance(value, origin)
    if origin is Sequence and (inner := get_args(annotation)):
        listed = isinstance(value, Sequence) and not isinstance(value, str | bytes)
        return listed and all(_fits(item, inner[0]) for item in value)  # type: ignore[attr-defined]
    if isinstance(origin, type) and dataclasses.is_dataclass(origin):
        return isinstance(value, origin)
    return True


def _words(annotation: Any) -> str:
    origin = get_origin(annotation) or annotation
    if origin in (Union, types.UnionType):
        return " or ".join(map(_words, get_args(annotation)))
    if origin is Literal:
        return " or ".join(map(repr, get_args(annotation)))
    if origin is Sequence:
        return f"a list, each item {_words(get_args(annotation)[0])}"
    return _WORDS.get(origin) or f"{origin.__name__}(...)"


_RANGE = (-sys.maxsize, sys.maxsize)
_VARIADIC = (Parameter.VAR_KEYWORD, Parameter.VAR_POSITIONAL)
_WORDS = {
    bool: "True or False",
    int: "a whole number of 64 bits",
    float: "a finite number",
    str: "a text",
    types.NoneType: "None",
}
