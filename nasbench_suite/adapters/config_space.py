"""ConfigSpace (Lindauer et al. 2019, arXiv:1908.06756): a space as a `ConfigurationSpace`, and architectures both ways.

A hyperparameter is one of the space's variables, categorical, with the same names of choices. What makes codes an
architecture at all (on NAS-Bench-101: a way from the input to the output, and at most nine edges on such ways) is a
property of the whole graph, which forbidden clauses over single values do not express; `to_architecture` says so of a
configuration that stands for no architecture, and `sample` draws again.
"""

from collections.abc import Mapping
from typing import Any

from nasbench_suite.errors import ArchitectureError, ConfigError
from nasbench_suite.space import Space
from nasbench_suite.variables import ArchT
from nasbench_suite.whole_number import check_whole

_ATTEMPTS = 100_000


def configuration_space(space: Space[Any], seed: int | None = None) -> Any:
    """Returns the `ConfigSpace.ConfigurationSpace` of a space's variables.

    Args:
        space: with variables; of a sample, `confined_to` a table's architectures.
        seed: of ConfigSpace's own draws.

    Raises:
        ConfigError: ConfigSpace is not installed, or the space has no variables.
    """
    if not isinstance(space, Space) or not space.variables:
        raise ConfigError(f"expected a space that has variables, got {space!r:.80}")
    try:
        import ConfigSpace
    except ImportError as error:
        raise ConfigError(
            f"ConfigSpace is not installed ({error}); `pip install nasbench-suite[adapters]` does"
        ) from error
    found = ConfigSpace.ConfigurationSpace(name=space.name, seed=seed)
    found.add(*(ConfigSpace.CategoricalHyperparameter(one.name, one.choices) for one in space.variables))
    return found


def to_architecture(space: Space[ArchT], configuration: Mapping[str, Any]) -> ArchT:
    """Returns the architecture of a configuration.

    Raises:
        ArchitectureError: it stands for no architecture, or is not of the space's variables and choices.
    """
    names = {one.name for one in space.variables}
    if not isinstance(configuration, Mapping) or set(configuration) != names:
        raise ArchitectureError(f"{space.name}: expected a value for each of its variables, got {configuration!r:.200}")
    codes = []
    for one in space.variables:
        value = str(configuration[one.name])
        if value not in one.choices:
            raise ArchitectureError(
                f"{space.name}: {one.name}: expected one of {', '.join(one.choices)}; got {value!r:.80}"
            )
        codes.append(one.choices.index(value))
    return space.decode(codes)


def to_configuration(space: Space[ArchT], arch: ArchT | str, within: Any) -> Any:
    """Returns the `ConfigSpace.Configuration` of an architecture, given as a value or as its text form.

    Args:
        space: whose architecture it is.
        arch: the architecture.
        within: the configuration space, from `configuration_space`.

    Raises:
        ArchitectureError: it is no architecture of the space.
    """
    import ConfigSpace

    value = space.parse(arch) if isinstance(arch, str) else arch
    codes = zip(space.variables, space.encode(value), strict=True)
    return ConfigSpace.Configuration(within, values={one.name: one.choices[code] for one, code in codes})


def sample(space: Space[ArchT], within: Any, count: int) -> list[ArchT]:
    """Draws as ConfigSpace does, uniformly over the choices, again where a configuration is no architecture.

    Args:
        space: to draw from.
        within: its configuration space, whose seed decides.
        count: how many.

    Raises:
        ConfigError: no architecture was among very many draws.
    """
    check_whole("count", count, 1)
    found: list[ArchT] = []
    for _ in range(_ATTEMPTS + count):
        try:
            found.append(to_architecture(space, within.sample_configuration()))
        except ArchitectureError:
            continue
        if len(found) == count:
            return found
    raise ConfigError(
        f"space {space.name}: {_ATTEMPTS:,} draws had {len(found)} architectures of {count}; sample the space"
    )
