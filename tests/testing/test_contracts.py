"""Our own spaces and algorithms keep the contracts that we ship."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import hydra
import numpy as np
import pytest
from hydra.utils import get_object, instantiate

from nasbench_suite import conf
from nasbench_suite.algorithm import Algorithm
from nasbench_suite.configuration import search_path
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.registry.spaces import find_space, space_names
from nasbench_suite.sampled_space.space import SampledSpace
from nasbench_suite.space import Space
from nasbench_suite.testing import AlgorithmContract, SpaceContract, columns

FILES = Path(conf.__path__[0], "algorithm").glob("*.yaml")
# what trains networks of its own does so for a moment
QUICK = {
    "bananas": [
        *("algorithm.batch=100", "algorithm.startup=100", "algorithm.candidates=10", "algorithm.parents=2"),
        *(f"algorithm.networks.{one}" for one in ("count=2", "epochs=1", "layers=1", "width=4")),
    ]
}
ALGORITHMS = sorted(path.stem for path in FILES if "/supernet" not in path.read_text())  # those that query


class TestAlgorithms(AlgorithmContract):
    """Every algorithm in `conf/algorithm`, as configured."""

    @pytest.fixture(autouse=True, params=ALGORITHMS)
    def _configured(self, request: pytest.FixtureRequest) -> None:
        search_path.register()
        with hydra.initialize_config_module("nasbench_suite.conf", version_base="1.3"):
            config = hydra.compose("config", overrides=[f"algorithm={request.param}", *QUICK.get(request.param, [])])
        self.factory = instantiate(config.algorithm, _partial_=True)
        self.uses_columns = get_object(config.algorithm._target_).uses_columns

    def make_algorithm(
        self, space: Space[Any], fidelities: Sequence[Fidelity], rng: np.random.Generator
    ) -> Algorithm[Any]:
        given = {"columns": columns(space)} if self.uses_columns else {}
        made: Algorithm[Any] = self.factory(space, fidelities, rng, **given)
        return made


WHOLE = [name for name in space_names() if not isinstance(find_space(name), SampledSpace)]


class TestSpaces(SpaceContract):
    """Every space that is registered; samples are tested with their members in tests/spaces."""

    @pytest.fixture(autouse=True, params=WHOLE)
    def _named(self, request: pytest.FixtureRequest) -> None:
        self.name = request.param

    def make_space(self) -> Space[Any]:
        return find_space(self.name)
