"""Every constructor of an algorithm and of its settings, given what its annotations do not say."""

import inspect
from typing import Any, get_type_hints

import numpy as np
import pytest

import nasbench_suite.algorithms as algorithms
from nasbench_suite.algorithm import Algorithm
from nasbench_suite.algorithms import AlphaSettings, ControllerSettings, ControllerTraining, Reinforce
from nasbench_suite.checked_settings import check_settings
from nasbench_suite.errors import ConfigError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.spaces.nb201 import NB201

SPACE = NB201()
GIVEN = ("space", "fidelities", "rng", "columns")
WRONG = ("x", float("nan"), b"x", {}, object(), [None], 10**30)
SETTINGS = [
    (name, parameter)
    for name in algorithms.__all__
    for parameter in inspect.signature(getattr(algorithms, name)).parameters
    if parameter not in GIVEN
]


def make(name: str, **settings: Any) -> object:
    cls = getattr(algorithms, name)
    parameters = inspect.signature(cls).parameters
    first: dict[str, Any] = {}
    if issubclass(cls, Algorithm):
        first = {"space": SPACE, "fidelities": [Fidelity(12, 12)], "rng": np.random.default_rng(0)}
    if "columns" in parameters:
        first["columns"] = lambda name, arch: 1.0
    if "alphas" in parameters:
        first["alphas"] = AlphaSettings()
    return cls(**{**first, **settings})


def refused(annotation: Any) -> list[Any]:
    """Values that no annotation of that kind takes; floats take large numbers, and only some take None."""
    values = [one for one in WRONG if annotation not in (float, float | None) or one != 10**30]
    values = [one for one in values if annotation is not str or not isinstance(one, str)]
    values += [] if annotation in (int | None, float | None) else [None]
    return values + ([] if annotation is bool else [True])


@pytest.mark.parametrize(("name", "setting"), SETTINGS)
def test_a_setting_of_another_type_is_an_error_of_ours(name: str, setting: str) -> None:
    annotation = get_type_hints(getattr(algorithms, name).__init__)[setting]
    for value in refused(annotation):
        with pytest.raises(ConfigError, match=rf"{name}: {setting}: expected .*, got ") as raised:
            make(name, **{setting: value})
        assert "\n" not in str(raised.value)


@pytest.mark.parametrize("name", algorithms.__all__)
def test_what_a_constructor_does_not_take_is_an_error_of_ours(name: str) -> None:
    with pytest.raises(ConfigError, match=rf"{name}: got an unexpected keyword argument 'colour'; it takes "):
        make(name, colour=1)


@pytest.mark.parametrize(
    ("cls", "settings"),
    [
        (AlphaSettings, {"betas": []}),
        (AlphaSettings, {"betas": [0.5, 1.0]}),
        (AlphaSettings, {"eps": -1}),
        (ControllerTraining, {"betas": [0.5]}),
        (ControllerTraining, {"learning_rate": 0}),
        (ControllerTraining, {"weight_decay": -1}),
        (ControllerTraining, {"clip": 0}),
        (ControllerSettings, {"hidden": 0}),
        (ControllerSettings, {"temperature": 0}),
    ],
)
def test_a_setting_out_of_its_range_is_refused_before_a_search_begins(cls: Any, settings: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="expected"):
        cls(**settings)


@pytest.mark.parametrize("settings", [{"betas": [0.9]}, {"eps": -1}, {"initial_std": -1}, {"learning_rate": 0}])
def test_reinforces_settings_out_of_range_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="reinforce: expected"):
        Reinforce(SPACE, [Fidelity(12, 12)], np.random.default_rng(0), **settings)


def test_only_what_a_class_constructs_itself_is_looked_at_and_its_signature_stays() -> None:
    class Plain:
        def __init__(self, many: int, *rest: int, **named: int) -> None:
            self.many, self.rest, self.named = many, rest, named

    before = inspect.signature(Plain)
    assert check_settings(Plain) is Plain
    assert inspect.signature(Plain) == before
    assert vars(Plain(3, "x", y="z")) == {"many": 3, "rest": ("x",), "named": {"y": "z"}}  # type: ignore[arg-type]
