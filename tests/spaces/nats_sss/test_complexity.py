"""The arithmetic gives the official figures, and those of the network that is built."""

from pathlib import Path

import pytest
import torch

from nasbench_suite.counting import count_flops, count_parameters
from nasbench_suite.spaces.nats_sss import Widths
from nasbench_suite.spaces.nats_sss.architecture import parse
from nasbench_suite.spaces.nats_sss.complexity import flops, parameters, published_flops, published_parameters
from nasbench_suite.spaces.nats_sss.importers import SIZE_SPACE
from nasbench_suite.spaces.nats_sss.network import SizeNetwork
from nasbench_suite.spaces.nb201.official import open_source

ARCHS = [(8, 8, 8, 8, 8), (64, 40, 8, 16, 32), (16, 24, 24, 64, 8)]


def test_the_official_files_have_the_parameters_and_flops_of_the_formula(real_folder: Path) -> None:
    trials = 0
    for record in open_source(real_folder, processes=1, release=SIZE_SPACE).records():
        for trial in record.trials:
            assert published_parameters(parse(record.arch), trial.dataset) == pytest.approx(trial.params, abs=1e-9)
            assert published_flops(parse(record.arch), trial.dataset) == pytest.approx(trial.flops, abs=1e-9)
            trials += 1
    assert trials == 40


@pytest.mark.parametrize("arch", ARCHS)
@pytest.mark.parametrize(("classes", "in_channels", "size"), [(10, 3, 32), (120, 3, 16), (7, 1, 8)])
def test_the_network_has_the_parameters_and_flops_of_the_formula(
    arch: Widths, classes: int, in_channels: int, size: int
) -> None:
    with torch.device("meta"):
        network = SizeNetwork(arch, classes, in_channels)
    assert count_parameters(network) == parameters(arch, classes, in_channels)
    assert count_flops(network, (in_channels, size, size)) == flops(arch, classes, size, in_channels)
