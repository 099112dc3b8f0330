"""Values against annotations, and nodes against the signatures of what they name."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pytest

from nasbench_suite.configuration.typed import normalise, normalise_node
from nasbench_suite.errors import ConfigError


@dataclass(frozen=True)
class Inner:
    rate: float = 0.5
    count: int | None = None


class Outer:
    def __init__(self, space: object, inner: Inner, mode: Literal["a", "b"] = "a", free: Any = None) -> None:
        """Takes everything."""


def open_ended(size: int, **more: Any) -> None:
    """Takes what it is given."""


HERE = __name__


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets this file be found by the name that it has."""
    monkeypatch.setitem(sys.modules, HERE, sys.modules.get(HERE) or _this())


def _this() -> Any:
    from types import SimpleNamespace

    return SimpleNamespace(Inner=Inner, Outer=Outer, open_ended=open_ended)


def node(name: str, **arguments: Any) -> dict[str, Any]:
    return {"_target_": f"{HERE}.{name}", **arguments}


@pytest.mark.parametrize(
    ("value", "annotation", "expected"),
    [
        (2000.0, int, 2000),
        (1, float, 1.0),
        (2e3, int | float, 2000),
        (0.5, int | float, 0.5),
        (None, int | None, None),
        ([1, 2.0], Sequence[int], [1, 2]),
        ([[12.0, 1]], Sequence[tuple[int, int]], [[12, 1]]),
        ({"a": 1}, Mapping[str, float], {"a": 1.0}),
        ("a", Literal["a", "b"], "a"),
        (7, int | Literal["mean"], 7),
        ("1e-3", Any, "1e-3"),
    ],
)
def test_what_fits_gets_one_form(value: Any, annotation: Any, expected: Any) -> None:
    found = normalise(value, annotation, "key")
    assert found == expected and type(found) is type(expected)


@pytest.mark.parametrize(
    ("value", "annotation", "message"),
    [
        (2.5, int, "key: expected a whole number, got 2.5"),
        (True, int, "key: expected a whole number, got true"),
        (1, bool, "key: expected true or false, got 1"),
        ("ten", float, "key: expected a number, got 'ten'"),
        (["a"], str, r"key: expected text, got \['a'\]"),
        ("a", Sequence[str], "key: expected a list, got 'a'"),
        (None, str, "key: expected text, got null"),
        ("c", Literal["a", "b"], "key: expected a or b, got 'c'"),
        ("x", int | None, "key: expected a whole number or null, got 'x'"),
        ([0, 1], int | Literal["mean", "random"], r"key: expected a whole number or mean or random, got \[0, 1\]"),
        ([1, 2], int | float | None, r"key: expected a number or null, got \[1, 2\]"),
        ([1], str | Sequence[str], r"key\[0\]: expected text, got 1"),
        ([[1]], Sequence[tuple[int, int]], r"key\[0\]: expected 2 values"),
        (float("nan"), int, "key: expected a whole number, got nan"),
        (float("inf"), int, "key: expected a whole number, got inf"),
    ],
)
def test_what_does_not_fit_is_refused(value: Any, annotation: Any, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        normalise(value, annotation, "key")


def test_nested_nodes_are_checked_by_the_signatures_of_what_they_name() -> None:
    made = normalise_node(node("Outer", inner=node("Inner", rate=1, count=2.0)), "algorithm", given=("space",))
    assert made["inner"] == node("Inner", rate=1.0, count=2) and type(made["inner"]["rate"]) is float


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"inner": node("Inner", rat=1)},
            "algorithm.inner.rat: .* did you mean algorithm.inner.rate?",
        ),
        ({"inner": node("Inner", rate="fast")}, "algorithm.inner.rate: expected a number, got 'fast'"),
        ({"inner": node("Inner"), "mod": "a"}, "algorithm.mod: there is no such key; did you mean algorithm.mode?"),
        ({"inner": node("Inner"), "space": 1}, "algorithm.space: there is no such key"),
        ({"inner": node("Inner"), 3: 1}, "algorithm.3: there is no such key"),
        ({}, "algorithm: expected a value for inner, got none"),
        ({"inner": node("Inne")}, "algorithm.inner._target_: .*Inne cannot be loaded"),
    ],
)
def test_an_argument_that_a_constructor_does_not_take_is_refused(arguments: dict[Any, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message.replace("?", r"\?")):
        normalise_node(node("Outer") | arguments, "algorithm", given=("space",))


def test_open_ended_and_unannotated_arguments_stay_as_they_were_typed() -> None:
    assert normalise_node(node("open_ended", size=1.0, colour=[1.0]), "x") == node("open_ended", size=1, colour=[1.0])
    made = normalise_node(node("Outer", inner=node("Inner"), free=1.0), "x", given=("space",))
    assert type(made["free"]) is float


def test_the_schema_of_a_search_on_a_table_needs_no_torch() -> None:
    code = (
        "import sys; from nasbench_suite.configuration.schema import check_search; "
        "from nasbench_suite.configuration.typed import normalise_node; "
        "normalise_node({'_target_': 'nasbench_suite.algorithms.rea.RegularizedEvolution'}, 'algorithm', "
        "('space', 'fidelities', 'rng')); print('torch' in sys.modules, 'wandb' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["False", "False"]
