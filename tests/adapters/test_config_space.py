import numpy as np
import pytest

from nasbench_suite.adapters.config_space import configuration_space, sample, to_architecture, to_configuration
from nasbench_suite.errors import ArchitectureError, ConfigError
from nasbench_suite.registry.spaces import find_space

pytestmark = pytest.mark.extra
pytest.importorskip("ConfigSpace")
SPACES = ("nb101", "nb201", "nats_sss", "nb_macro")


@pytest.mark.parametrize("name", SPACES)
def test_the_choices_are_those_of_the_space(name: str) -> None:
    space = find_space(name)
    found = configuration_space(space)
    assert {key: tuple(found[key].choices) for key in found} == {one.name: one.choices for one in space.variables}


@pytest.mark.parametrize("name", SPACES)
def test_an_architecture_comes_back_from_its_configuration(name: str) -> None:
    space = find_space(name)
    within, rng = configuration_space(space), np.random.default_rng(0)
    for _ in range(20):
        arch = space.sample(rng)
        configuration = to_configuration(space, arch, within)
        assert space.encode(to_architecture(space, configuration)) == space.encode(arch)
        assert to_configuration(space, space.format(arch), within) == configuration


@pytest.mark.parametrize("name", SPACES)
def test_a_configuration_comes_back_from_its_architecture(name: str) -> None:
    space = find_space(name)
    within = configuration_space(space, seed=1)
    archs = sample(space, within, 10)
    assert archs == sample(space, configuration_space(space, seed=1), 10)
    for arch in archs:
        assert to_architecture(space, to_configuration(space, arch, within)) == arch


def test_a_graph_that_is_no_cell_is_refused() -> None:
    space = find_space("nb101")
    within = configuration_space(space)
    empty = dict(within.get_default_configuration()) | {one.name: "0" for one in space.variables[:21]}
    with pytest.raises(ArchitectureError, match="no path leads from input to output"):
        to_architecture(space, empty)


@pytest.mark.parametrize("wrong", [None, {}, {"0->1": "none"}, 5])
def test_what_is_no_configuration_of_the_space_is_refused(wrong: object) -> None:
    with pytest.raises(ArchitectureError, match="a value for each of its variables"):
        to_architecture(find_space("nb201"), wrong)  # type: ignore[arg-type]


def test_an_unknown_choice_is_named() -> None:
    space = find_space("nb201")
    configuration = dict(configuration_space(space).get_default_configuration()) | {"0->1": "conv"}
    with pytest.raises(ArchitectureError, match="0->1: expected one of none"):
        to_architecture(space, configuration)


@pytest.mark.parametrize("name", ["nds_darts", None])
def test_a_space_without_variables_is_refused(name: str | None) -> None:
    with pytest.raises(ConfigError, match="variables"):
        configuration_space(None if name is None else find_space(name))  # type: ignore[arg-type]
