"""`config.yaml`: a job's resolved configuration, which may be a stranger's."""

from typing import Any

import yaml

from nasbench_suite.errors import ResultsError

_DEEPEST = 100  # lists and mappings in each other; a job's are ten at most


def read_config(content: bytes, name: str) -> dict[str, Any]:
    """Reads the content of a configuration's file.

    Args:
        content: of the file.
        name: what errors call it.

    Raises:
        ResultsError: it is damaged, or what no job writes.
    """
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _check_events(content, loader, name)
        config = yaml.load(content, loader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ResultsError(f"{name}: is damaged ({' '.join(str(error).split())[:200]})") from error
    if not isinstance(config, dict):
        raise ResultsError(f"{name}: expected a configuration, got {type(config).__name__}")
    return config


def _check_events(content: bytes, loader: Any, name: str) -> None:
    """Refuses aliases, of which a page can stand for a billion values, and depths that PyYAML takes hours to read."""
    depth = 0
    for event in yaml.parse(content, loader):
        if isinstance(event, yaml.AliasEvent):
            raise ResultsError(f"{name}: has YAML aliases, which a job does not write")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise ResultsError(f"{name}: is nested deeper than a job writes")
