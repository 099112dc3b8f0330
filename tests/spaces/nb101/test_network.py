import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest
import torch

from nasbench_suite.errors import ArchitectureError, ConfigError
from nasbench_suite.spaces.nb101 import NB101, Cell
from nasbench_suite.spaces.nb101.cell import parse_cell
from nasbench_suite.spaces.nb101.channels import parameters, vertex_channels
from nasbench_suite.spaces.nb101.enumeration import canonical
from nasbench_suite.spaces.nb101.network import ConvBnRelu, NB101CellModule, NB101Network
from nasbench_suite.spaces.nb101.pruning import flaw
from nasbench_suite.spaces.nb101.reference import REFERENCE_CELLS


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Tiny networks only wait for each other's threads."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


DIRECT = parse_cell("0100|input,output")


def trainable(network: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters() if parameter.requires_grad)


@pytest.mark.slow  # 30,001 cells; a sample of them is built and counted in the next test
def test_counted_parameters_are_the_tables_for_every_real_cell(
    real_cells: list[tuple[str, Cell, int]],
) -> None:
    assert all(parameters(cell) == counted for _, cell, counted in real_cells)


def test_built_parameters_are_the_tables(real_cells: list[tuple[str, Cell, int]]) -> None:
    with torch.device("meta"):
        for _, cell, counted in real_cells[::300]:
            assert trainable(NB101Network(cell)) == counted


@pytest.mark.parametrize("settings", [{}, {"classes": 7, "channels": 9, "cells": 2, "in_channels": 1}])
def test_counted_parameters_are_the_built_ones(space: NB101, settings: dict[str, int]) -> None:
    rng = np.random.default_rng(0)
    with torch.device("meta"):
        for cell in [space.sample_uniformly(rng) for _ in range(30)] + [DIRECT, *REFERENCE_CELLS.values()]:
            assert trainable(space.network(cell, **settings)) == parameters(cell, **settings)


def test_every_numbering_of_a_cell_is_one_network(space: NB101) -> None:
    rng = np.random.default_rng(1)
    for cell in [space.sample(rng) for _ in range(200)]:
        assert parameters(cell) == parameters(canonical(cell))


def test_reference_cells_are_valid_and_the_inception_cell_has_the_published_parameters() -> None:
    assert REFERENCE_CELLS.keys() == {"resnet", "inception", "best"}
    assert all(flaw(cell) is None for cell in REFERENCE_CELLS.values())
    assert parameters(REFERENCE_CELLS["inception"]) == 2_694_282


def test_an_uneven_share_goes_to_the_first_vertices_and_others_are_as_wide_as_they_feed() -> None:
    # vertices 2 and 3 share the output, 1 feeds them both
    cell = Cell.of(
        [[0, 1, 0, 1, 0], [0, 0, 1, 1, 0], [0, 0, 0, 0, 1], [0, 0, 0, 0, 1], [0, 0, 0, 0, 0]],
        ["input", "maxpool3x3", "conv3x3-bn-relu", "conv1x1-bn-relu", "output"],
    )
    assert vertex_channels(cell, 16, 33) == [16, 17, 17, 16, 33]
    assert vertex_channels(DIRECT, 16, 32) == [16, 32]


def test_a_cell_computes_what_its_graph_says() -> None:
    torch.manual_seed(0)
    cell = Cell.of(
        [[0, 1, 0, 1, 1], [0, 0, 1, 1, 0], [0, 0, 0, 0, 1], [0, 0, 0, 0, 1], [0, 0, 0, 0, 0]],
        ["input", "maxpool3x3", "conv3x3-bn-relu", "conv1x1-bn-relu", "output"],
    )
    module = NB101CellModule(cell, 4, 7).double().train()
    features = torch.randn(3, 4, 6, 6, dtype=torch.float64)
    project, operate = module.projections, module.operations
    one = operate[0](project["1"](features))
    two = operate[1](one)
    three = operate[2](one[:, :3] + project["3"](features))
    expected = torch.cat([two, three], 1) + project["4"](features)
    assert (one.shape[1], two.shape[1], three.shape[1]) == (4, 4, 3)
    torch.testing.assert_close(module(features), expected)


def test_the_smallest_cell_is_a_projection() -> None:
    module = NB101CellModule(DIRECT, 4, 8)
    features = torch.randn(2, 4, 5, 5)
    torch.testing.assert_close(module(features), module.projections["1"](features))


def test_a_network_maps_images_to_logits_and_learns(space: NB101) -> None:
    torch.manual_seed(0)
    network = space.network(REFERENCE_CELLS["inception"], classes=4, channels=8, cells=1)
    images = torch.randn(8, 3, 8, 8)
    labels = torch.arange(8) % 4
    optimiser = torch.optim.SGD(network.parameters(), lr=0.1)
    losses = []
    for _ in range(10):
        logits = network(images)
        assert logits.shape == (8, 4)
        loss = torch.nn.functional.cross_entropy(logits, labels)
        optimiser.zero_grad()
        loss.backward()
        assert all(parameter.grad is not None for parameter in network.parameters())
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 2


def test_convolutions_start_as_truncated_normals_scaled_by_their_fan_in() -> None:
    torch.manual_seed(0)
    weight = ConvBnRelu(64, 256, 3)[0].weight
    assert weight.std().item() == pytest.approx((1 / (64 * 9)) ** 0.5, rel=0.01)
    assert weight.abs().max().item() <= 2 * (1 / (64 * 9)) ** 0.5 / 0.8796


def test_normalisation_moves_as_slowly_as_the_papers() -> None:
    normalisation = ConvBnRelu(3, 4, 3)[1]
    assert (normalisation.momentum, normalisation.eps) == (0.003, 1e-5)


def test_bad_cells_and_sizes_are_refused(space: NB101) -> None:
    with pytest.raises(ArchitectureError, match="no path"):
        space.network(Cell(7, 0, 0))
    with pytest.raises(ConfigError, match="at least 1, got 10, 128, 0, 3"):
        space.network(DIRECT, cells=0)
    with pytest.raises(ConfigError, match="3 channels cannot be shared by 4 vertices"):
        space.network(REFERENCE_CELLS["inception"], channels=3)


def test_the_space_without_its_networks_does_not_load_torch() -> None:
    code = "import sys, nasbench_suite.spaces.nb101; print({'torch', 'matplotlib'} & sys.modules.keys())"
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "set()\n"
