"""What a job's `job.json` must hold to be reported; a results folder may be anybody's, and is untrusted input."""

from collections.abc import Callable, Mapping
from typing import Any

from nasbench_suite.errors import ResultsError
from nasbench_suite.jobs.description import FORMAT
from nasbench_suite.whole_number import is_whole

LARGEST = 1e18  # no count, second or accuracy comes near it; beyond, arithmetic would overflow


def check_description(description: object) -> dict[str, Any]:
    """Returns what `job.json` holds, if a report can be made of it.

    Raises:
        ResultsError: it is from before 0.1, or not what 0.1 writes; the message names the key.
    """
    if not isinstance(description, dict):
        raise ResultsError("job.json: expected an object, so this is not a job of nasbench-suite")
    refuse_old(description)
    for key, (expected, holds) in KEYS.items():
        if key not in description:
            raise ResultsError(f"job.json: expected the key {key!r}, so this is not a job of nasbench-suite 0.1")
        if not holds(description[key]):
            raise ResultsError(f"job.json: {key}: expected {expected}, got {str(description[key])[:60]!r}")
    return description


def refuse_old(description: object) -> None:
    """Raises ResultsError where `job.json` is of another format, such as that from before 0.1."""
    found = description.get("format", 1) if isinstance(description, dict) and "config_id" in description else FORMAT
    if found != FORMAT:
        raise ResultsError(
            f"these results are of format {str(found)[:20]}, and this version of nasbench-suite reads format {FORMAT}; "
            "those of format 1 are from before 0.1; run the command again to make them anew"
        )


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def is_number(value: object) -> bool:
    """Whether a value is a number, and not beyond what anything here counts or measures."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST


def _is_whole(value: object) -> bool:
    return is_whole(value) and is_number(value)


def _list_of(holds: Callable[[object], bool], length: int | None = None) -> Callable[[object], bool]:
    def check(value: object) -> bool:
        return isinstance(value, list) and length in (None, len(value)) and all(map(holds, value))

    return check


def _mapping_of(holds: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, dict) and all(map(holds, value.values()))


def _or_null(holds: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: value is None or holds(value)


def _is_budget(value: object) -> bool:
    if not isinstance(value, Mapping) or not isinstance(value.get("overstep"), str):
        return False
    return all(unit in value and _or_null(is_number)(value[unit]) for unit in ("seconds", "epochs", "evaluations"))


def _is_one_shot(value: object) -> bool:
    names = ("operations", "edges", "parameterless")
    return isinstance(value, Mapping) and all(_list_of(_is_text)(value.get(name)) for name in names)


_TEXT = ("text", _is_text)
KEYS: Mapping[str, tuple[str, Callable[[object], bool]]] = {
    **dict.fromkeys(("config_id", "space", "algorithm", "protocol", "dataset", "table", "table_hash"), _TEXT),
    **dict.fromkeys(("label", "seconds_from"), ("text or null", _or_null(_is_text))),
    "objectives": ("a list of names", lambda value: bool(value) and _list_of(_is_text)(value)),
    "trial": ("a policy, a training seed or null", _or_null(lambda value: _is_text(value) or _is_whole(value))),
    "fidelities": ("a list of [schedule, epoch]", _list_of(_list_of(_is_whole, 2))),
    "multi_fidelity": ("true or false", lambda value: isinstance(value, bool)),
    "workers": ("a whole number", _is_whole),
    "budget": ("seconds, epochs, evaluations and overstep", _is_budget),
    "clock": ("simulated or machine", lambda value: value in ("simulated", "machine")),
    "one_shot": ("operations, edges and parameterless, or null", _or_null(_is_one_shot)),
    "best": ("[validation, test] by data set", _mapping_of(_list_of(_or_null(is_number), 2))),
    "versions": ("a version by name", _mapping_of(_is_text)),
}
"""By key: what is expected in words, and whether a value is that."""
