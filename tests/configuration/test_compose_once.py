"""A configuration that is composed from memory is the one that Hydra composes."""

import pickle
from collections.abc import Iterator

import pytest
from hydra import initialize_config_module
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra.core.global_hydra import GlobalHydra
from hydra.errors import ConfigCompositionException, HydraException
from hydra.types import RunMode
from omegaconf import OmegaConf

from nasbench_suite.configuration import search_path
from nasbench_suite.configuration.compose_once import RememberingLoader

Loaders = tuple[RememberingLoader, ConfigLoaderImpl]


@pytest.fixture
def loaders() -> Iterator[Loaders]:
    """Ours and Hydra's, of the same files."""
    search_path.register()
    with initialize_config_module("nasbench_suite.conf", version_base="1.3"):
        hydras = GlobalHydra.instance().config_loader()
        assert isinstance(hydras, ConfigLoaderImpl)
        ours = RememberingLoader(hydras.get_search_path())
        running = GlobalHydra.instance().hydra
        assert running is not None
        running.config_loader = ours
        yield ours, hydras


OVERRIDES = [
    ["algorithm=rea", "seeds=3"],
    ["algorithm=rea", "++algorithm.population=7", "budget.evaluations=5", "hydra.verbose=true"],
    ["hydra/job_logging=default", "protocol=nb201", "algorithm=rea", "++results='~/here'"],
    ["~budget", "+more={a: 1}", "label='a b'"],
    ["hydra.job.env_copy=[HOME]", "seeds=3"],
]


@pytest.mark.parametrize("overrides", OVERRIDES, ids=" ".join)
@pytest.mark.parametrize("mode", [RunMode.RUN, RunMode.MULTIRUN])
def test_a_configuration_from_memory_is_hydras(loaders: Loaders, overrides: list[str], mode: RunMode) -> None:
    ours, hydras = loaders
    wanted = hydras.load_configuration("config", overrides, mode)
    for _ in range(2):  # composed, and from memory
        assert OmegaConf.to_yaml(ours.load_configuration("config", overrides, mode)) == OmegaConf.to_yaml(wanted)


def test_values_of_one_job_are_not_those_of_the_next(loaders: Loaders) -> None:
    ours, _ = loaders
    assert ours.load_configuration("config", ["seeds=3"], RunMode.RUN).seeds == 3
    assert ours.load_configuration("config", [], RunMode.RUN).seeds == 10
    assert ours.load_configuration("config", ["algorithm=rea"], RunMode.RUN).hydra.runtime.choices.algorithm == "rea"


def test_files_are_composed_once(loaders: Loaders, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, _ = loaders
    composed: list[object] = []
    compose = ConfigLoaderImpl.load_configuration
    monkeypatch.setattr(
        ConfigLoaderImpl, "load_configuration", lambda *arguments: (composed.append(1), compose(*arguments))[1]
    )
    for seed in range(3):
        ours.load_configuration("config", ["algorithm=rea", f"seed={seed}"], RunMode.RUN)
    assert len(composed) == 1
    ours.load_configuration("config", ["algorithm=random"], RunMode.RUN)
    assert len(composed) == 2


def test_copies_in_a_worker_compose_once_together_and_apart_from_those_of_another_sweep(
    loaders: Loaders, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, hydras = loaders
    composed: list[object] = []
    compose = ConfigLoaderImpl.load_configuration
    monkeypatch.setattr(
        ConfigLoaderImpl, "load_configuration", lambda *arguments: (composed.append(1), compose(*arguments))[1]
    )
    for seed in range(3):  # every job of a sweep brings its own
        copy = pickle.loads(pickle.dumps(ours))
        assert copy.load_configuration("config", ["algorithm=rea", f"seed={seed}"], RunMode.RUN).seed == seed
    assert len(composed) == 1
    another = pickle.loads(pickle.dumps(RememberingLoader(hydras.get_search_path())))
    another.load_configuration("config", ["algorithm=rea"], RunMode.RUN)
    assert len(composed) == 2


@pytest.mark.parametrize("overrides", [["seed=1,2"], ["nothing=1"], ["+seed=1"], ["algorithm=nobody"]], ids=" ".join)
def test_what_hydra_refuses_is_refused_from_memory_too(loaders: Loaders, overrides: list[str]) -> None:
    ours, hydras = loaders
    with pytest.raises(HydraException) as wanted:
        hydras.load_configuration("config", overrides, RunMode.RUN)
    ours.load_configuration("config", [], RunMode.RUN)
    with pytest.raises(type(wanted.value)) as found:
        ours.load_configuration("config", overrides, RunMode.RUN)
    assert str(found.value) == str(wanted.value)


def test_a_choice_that_is_left_open_for_a_sweep_is_refused_by_a_job(loaders: Loaders) -> None:
    ours, _ = loaders
    ours.load_configuration("config", ["tracking=???"], RunMode.MULTIRUN)
    with pytest.raises(ConfigCompositionException, match="tracking"):
        ours.load_configuration("config", ["tracking=???"], RunMode.RUN)


def test_a_loader_goes_to_another_process_without_its_memory(loaders: Loaders) -> None:
    ours, _ = loaders
    ours.load_configuration("config", [], RunMode.RUN)
    before = len(pickle.dumps(ours))
    ours.load_configuration("config", ["algorithm=rea"], RunMode.RUN)  # more to remember
    assert len(pickle.dumps(ours)) == before
    there: RememberingLoader = pickle.loads(pickle.dumps(ours))
    assert there.load_configuration("config", ["seeds=3"], RunMode.RUN).seeds == 3
