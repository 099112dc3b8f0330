import itertools
from collections.abc import Iterator

import pytest
import torch
import torch.nn.functional as F  # noqa: N812 (the name that PyTorch's own documentation uses)
from torch import Tensor

from nasbench_suite.counting import count_flops, count_parameters
from nasbench_suite.errors import ArchitectureError, ConfigError
from nasbench_suite.space import Space
from nasbench_suite.spaces.nb201 import NB201
from nasbench_suite.spaces.nb201.complexity import flops, parameters
from nasbench_suite.spaces.nb201.network import NB201CellModule, NB201Network, Reduction
from nasbench_suite.spaces.nb201.operations import Normalisation, ReLUConvBN, operation

ALL = list(itertools.product(range(5), repeat=6))
# no path, a conv on zeros, unused nodes, every operation, the largest
TELLING = [
    (0, 0, 0, 0, 0, 0),
    (0, 2, 0, 0, 3, 0),
    (3, 0, 2, 1, 0, 0),
    (0, 0, 3, 0, 0, 2),
    (4, 3, 2, 1, 0, 3),
    (3, 3, 3, 3, 3, 3),
    (1, 4, 2, 4, 3, 1),
]


def literal_cell(cell: NB201CellModule, arch: tuple[int, ...], x: Tensor) -> Tensor:
    """The definition: node j is the sum over i < j of the operation on the edge, all of them, on node i."""
    nodes, edge = [x], 0
    for node in range(1, 4):
        total = torch.zeros_like(x)
        for start in range(node):
            total = total + literal_operation(cell.edges[edge], arch[edge], nodes[start])
            edge += 1
        nodes.append(total)
    return nodes[3]


def literal_operation(module: torch.nn.Module, index: int, x: Tensor) -> Tensor:
    if index == 0:
        return x * 0
    if index == 1:
        return x
    if index == 4:
        counts = F.conv2d(torch.ones_like(x[:1, :1]), torch.ones(1, 1, 3, 3, dtype=x.dtype), padding=1)
        kernel = torch.ones(x.shape[1], 1, 3, 3, dtype=x.dtype)
        return F.conv2d(x, kernel, padding=1, groups=x.shape[1]) / counts
    assert isinstance(module, ReLUConvBN)
    kernel = module.convolution.weight
    y = F.conv2d(x.clamp(min=0), kernel, padding=kernel.shape[-1] // 2)
    mean, variance = y.mean((0, 2, 3), keepdim=True), y.var((0, 2, 3), unbiased=False, keepdim=True)
    norm = module.normalisation
    return (y - mean) / (variance + norm.eps).sqrt() * norm.weight.view(1, -1, 1, 1) + norm.bias.view(1, -1, 1, 1)


def sample(step: int) -> Iterator[tuple[int, ...]]:
    yield from ALL[::step]


@pytest.mark.parametrize(("classes", "size", "offset"), [(10, 32, 0.0), (100, 32, 0.00585), (120, 16, 0.00715)])
def test_every_cell_has_the_published_parameters_and_flops(classes: int, size: int, offset: float) -> None:
    for arch in ALL:
        n3, n1 = arch.count(3), arch.count(2)
        assert parameters(arch, classes) / 1e6 == pytest.approx(0.073306 + 0.24304 * n3 + 0.028 * n1 + offset, abs=1e-9)
        f = 7.78305 + 35.38944 * n3 + 3.93216 * n1
        published = {10: f, 100: f + 0.00585, 120: (f - 0.00065) / 4 + 0.0078}[classes]
        assert flops(arch, classes, size) / 1e6 == pytest.approx(published, abs=1e-9)


@pytest.mark.parametrize(("classes", "size"), [(10, 32), (100, 32), (120, 16)])
def test_built_networks_count_as_the_formulas_say(classes: int, size: int) -> None:
    for arch in [*TELLING, *sample(2503)]:
        with torch.device("meta"):
            network = NB201Network(arch, classes, skip_unused=False)
        assert count_parameters(network) == parameters(arch, classes)
        assert count_flops(network, (3, size, size)) == flops(arch, classes, size)


def test_counts_follow_channels_cells_and_input_channels() -> None:
    network = NB201Network((3, 2, 1, 4, 0, 3), 7, channels=4, cells=2, in_channels=1, skip_unused=False)
    assert count_parameters(network) == parameters((3, 2, 1, 4, 0, 3), 7, 4, 2, 1)
    assert count_flops(network, (1, 8, 8)) == flops((3, 2, 1, 4, 0, 3), 7, 8, 4, 2, 1)


@pytest.mark.parametrize("skip_unused", [True, False])
@pytest.mark.parametrize("arch", [*TELLING, *sample(701)])
def test_a_cell_computes_what_its_definition_says(arch: tuple[int, ...], skip_unused: bool) -> None:
    torch.manual_seed(0)
    cell = NB201CellModule(arch, 3, skip_unused=skip_unused).double()
    for name, value in cell.named_parameters():
        if "normalisation" in name:
            torch.nn.init.uniform_(value, 0.5, 1.5)
    x = torch.randn(2, 3, 4, 4, dtype=torch.float64, requires_grad=True)
    upstream = torch.randn(2, 3, 4, 4, dtype=torch.float64)
    sources = [x, *cell.parameters()]
    expected = literal_cell(cell, arch, x)
    wanted = torch.autograd.grad(expected, sources, upstream, allow_unused=True, materialize_grads=True)
    found = cell(x)
    gradients = (
        torch.autograd.grad(found, sources, upstream, allow_unused=True, materialize_grads=True)
        if found.requires_grad
        else [torch.zeros_like(source) for source in sources]
    )
    torch.testing.assert_close(found, expected)
    for gradient, want in zip(gradients, wanted, strict=True):
        torch.testing.assert_close(gradient, want)


def test_a_network_is_the_published_skeleton() -> None:
    torch.manual_seed(0)
    arch = (3, 1, 2, 4, 0, 3)
    network = NB201Network(arch, 5, channels=4, cells=2).double()
    images = torch.randn(3, 3, 8, 8, dtype=torch.float64)

    def norm(y: Tensor, layer: torch.nn.BatchNorm2d) -> Tensor:
        return F.batch_norm(y, None, None, layer.weight, layer.bias, training=True)

    x = norm(F.conv2d(images, network.stem[0].weight, padding=1), network.stem[1])
    blocks = list(network.body)
    assert [type(block).__name__ for block in blocks] == ["NB201CellModule"] * 2 + ["Reduction"] + [
        "NB201CellModule"
    ] * 2 + ["Reduction"] + ["NB201CellModule"] * 2
    for block in blocks:
        if isinstance(block, Reduction):
            first, second = block.first, block.second
            y = norm(F.conv2d(x.relu(), first.convolution.weight, stride=2, padding=1), first.normalisation)
            y = norm(F.conv2d(y.relu(), second.convolution.weight, padding=1), second.normalisation)
            small = x.unfold(2, 2, 2).unfold(3, 2, 2).mean((4, 5))
            x = y + F.conv2d(small, block.shortcut[1].weight)
        else:
            assert isinstance(block, NB201CellModule)
            x = literal_cell(block, arch, x)
    features = norm(x, network.normalisation).relu().mean((2, 3))
    expected = features @ network.classifier.weight[:, :, 0, 0].T + network.classifier.bias
    torch.testing.assert_close(network(images), expected)


def test_the_resnet_baseline_is_two_convolutions_and_the_identity() -> None:
    torch.manual_seed(0)
    cell = NB201CellModule(NB201.baselines["resnet"], 4)
    first, second = cell.edges[0], cell.edges[2]
    x = torch.randn(2, 4, 4, 4)
    torch.testing.assert_close(cell(x), x + second(first(x)))
    assert parameters(NB201.baselines["resnet"], 10) == 559_386  # the benchmark's record of this cell


def test_replicas_compute_what_each_would_alone() -> None:
    arch = (3, 2, 4, 1, 3, 2)
    singles = []
    for seed in range(3):
        torch.manual_seed(seed)
        singles.append(NB201Network(arch, 10, channels=4, cells=1, in_channels=1).double())
    together = NB201Network(arch, 10, channels=4, cells=1, in_channels=1, replicas=3).double()
    states = [single.state_dict() for single in singles]
    together.load_state_dict(
        {name: torch.cat([s[name] for s in states]) if value.ndim else value for name, value in states[0].items()}
    )
    images = torch.randn(5, 3, 8, 8, dtype=torch.float64)
    expected = torch.cat([single(images[:, at : at + 1]) for at, single in enumerate(singles)], 1)
    torch.testing.assert_close(together(images), expected)


def test_a_convolution_has_a_bias_only_without_affine_normalisation() -> None:
    plain = operation(3, 4, Normalisation(affine=False, track_running_stats=False))
    assert isinstance(plain, ReLUConvBN)
    assert plain.convolution.bias is not None
    assert plain.normalisation.weight is None
    assert plain.normalisation.running_mean is None
    usual = operation(2, 4)
    assert isinstance(usual, ReLUConvBN)
    assert usual.convolution.bias is None


@pytest.mark.parametrize("arch", [(1, 2, 3), (0, 0, 0, 0, 0, 5), (0, 0, 0, 0, 0, -1)])
def test_no_network_of_what_is_no_architecture(arch: tuple[int, ...]) -> None:
    with pytest.raises(ArchitectureError, match="expected a tuple of 6 operation indices"):
        NB201Network(arch, 10)


def test_no_network_without_cells() -> None:
    with pytest.raises(ConfigError, match="at least 1"):
        NB201Network(NB201.baselines["resnet"], 10, cells=0)


def test_the_space_builds_its_network_and_counts_it_without_building(space: NB201) -> None:
    settings = {"classes": 7, "channels": 4, "cells": 1, "in_channels": 2}
    arch = (3, 2, 0, 1, 4, 3)
    assert count_parameters(space.network(arch, **settings)) == space.complexity(arch, 8, **settings).parameters
    counted = Space.complexity(space, arch, 8, skip_unused=False, **settings)
    assert counted == space.complexity(arch, 8, momentum=0.5, **settings)
