"""Values against annotations: what does not fit is refused, and what fits gets one form, so that 2e3 and 2000 are one.

normalise(2000.0, int, "seeds")           2000
normalise(1, float, "algorithm.alpha")    1.0
normalise(2000.0, int | float, "budget")  2000
"""

import dataclasses
import logging
import types
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from inspect import Parameter, signature
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from nasbench_suite.closest import closest
from nasbench_suite.errors import ConfigError
from nasbench_suite.pytorch import is_without_pytorch, missing_pytorch

TARGET = "_target_"
_WORDS: Mapping[Any, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text",
    type(None): "null",
    Mapping: "a mapping",
    Sequence: "a list",
}


def normalise(value: Any, annotation: Any, where: str) -> Any:
    """Returns a value in the form that an annotation has; mappings with a `_target_` by the signature of that.

    Args:
        value: plain, as YAML has it.
        annotation: a type; what says nothing, or nothing that is understood here, lets the value pass.
        where: the value's key, for messages.

    Raises:
        ConfigError: the value does not fit.
    """
    if isinstance(value, Mapping) and TARGET in value:
        return normalise_node(value, where)
    origin = get_origin(annotation) or annotation
    if origin in (Union, types.UnionType):
        return _one_of(value, get_args(annotation), where)
    if origin is Literal:
        return _choice(value, get_args(annotation), where)
    if origin in _SCALARS:
        return _SCALARS[origin](value, where)
    if isinstance(origin, type) and dataclasses.is_dataclass(origin):
        return normalise_fields(value, origin, where)
    if isinstance(origin, type) and not isinstance(annotation, TypeVar) and origin is not object:
        if issubclass(origin, tuple | list) or origin is Sequence or origin is Collection:
            return _list(value, annotation, where)
        if issubclass(origin, Mapping):
            return _mapping(value, annotation, where)
    return _nodes_within(value, where)


def normalise_node(node: Mapping[str, Any], where: str, given: Collection[str] = ()) -> dict[str, Any]:
    """Returns a node with a `_target_`, its arguments checked against the signature of what that names.

    Args:
        node: the target and its arguments.
        where: the node's key.
        given: arguments that the program fills in, and that nobody may name.

    Raises:
        ConfigError: the target is not there; an argument is unknown, missing or of another type.
    """
    target = node[TARGET]
    if not isinstance(target, str):
        raise ConfigError(f"{where}.{TARGET}: expected the dotted name of a class, got {target!r}")
    parameters, annotations = _signature(target, where)
    named = {name: p for name, p in parameters.items() if name not in given and p.kind not in _VARIADIC}
    open_ended = any(p.kind is Parameter.VAR_KEYWORD for p in parameters.values())
    done: dict[str, Any] = {TARGET: target}
    for key, value in node.items():
        if key == TARGET:
            continue
        if key not in named and (key in given or not open_ended):
            raise unknown_key(f"{where}.{key}", str(key), named)
        done[key] = normalise(value, annotations.get(key, Any), f"{where}.{key}")
    missing = [name for name, p in named.items() if p.default is Parameter.empty and name not in done]
    if missing:
        raise ConfigError(f"{where}: expected a value for {', '.join(missing)}, got none")
    return done


def normalise_fields(value: Any, schema: type, where: str, elsewhere: Collection[str] = ()) -> dict[str, Any]:
    """Returns a mapping checked against a dataclass: each of its fields is there, and nothing else.

    Args:
        value: a mapping.
        schema: the dataclass.
        where: the mapping's key; empty at the root.
        elsewhere: fields that are checked by somebody else.

    Raises:
        ConfigError: a key is unknown, missing or of another type.
    """
    if not isinstance(value, Mapping):
        raise _wrong(value, Mapping, where)
    fields, annotations = {field.name: field for field in dataclasses.fields(schema)}, _annotations(schema)
    prefix = f"{where}." if where else ""
    for key in value:
        if key not in fields:
            raise unknown_key(f"{prefix}{key}", str(key), fields)
    for name, field in fields.items():
        if name not in value and name not in elsewhere and field.default is dataclasses.MISSING:
            raise ConfigError(f"{prefix}{name}: expected a value, got none")
    return {str(key): normalise(item, annotations[key], f"{prefix}{key}") for key, item in value.items()}


def unknown_key(where: str, key: str, known: Iterable[str]) -> ConfigError:
    """Returns the complaint about a key that is not there, with the closest that is."""
    names = list(known)
    close = closest(key, names)
    hint = f"did you mean {where[: len(where) - len(key)]}{close}?" if close else f"there is: {', '.join(names)}"
    return ConfigError(f"{where}: there is no such key; {hint}" if names else f"{where}: there is no such key here")


@lru_cache
def _signature(target: str, where: str) -> tuple[Mapping[str, Parameter], Mapping[str, Any]]:
    from hydra.utils import get_object

    # it says in three lines what we say in one; a filter, for Hydra's own set-up of logs leaves those alone
    logging.getLogger("hydra.utils").addFilter(_nothing)
    try:
        found = get_object(target)
    except Exception as error:
        if is_without_pytorch(error):
            raise missing_pytorch(f"{where}: {target.rpartition('.')[2]}") from error
        raise ConfigError(f"{where}.{TARGET}: {target} cannot be loaded ({error})") from error
    if not callable(found):
        raise ConfigError(f"{where}.{TARGET}: expected a class or function, got {target}")
    try:
        parameters = signature(found).parameters
    except (TypeError, ValueError):  # built in C; it complains itself
        return {"kwargs": Parameter("kwargs", Parameter.VAR_KEYWORD)}, {}
    return parameters, _annotations(vars(found).get("__init__", found.__init__) if isinstance(found, type) else found)  # type: ignore[misc]


def _nothing(record: logging.LogRecord) -> bool:
    return False


@lru_cache
def _annotations(of: Any) -> Mapping[str, Any]:
    try:
        return get_type_hints(of)
    except Exception:  # names that exist for type checkers alone: what they annotate stays as it was typed
        return {}


def _boolean(value: Any, where: str) -> bool:
    if not isinstance(value, bool):
        raise _wrong(value, bool, where)
    return value


def _whole(value: Any, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
        raise _wrong(value, int, where)
    return int(value)


def _number(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong(value, float, where)
    return float(value)


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise _wrong(value, str, where)
    return value


def _null(value: Any, where: str) -> None:
    if value is not None:
        raise _wrong(value, type(None), where)


_SCALARS: Mapping[Any, Callable[[Any, str], Any]] = {
    bool: _boolean,
    int: _whole,
    float: _number,
    str: _text,
    type(None): _null,
}
_VARIADIC = (Parameter.VAR_KEYWORD, Parameter.VAR_POSITIONAL)


def _one_of(value: Any, options: Sequence[Any], where: str) -> Any:
    complaints = []
    for option in options:
        try:
            return normalise(value, option, where)
        except ConfigError as error:
            complaints.append(error)
    # of an option that is a list or a mapping too, what is wrong inside says more
    inside = [error for error, option in zip(complaints, options, strict=True) if _is_like(value, option)]
    if inside:
        raise max(inside, key=lambda error: str(error).partition(": ")[0].count("."))
    words = dict.fromkeys(word for option in options for word in _words(option))
    if float in options:
        words.pop(_WORDS[int], None)  # it is a number, too
    raise ConfigError(f"{where}: expected {' or '.join(words)}, got {_shown(value)}")


def _is_like(value: Any, annotation: Any) -> bool:
    """Whether a value is a mapping or a list, and an annotation one of the same kind or of no kind known here."""
    if not isinstance(value, Mapping | list):
        return False
    origin = get_origin(annotation) or annotation
    is_mapping = isinstance(origin, type) and (dataclasses.is_dataclass(origin) or issubclass(origin, Mapping))
    return origin is not Literal and origin not in _SCALARS and is_mapping == isinstance(value, Mapping)


def _choice(value: Any, choices: Sequence[Any], where: str) -> Any:
    for choice in choices:
        if value == choice and isinstance(value, bool) == isinstance(choice, bool):
            return choice
    raise ConfigError(f"{where}: expected {' or '.join(map(str, choices))}, got {_shown(value)}")


def _list(value: Any, annotation: Any, where: str) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise _wrong(value, Sequence, where)
    inner = get_args(annotation) or (Any,)
    if get_origin(annotation) is tuple and inner[-1] is not Ellipsis and inner != (Any,):
        if len(value) != len(inner):
            raise ConfigError(f"{where}: expected {len(inner)} values, got {_shown(value)}")
        pairs = enumerate(zip(value, inner, strict=True))
        return [normalise(item, kind, f"{where}[{at}]") for at, (item, kind) in pairs]
    return [normalise(item, inner[0], f"{where}[{at}]") for at, item in enumerate(value)]


def _mapping(value: Any, annotation: Any, where: str) -> dict[Any, Any]:
    if not isinstance(value, Mapping):
        raise _wrong(value, Mapping, where)
    inner = (*get_args(annotation), Any, Any)[1]
    return {key: normalise(item, inner, f"{where}.{key}") for key, item in value.items()}


def _nodes_within(value: Any, where: str) -> Any:
    """Checks nodes with a `_target_` that lie in what is not annotated; everything else stays as it was typed."""
    if isinstance(value, Mapping):
        return {key: normalise(item, Any, f"{where}.{key}") for key, item in value.items()}
    if isinstance(value, list):
        return [normalise(item, Any, f"{where}[{at}]") for at, item in enumerate(value)]
    return value


def _words(annotation: Any) -> list[str]:
    if get_origin(annotation) is Literal:
        return [str(choice) for choice in get_args(annotation)]
    if get_origin(annotation) in (Union, types.UnionType):
        return [word for option in get_args(annotation) for word in _words(option)]
    origin = get_origin(annotation) or annotation
    return [_WORDS.get({list: Sequence, tuple: Sequence, dict: Mapping}.get(origin, origin), str(origin))]


def _wrong(value: Any, kind: Any, where: str) -> ConfigError:
    return ConfigError(f"{where}: expected {_WORDS[kind]}, got {_shown(value)}")


def _shown(value: Any) -> str:
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else repr(value)[:200]
