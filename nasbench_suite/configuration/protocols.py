"""Which protocol a search is under, where nobody names one: by the spaces and data sets that protocols are for."""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from nasbench_suite.configuration.files import ConfigFiles, chosen_groups
from nasbench_suite.configuration.usual_names import suggestion
from nasbench_suite.errors import ConfigError


class Named(NamedTuple):
    """What somebody named.

    Attributes:
        spaces: to search; nothing for the default.
        datasets: to search; nothing for the protocol's.
    """

    spaces: Sequence[str]
    datasets: Sequence[str]


def choose_protocol(files: ConfigFiles, named: Named) -> str | None:
    """Returns the one protocol that is for all that was named; None where the default is.

    Raises:
        ConfigError: there is none, or several.
    """
    if not named.spaces and not named.datasets:
        return None
    defaults = dict(chosen_groups(files.read("config")))
    wanted = Named(named.spaces or [str(defaults["space"])], named.datasets)
    if _fits(_declared(files, str(defaults["protocol"])), wanted):
        return None
    names = files.names("protocol")
    fitting = [name for name in names if _fits(_declared(files, name), wanted)]
    if len(fitting) == 1:
        return fitting[0]
    _check_names(files, wanted)
    what = f"space {', '.join(wanted.spaces)}"
    if named.datasets:
        what += f" and data set {', '.join(named.datasets)}"
    if not fitting:
        raise ConfigError(
            f"protocol: none is for {what}; name one of {', '.join(names)} with protocol=NAME (free takes any table, "
            "and a budget that you name)"
        )
    raise ConfigError(f"protocol: several are for {what}: {', '.join(fitting)}; name one with protocol=NAME")


def _check_names(files: ConfigFiles, wanted: Named) -> None:
    """Raises ConfigError where a space is unknown, or no protocol of the spaces is for a data set of that name."""
    for name in wanted.spaces:
        if files.find(f"space/{name}") is None:
            raise ConfigError(f"space: there is no {name!r}; {suggestion('space', name, files.names('space'))}")
    declared = [_declared(files, name) for name in files.names("protocol")]
    here = [one for one in declared if _fits(one, Named(wanted.spaces, []))]
    datasets = list(dict.fromkeys(name for one in here for name in one["datasets"] if "*" not in name))
    for name in wanted.datasets:
        if datasets and not any(_fits(one, Named(wanted.spaces, [name])) for one in here):
            raise ConfigError(
                f"dataset: no protocol for space {', '.join(wanted.spaces)} is for {name!r}; "
                f"{suggestion('dataset', name, datasets)} (protocol=free takes any "
                "that a table has, under a budget that you name)"
            )


def _fits(declared: Mapping[str, Sequence[str]], wanted: Named) -> bool:
    return all(any(fnmatchcase(name, pattern) for pattern in declared["spaces"]) for name in wanted.spaces) and all(
        any(fnmatchcase(name, pattern) for pattern in declared["datasets"]) for name in wanted.datasets
    )


def _declared(files: ConfigFiles, name: str) -> Mapping[str, Sequence[str]]:
    """Returns the spaces and data sets that a protocol is for, its own or those of the one that it derives from."""
    found: dict[str, Any] = {}
    pending, seen = [name], set[str]()
    while pending:
        at = pending.pop()
        if at in seen or files.find(f"protocol/{at}") is None:
            continue
        seen.add(at)
        content = files.read(f"protocol/{at}")
        inner = content.get("protocol")
        body = inner if isinstance(inner, Mapping) else content
        for key in ("spaces", "datasets"):
            if isinstance(body.get(key), list):
                found.setdefault(key, [str(item) for item in body[key]])
        pending += [entry for entry in content.get("defaults") or () if isinstance(entry, str) and entry != "_self_"]
    return {"spaces": found.get("spaces", []), "datasets": found.get("datasets", [])}
