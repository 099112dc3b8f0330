"""From the state that the official APIs pickle to records.

A state is what one schedule knows of one architecture. The official code names epochs from 0 and evaluations
`set@epoch`; records count epochs done, from 1.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.errors import SourceError
from nasbench_suite.spaces.nb201.official.records import (
    DATASETS,
    ArchitectureRecord,
    EvaluationCurves,
    SourceCurve,
    Trial,
)

_SETS = ("x-valid", "x-test", "ori-test")
_SEEDS = 2**32


class _ContradictionError(Exception):
    """What is wrong with a state, in words."""


def read_record(index: object, states: object, where: str, schedules: Mapping[str, int]) -> ArchitectureRecord:
    """Turns the states of one architecture into a record.

    Args:
        index: what the file says the architecture's index is.
        states: a state for each schedule, by the schedule's name.
        where: the file, for error messages.
        schedules: epochs of each schedule, by name.

    Raises:
        SourceError: the states lack something, contradict each other, or are something else.
    """
    try:
        return _record(index, states, schedules)
    except _ContradictionError as wrong:
        raise SourceError(
            f"{where}: architecture {_show(index)}: {wrong}; this is not an unchanged official file"
        ) from None


def _record(index: object, states: object, schedules: Mapping[str, int]) -> ArchitectureRecord:
    if type(index) is not int or index < 0:
        raise _ContradictionError("expected an index from 0")
    trials: list[Trial] = []
    archs: list[str] = []
    unlisted = 0
    for name, state in _expect(states, dict, "schedules").items():
        if name not in schedules:
            raise _ContradictionError(f"expected the schedules {', '.join(schedules)}, found {_show(name)}")
        if _get(state, "arch_index", int) != index:
            raise _ContradictionError(f"its state is that of {_show(state['arch_index'])}")
        archs.append(_get(state, "arch_str", str))
        trials += _trials(state, schedules[name], archs[0])
        unlisted += len(_listed(state) ^ state["all_results"].keys())
    if len(set(archs)) != 1:
        raise _ContradictionError(f"expected one architecture string, found {len(set(archs))}")
    if len({(trial.dataset, trial.schedule, trial.seed) for trial in trials}) != len(trials):
        raise _ContradictionError("it has a trial twice")
    return ArchitectureRecord(index, archs[0], tuple(trials), unlisted)


def _trials(state: Mapping[str, Any], schedule: int, arch: str) -> list[Trial]:
    trials = []
    for key, result in _get(state, "all_results", dict).items():
        if type(key) is not tuple:
            raise _ContradictionError(f"expected results by data set and seed, found {_show(key)}")
        dataset, seed = key
        trials.append(_trial(dataset, seed, result, schedule, arch))
    return trials


def _listed(state: Mapping[str, Any]) -> set[tuple[str, int]]:
    """The trainings of which the state's own list says that they are there."""
    return {
        (dataset, _expect(seed, int, "a seed"))
        for dataset, seeds in _expect(state.get("dataset_seed", {}), dict, "dataset_seed").items()
        for seed in _expect(seeds, list, "seeds")
    }


def _trial(dataset: object, seed: int, result: Any, schedule: int, arch: str) -> Trial:
    if dataset not in DATASETS:
        raise _ContradictionError(f"expected the data sets {', '.join(DATASETS)}, found {_show(dataset)}")
    if not 0 <= seed < _SEEDS:
        raise _ContradictionError(f"expected a seed below {_SEEDS}, found {seed}")
    if _get(result, "epochs", int) != schedule:
        raise _ContradictionError(f"expected {schedule} epochs on {dataset}, found {_show(result['epochs'])}")
    stated = result.get("arch_config")
    if type(stated) is dict and stated.get("arch_str", arch) != arch:
        raise _ContradictionError(f"the trial {dataset} {seed} is of another architecture")
    return Trial(
        dataset=str(dataset),
        schedule=schedule,
        seed=seed,
        params=_number(result, "params"),
        flops=_number(result, "flop"),
        latency=_latency(result),
        train_accuracy=_epoch_curve(result, "train_acc1es", schedule),
        train_top5=_maybe_epoch_curve(result, "train_acc5es", schedule),
        train_loss=_epoch_curve(result, "train_losses", schedule),
        train_seconds=_maybe_epoch_curve(result, "train_times", schedule),
        evaluations=_evaluations(result, schedule),
        parameters=_parameters(result),
    )


def _parameters(result: Mapping[str, Any]) -> Mapping[str, NDArray[Any]] | None:
    """The network's, where the file was read with them: elsewhere they are no arrays."""
    found = result.get("net_state_dict")
    if not isinstance(found, dict) or not all(isinstance(array, np.ndarray) for array in found.values()):
        return None
    return found


def _latency(result: Mapping[str, Any]) -> tuple[float, ...] | None:
    values = result.get("latency")
    if values is None:
        return None
    return tuple(_floats(values if type(values) is list else [values], "latency").tolist())


def _evaluations(result: Mapping[str, Any], schedule: int) -> dict[str, EvaluationCurves]:
    names = _get(result, "eval_names", list)
    if any(name not in _SETS for name in names) or len(set(names)) != len(names):
        raise _ContradictionError(f"expected the sets {', '.join(_SETS)}, found {_show(names)}")
    accuracy = _set_curves(result, "eval_acc1es", names, schedule)
    loss = _set_curves(result, "eval_losses", names, schedule)
    seconds = _set_curves(result, "eval_times", names, schedule) if result.get("eval_times") else {}
    return {name: EvaluationCurves(accuracy[name], loss[name], seconds.get(name)) for name in names}


def _set_curves(result: Mapping[str, Any], field: str, names: list[str], schedule: int) -> dict[str, SourceCurve]:
    values = _get(result, field, dict)
    curves = {name: _curve(values, _set_keys(name, schedule), field) for name in names}
    if sum(len(curve.values) for curve in curves.values()) != len(values):
        raise _ContradictionError(f"{field} has values of other sets or epochs than it should")
    return curves


def _maybe_epoch_curve(result: Mapping[str, Any], field: str, schedule: int) -> SourceCurve | None:
    return None if result.get(field) is None else _epoch_curve(result, field, schedule)


def _epoch_curve(result: Mapping[str, Any], field: str, schedule: int) -> SourceCurve:
    values = _get(result, field, dict)
    curve = _curve(values, tuple(range(schedule)), field)
    if len(curve.values) != len(values):
        raise _ContradictionError(f"{field} has values of other epochs than it should")
    return curve


def _curve(values: Mapping[Any, Any], keys: tuple[object, ...], field: str) -> SourceCurve:
    found = list(map(values.get, keys))
    epochs = _epochs(len(keys))
    if None in found:
        held = [row for row, value in enumerate(found) if value is not None]
        return SourceCurve(epochs[held], _floats([found[row] for row in held], field))
    return SourceCurve(epochs, _floats(found, field))


def _floats(values: list[Any], field: str) -> NDArray[np.float64]:
    if not set(map(type, values)) <= {float, int}:
        raise _ContradictionError(f"{field} has values that are not numbers")
    return np.array(values, dtype=np.float64)


def _number(result: Mapping[str, Any], field: str) -> float:
    return float(_floats([result.get(field)], field)[0])


@cache
def _epochs(schedule: int) -> NDArray[np.int32]:
    epochs = np.arange(1, schedule + 1, dtype=np.int32)
    epochs.flags.writeable = False
    return epochs


@cache
def _set_keys(name: str, schedule: int) -> tuple[object, ...]:
    return tuple(f"{name}@{epoch}" for epoch in range(schedule))


def _get(holder: object, field: str, kind: type) -> Any:
    return _expect(_expect(holder, dict, f"what holds {field}").get(field), kind, field)


def _expect(value: object, kind: type, what: str) -> Any:
    if type(value) is not kind:
        raise _ContradictionError(f"expected {kind.__name__} as {what}, found {_show(value)}")
    return value


def _show(value: object) -> str:
    """A value as text of bounded length, whatever a damaged file made of it."""
    return repr(value)[:80] if isinstance(value, str | int | float | None) else f"a {type(value).__name__}"
