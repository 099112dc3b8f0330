import copy
from collections import Counter

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812 (the name that PyTorch's own documentation uses)
from torch import Tensor, nn

from nasbench_suite.edge_weights import CellWeights, EdgeWeights, Mixture, OneHot, at_position
from nasbench_suite.errors import ArchitectureError, ConfigError
from nasbench_suite.spaces.nds import NDSDARTS, CellArchitecture
from nasbench_suite.spaces.nds.cells import NDSCell
from nasbench_suite.spaces.nds.supernet import EDGES, NDSDARTSSupernet
from nasbench_suite.testing.supernets import SupernetContract, one_hot

ROWS, POOLS = 2 * len(EDGES), ("max_pool_3x3", "avg_pool_3x3")


class TestContract(SupernetContract):
    def make_supernet(self) -> NDSDARTSSupernet:
        return NDSDARTS().supernet(classes=7, in_channels=3, channels=2, cells=3)


def build() -> NDSDARTSSupernet:
    """A supernet that has seen a batch, so that its running statistics are not those of the start."""
    torch.manual_seed(0)
    supernet = NDSDARTS().supernet(classes=5, in_channels=3, channels=2, cells=4).double()
    supernet(batch(9), Mixture(torch.full((ROWS, 8), 0.125, dtype=torch.float64)))
    return supernet


def batch(seed: int = 1) -> Tensor:
    return torch.randn(4, 3, 8, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def archs(supernet: NDSDARTSSupernet, count: int, pools: bool) -> list[CellArchitecture]:
    edge_weights = np.ones((ROWS, 8))
    edge_weights[:, [supernet.operations.index(name) for name in POOLS]] = pools
    rng = np.random.default_rng(0)
    return [supernet.draw(rng, edge_weights) for _ in range(count)]


def stand_alone(supernet: NDSDARTSSupernet, arch: CellArchitecture) -> nn.Module:
    """The family's own network of the supernet's size, with its parameters; scales of 1 and shifts of 0 are left."""
    sized = arch._replace(depth=4, width=2, auxiliary=False, drop_path=0.0)
    network = NDSDARTS().network(sized, classes=5, in_channels=3).double()
    copied = [(network.stems[0], supernet.stem), (network.classifier, supernet.classifier)]
    for own, held, kind in zip(network.cells, supernet.cells, (0, 1, 1, 0), strict=True):
        copied += [(own.before, held.before), (own.last, held.last)]
        edges = iter(own.edges)
        for node, pair in enumerate(arch.genotype[kind].nodes, start=2):
            for name, source in pair:
                mixed = held.edges[EDGES.index((source, node))]
                copied.append((next(edges), mixed.operations[supernet.operations.index(name)]))
    for own, held in copied:
        assert not own.load_state_dict(held.state_dict(), strict=False).unexpected_keys
    return network.train(supernet.training)


@pytest.mark.parametrize("training", [True, False])
def test_an_architecture_without_pools_is_its_stand_alone_network_with_the_same_weights(training: bool) -> None:
    # stand-alone networks have no normalisation behind a pool, so they differ where there is one
    supernet = build().train(training)
    for arch in archs(supernet, 2, pools=False):
        network = stand_alone(supernet, arch)
        own = batch().requires_grad_()
        expected = network(own)
        loss(expected).backward()
        for edge_weights in (supernet.path(arch), one_hot(supernet, arch), Mixture(one_hot(supernet, arch).values)):
            supernet.zero_grad()
            ours = batch().requires_grad_()
            found = supernet(ours, edge_weights)
            torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-9)
            loss(found).backward()
            assert_same({"images": ours}, {"images": own})
            with torch.no_grad():
                filled = copy.deepcopy(supernet)
                for parameter, used in zip(filled.parameters(), supernet.parameters(), strict=True):
                    parameter.copy_(gradient(used))
            gradients = dict(stand_alone(filled, arch).named_parameters())
            for name, parameter in network.named_parameters():
                if "cells" not in name or parameter.ndim > 1:  # but for the scales and shifts that are left
                    torch.testing.assert_close(gradients[name], gradient(parameter), rtol=1e-8, atol=1e-9)


def literal(supernet: NDSDARTSSupernet, images: Tensor, edge_weights: EdgeWeights) -> Tensor:
    """DARTS's definition, operation by operation, whatever its weight."""
    before = last = supernet.stem(images)
    for position, cell in enumerate(supernet.cells):
        own = at_position(edge_weights, position)
        nodes, row = [cell.before(before), cell.last(last)], 0
        for node in range(2, 6):
            total = torch.zeros((), dtype=images.dtype)
            for source in range(node):
                at = row + len(EDGES) * (position in (1, 2))
                total = total + literal_edge(cell.edges[row].operations, nodes[source], own, at)
                row += 1
            nodes.append(total)
        before, last = last, torch.cat(nodes[2:], dim=1)
    return supernet.classifier(last.mean((2, 3), keepdim=True)).flatten(1)


def literal_edge(operations: nn.ModuleList, x: Tensor, edge_weights: CellWeights, at: int) -> Tensor:
    if isinstance(edge_weights, Mixture):
        return torch.stack([w * f(x) for w, f in zip(edge_weights.values[at], operations, strict=True)]).sum(0)
    out = operations[edge_weights.chosen[at]](x)
    if isinstance(edge_weights, OneHot):
        for index, weight in enumerate(edge_weights.values[at]):
            out = weight * out if index == edge_weights.chosen[at] else out
        for index, weight in enumerate(edge_weights.values[at]):
            out = out if index == edge_weights.chosen[at] else out + weight
    return out


@pytest.mark.parametrize("training", [True, False])
def test_it_computes_what_operation_by_operation_is_computed(training: bool) -> None:
    supernet = build().train(training)
    twin = copy.deepcopy(supernet)
    for arch in archs(supernet, 2, pools=True):
        for number in range(3):
            leaf, ours = edge_weights(number, supernet, arch)
            copied, own = edge_weights(number, supernet, arch)
            images, same = batch().requires_grad_(), batch().requires_grad_()
            found, expected = supernet(images, ours), literal(twin, same, own)
            torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-9)
            loss(found).backward(), loss(expected).backward()
            assert_same({"images": images, "edges": leaf}, {"images": same, "edges": copied})
    # what all of them added up to
    assert_same(dict(supernet.named_parameters()), dict(twin.named_parameters()))
    torch.testing.assert_close(supernet.state_dict(), twin.state_dict())


def edge_weights(number: int, supernet: NDSDARTSSupernet, arch: CellArchitecture) -> tuple[Tensor, EdgeWeights]:
    """A leaf (positions, rows, operations), and edge weights made of it: mixtures, one-hots, or paths."""
    draw = torch.Generator().manual_seed(4)
    leaf = torch.rand(supernet.positions, ROWS, 8, dtype=torch.float64, generator=draw).softmax(2).requires_grad_()
    rng, each = np.random.default_rng(5), list[CellWeights]()
    for soft in leaf:
        path = supernet.path(supernet.draw(rng) if each else arch)
        one = F.one_hot(torch.tensor(path.chosen), 8) + (soft - soft.detach())
        each.append([Mixture(soft), OneHot(one, path.chosen), path][number])
    return leaf, each


def loss(logits: Tensor) -> Tensor:
    return F.cross_entropy(logits, torch.arange(len(logits)))


def gradient(leaf: Tensor) -> Tensor:
    """Zeros where there is none."""
    return torch.zeros_like(leaf) if leaf.grad is None else leaf.grad


def assert_same(found: dict[str, Tensor], expected: dict[str, Tensor]) -> None:
    """Asserts that gradients are."""
    assert found.keys() == expected.keys()
    for name, leaf in expected.items():
        torch.testing.assert_close(gradient(found[name]), gradient(leaf), rtol=1e-8, atol=1e-9)


def test_parameters_are_those_of_the_published_supernet() -> None:
    # what its authors' logs say: "param size = 1.930618MB", counted in millions
    supernet = NDSDARTS().supernet(classes=10, in_channels=3)
    assert sum(parameter.numel() for parameter in supernet.parameters()) == 1_930_618


def test_derive_keeps_the_two_strongest_edges_of_a_node() -> None:
    supernet = build()
    edge_weights = np.full((ROWS, 8), 0.01)
    edge_weights[:, 0] = 0.9  # `none` is the heaviest everywhere, and does not count
    # the reduction cell's last node: 4 is the strongest, then 1; the first two operations of an edge never add up
    last = len(EDGES) + EDGES.index((0, 5))
    edge_weights[last + 4, 5], edge_weights[last + 1, 3], edge_weights[last + 2, [4, 6]] = 0.4, 0.3, 0.2
    assert supernet.derive(edge_weights).genotype.reduce.nodes[3] == (("skip_connect", 1), ("sep_conv_5x5", 4))
    # ties go to the first
    assert supernet.derive(edge_weights).genotype.normal.nodes[3] == (("max_pool_3x3", 0), ("max_pool_3x3", 1))


def test_what_is_derived_is_trained_as_darts_trains_it() -> None:
    found = build().derive(np.full((ROWS, 8), 0.125))
    assert found[1:] == (20, 36, True, 0.2, 0.025, 3e-4)
    assert found.genotype.normal.concat == found.genotype.reduce.concat == (2, 3, 4, 5)
    other = NDSDARTS().supernet(classes=5, in_channels=3, channels=2, cells=3, depth=8, width=16, auxiliary=False)
    assert other.draw(np.random.default_rng(0))[1:4] == (8, 16, False)
    assert NDSDARTS().parse(NDSDARTS().format(found)) == found


def test_inputs_are_drawn_alike_and_operations_as_weighted() -> None:
    supernet, rng, draws = build(), np.random.default_rng(0), 3000
    edge_weights = np.random.default_rng(1).dirichlet(np.ones(8), size=ROWS).astype(np.float32)
    drawn = [supernet.draw(rng, edge_weights) for _ in range(draws)]
    pairs = Counter(tuple(source for _, source in arch.genotype.normal.nodes[1]) for arch in drawn)
    assert set(pairs) == {(0, 1), (0, 2), (1, 2)}
    assert max(abs(count - draws / 3) for count in pairs.values()) < 4 * (draws * 2 / 9) ** 0.5
    assert "none" not in {name for arch in drawn for cell in arch.genotype for node in cell.nodes for name, _ in node}
    # the first node takes both inputs always
    row = len(EDGES) + EDGES.index((1, 2))
    names = Counter(arch.genotype.reduce.nodes[0][1][0] for arch in drawn)
    for name, weight in zip(supernet.operations[1:], edge_weights[row, 1:] / edge_weights[row, 1:].sum(), strict=True):
        assert abs(names[name] / draws - weight) < 4 * (weight * (1 - weight) / draws) ** 0.5 + 1e-9


def test_an_edge_that_can_only_be_none_is_not_drawn() -> None:
    with pytest.raises(ConfigError, match="other than none"):
        build().draw(np.random.default_rng(0), np.eye(8)[[0] * ROWS])


def test_architectures_that_the_supernet_lacks_are_refused() -> None:
    supernet = build()
    arch = supernet.draw(np.random.default_rng(0))
    normal = arch.genotype.normal
    twice = NDSCell((((("skip_connect", 0), ("sep_conv_3x3", 0))), *normal.nodes[1:]), normal.concat)
    fewer = NDSCell(normal.nodes, (3, 4, 5))
    for cell in (twice, fewer):
        with pytest.raises(ArchitectureError, match="two different inputs") as caught:
            supernet.path(arch._replace(genotype=arch.genotype._replace(normal=cell)))
        assert "\n" not in str(caught.value)
    for codes, message in (
        ([0] * 23, "a code for each of 24"),
        ([0] * 23 + [7], "from 0 to 6 as the code of reduce 5 right"),
    ):
        with pytest.raises(ArchitectureError, match=message):
            supernet.decode(codes)


def test_batch_statistics_need_no_running_ones() -> None:
    torch.manual_seed(0)
    supernet = NDSDARTS().supernet(classes=5, in_channels=3, channels=2, cells=3, statistics="batch").eval()
    assert {name.partition(".")[0] for name, _ in supernet.named_buffers()} == {"stem"}
    path = supernet.path(archs(supernet, 1, pools=True)[0])
    assert not torch.allclose(supernet(batch().float()[:2], path), supernet(batch().float(), path)[:2])
    with pytest.raises(ConfigError, match="running or batch, got 'none'"):
        NDSDARTS().supernet(classes=5, in_channels=3, statistics="none")


@pytest.mark.parametrize("settings", [{"cells": 2}, {"channels": 0}, {"depth": 0}])
def test_settings_that_make_no_sense_are_refused(settings: dict[str, int]) -> None:
    with pytest.raises(ConfigError, match="3 or more, got 2, 3, ") as caught:
        NDSDARTS().supernet(classes=2, in_channels=3, **settings)
    assert "\n" not in str(caught.value)
