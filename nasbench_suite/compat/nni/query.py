"""What NNI's three query functions have in common: where the database is, conditions, reduction and intermediates."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from nasbench_suite.errors import ConfigError, SourceError
from nasbench_suite.importing.nni_database import Benchmark, NNIDatabase, Record

VARIABLE = "NASBENCHMARK_DIR"
_FILES: dict[Benchmark, str] = {"nb101": "nasbench101", "nb201": "nasbench201", "nds": "nds"}


def query_trials(
    benchmark: Benchmark,
    conditions: Mapping[str, Any],
    reduction: str | None,
    include_intermediates: bool,
    path: str | os.PathLike[str] | None,
) -> Iterator[Record]:
    """Yields the trainings whose config agrees with the conditions.

    Args:
        benchmark: whose database it is.
        conditions: values by the config's columns; None matches everything, dictionaries are compared as JSON.
        reduction: None or `none` for each training, `mean` for the mean of each config's.
        include_intermediates: whether what was measured after earlier epochs is added as `intermediates`.
        path: the database or its folder; None for the folder that `NASBENCHMARK_DIR` names.

    Raises:
        ConfigError: a reduction that there is not, or no path.
        SourceError: no such file, or no database of NNI.
    """
    if reduction not in (None, "none", "mean"):
        raise ConfigError(f"Unsupported reduction: expected None, 'none' or 'mean', got {reduction!r:.50}")
    named = {name: value for name, value in conditions.items() if value is not None}
    where = " AND ".join(f"config.{name} = ?" for name in named)
    values = [_bound(value) for value in named.values()]
    with NNIDatabase(find_database(benchmark, path), benchmark) as database:
        ending = f"WHERE {where} " if where else ""
        if reduction == "mean":
            found = database.means(f"{ending}GROUP BY stats.config_id ORDER BY stats.config_id", values)
        else:
            # the order in which SQLite meets them: it goes through the configs where these are to be found
            order = "config.id, stats.id" if where else "stats.id"
            found = database.trials(f"{ending}ORDER BY {order}", values)
        for trial in found:
            if include_intermediates:
                # a mean is no training, and so has none
                each = () if trial["id"] is None else database.intermediates(trial["id"])
                trial["intermediates"] = [record for _, record in each]
            yield trial


def find_database(benchmark: Benchmark, path: str | os.PathLike[str] | None) -> Path:
    """Returns the place of a database.

    Raises:
        ConfigError: neither a path nor the variable is given.
        SourceError: the folder has no such database, or several.
    """
    named = os.environ.get(VARIABLE) if path is None else path
    if not named:
        raise ConfigError(f"expected the path of NNI's {_FILES[benchmark]}.db, or its folder in {VARIABLE}")
    place = Path(named).expanduser()
    if not place.is_dir():
        return place
    plain = place / f"{_FILES[benchmark]}.db"
    # NNI's downloads carry the beginning of their checksum
    found = [plain] if plain.exists() else sorted(place.glob(f"{_FILES[benchmark]}-*.db"))
    if len(found) != 1:
        there = ", ".join(one.name for one in found) or "none"
        raise SourceError(f"{place}: expected one {plain.name}, also with a checksum after its name; there is: {there}")
    return found[0]


def _bound(value: object) -> object:
    if not isinstance(value, dict):
        return value
    try:
        return json.dumps(value, sort_keys=True, separators=(",", ":"))  # as the databases hold it
    except (TypeError, ValueError, RecursionError) as error:
        raise ConfigError(f"expected a dictionary of what JSON can hold ({error})") from None
