"""The arithmetic gives the published figures, and what the built network has."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from nasbench_suite.counting import count_parameters
from nasbench_suite.spaces.nb_macro import NBMacro
from nasbench_suite.spaces.nb_macro.complexity import flops, parameters


def test_all_6561_published_parameters_and_flops_are_those_of_the_arithmetic(data: Path) -> None:
    space = NBMacro()
    with gzip.open(data / "nas_bench_macro" / "nas-bench-macro_cifar10.json.gz") as file:
        published = json.load(file)
    assert len(published) == 6561
    for text, record in published.items():
        complexity = space.complexity(space.parse(text), 32)
        assert (complexity.parameters, complexity.flops) == (record["params"], record["flops"])


@pytest.mark.parametrize(
    "settings", [{}, {"classes": 100, "channels": 8, "in_channels": 1}], ids=["published", "other"]
)
@pytest.mark.parametrize("size", [32, 20])
def test_the_built_network_has_the_parameters_and_flops_of_the_arithmetic(settings: dict[str, int], size: int) -> None:
    space, rng = NBMacro(), np.random.default_rng(0)
    for arch in [(0,) * 8, (1,) * 8, (2,) * 8, *(space.sample(rng) for _ in range(5))]:
        with torch.device("meta"):
            network = space.network(arch, **settings).eval()
            images = torch.zeros(1, settings.get("in_channels", 3), size, size)
        assert count_parameters(network) == parameters(arch, **settings)
        with FlopCounterMode(display=False) as counter:  # PyTorch's own, which counts an addition apart
            network(images)
        assert counter.get_total_flops() == 2 * flops(arch, size=size, **settings)
