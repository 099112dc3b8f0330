"""What a space's networks can be set to, by the signature of their class, and what a configuration says instead."""

import types
from collections.abc import Callable, Mapping, Sequence
from inspect import Parameter, signature
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np
import torch

from nasbench_suite.closest import closest
from nasbench_suite.configuration.typed import normalise
from nasbench_suite.errors import ConfigError
from nasbench_suite.space import Space

_IMAGES = {"classes": 2, "in_channels": 3}  # the data set's, and nobody's to set
_OURS = (*_IMAGES, "replicas")
_TRAINING, _OR = "training.network", ", or another training="
_PLAIN = (bool, int, float, str, type(None))


def check_network(
    space: Space[Any], settings: Mapping[str, Any], where: str, *, arch: Any = None, together: bool = False
) -> None:
    """Checks that a space's networks take some settings, on one that holds no memory.

    Args:
        space: the search space.
        settings: that a configuration names.
        where: its key, such as `training.network`.
        arch: whose network; None for any.
        together: whether several trials are trained side by side in one.

    Raises:
        ConfigError: they do not, or the space has none; names the settings that there are.
    """
    arch = space.sample(np.random.default_rng(0)) if arch is None else arch
    side_by_side = {"replicas": 2} if together else {}
    _check(f"space {space.name}'s networks", lambda more: space.network(arch, **more), settings, where, side_by_side)


def check_supernet(space: Space[Any], settings: Mapping[str, Any], where: str) -> None:
    """Checks that a space's supernet takes some settings, on one that holds no memory; as `check_network` does."""
    _check(f"space {space.name}'s supernet", lambda more: space.supernet(**more), settings, where, {})


def _check(
    what: str, build: Callable[[dict[str, Any]], Any], settings: Mapping[str, Any], where: str, more: dict[str, int]
) -> None:
    with torch.device("meta"):
        parameters = _parameters(build)
        if parameters is not None:
            _check_settings(what, settings, parameters, where)
            if more.keys() - parameters.keys():
                raise ConfigError(f"training.together: expected false, for {what} train one trial at a time")
        try:
            build({**settings, **_IMAGES, **more})
        except ConfigError as error:
            raise ConfigError(f"{where}: {error}") from error
        except (TypeError, ValueError) as error:
            raise ConfigError(f"{where}: is not for {what} ({error}){_another(where)}") from error


def _parameters(build: Callable[[dict[str, Any]], Any]) -> dict[str, Any] | None:
    """Returns the annotations of what the class takes; None where it does not tell."""
    try:
        made = type(build(dict(_IMAGES)))
        parameters, annotations = signature(made).parameters, get_type_hints(made.__init__)
    except (TypeError, ValueError, NameError):  # a plugin's, which need not be built so
        return None
    is_open = any(one.kind in (Parameter.VAR_KEYWORD, Parameter.VAR_POSITIONAL) for one in parameters.values())
    if is_open or not parameters.keys() >= _IMAGES.keys():
        return None
    return {name: annotations.get(name, Any) for name in list(parameters) if name != "arch"}


def _check_settings(what: str, settings: Mapping[str, Any], parameters: Mapping[str, Any], where: str) -> None:
    # what a YAML file can name
    known = [name for name, kind in parameters.items() if name not in _OURS and (kind is Any or _is_plain(kind))]
    for name, value in settings.items():
        if name not in known:
            raise _unknown(what, name, known, where)
        _check_value(value, parameters[name], f"{where}.{name}")


def _is_plain(annotation: Any) -> bool:
    if get_origin(annotation) in (Union, types.UnionType):
        return all(map(_is_plain, get_args(annotation)))
    return get_origin(annotation) is Literal or annotation in _PLAIN


def _check_value(value: Any, annotation: Any, where: str) -> None:
    done = normalise(value, annotation, where)
    if isinstance(value, float) and isinstance(done, int):  # PyTorch takes no 8.0 for 8
        raise ConfigError(f"{where}: expected a whole number such as {done}, got {value}")


def _unknown(what: str, name: str, known: Sequence[str], where: str) -> ConfigError:
    names = ", ".join(known) or "none"
    if name in _OURS:
        return ConfigError(f"{where}.{name}: expected a setting of {what} ({names}); {name} follows from the data set")
    close = closest(name, known)
    hint = f"; did you mean {where}.{close}{_OR if where == _TRAINING else ''}?" if close else _another(where)
    return ConfigError(f"{where}.{name}: expected a setting of {what} ({names}), got {name}{hint}")


def _another(where: str) -> str:
    return "; choose another training=" if where == _TRAINING else ""
