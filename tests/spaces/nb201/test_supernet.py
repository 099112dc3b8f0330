import copy
import itertools
from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812 (the name that PyTorch's own documentation uses)
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from nasbench_suite.edge_weights import CellWeights, EdgeWeights, Mixture, OneHot
from nasbench_suite.errors import ArchitectureError, ConfigError
from nasbench_suite.spaces.nb201 import NB201
from nasbench_suite.spaces.nb201.architecture import EDGES, OPERATIONS, Architecture
from nasbench_suite.spaces.nb201.supernet import NB201Supernet
from nasbench_suite.testing.supernets import SupernetContract
from performance.literal_nb201 import LiteralSupernet

# nothing at all, convolutions on a node of zeros, dead nodes, every operation, all the same
TELLING = [
    (0, 0, 0, 0, 0, 0),
    (0, 2, 0, 0, 3, 0),
    (0, 0, 3, 0, 0, 2),
    (3, 3, 3, 1, 0, 0),
    (3, 4, 2, 2, 0, 0),
    (4, 3, 2, 1, 0, 3),
    (3, 3, 3, 3, 3, 3),
    (1, 1, 1, 1, 1, 1),
]


class TestContract(SupernetContract):
    @pytest.fixture(autouse=True, params=["running", "batch"])
    def _statistics(self, request: pytest.FixtureRequest) -> None:
        self.statistics = request.param

    def make_supernet(self) -> NB201Supernet:
        return NB201().supernet(classes=7, in_channels=3, channels=2, cells=1, statistics=self.statistics)


def build(statistics: str = "running", cells: int = 1) -> NB201Supernet:
    """A supernet that has seen a batch, so that its running statistics are not those of the start."""
    torch.manual_seed(0)
    supernet = NB201().supernet(classes=5, in_channels=3, channels=3, cells=cells, statistics=statistics).double()
    supernet(batch(9), Mixture(torch.full((6, 5), 0.2, dtype=torch.float64)))
    return supernet


def batch(seed: int = 1) -> Tensor:
    return torch.randn(6, 3, 8, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def cells(random: int) -> Iterator[Architecture]:
    yield from TELLING
    rng = np.random.default_rng(0)
    for _ in range(random):
        yield NB201().sample(rng)


def hard(arch: Architecture) -> OneHot:
    """One-hot edge weights with the gradient of something soft, which is a leaf."""
    rows = torch.rand(len(EDGES), len(OPERATIONS), dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    soft = rows.softmax(1).requires_grad_()
    # exactly one-hot: batch normalisation of a node of zeros would blow rounding up
    return OneHot(F.one_hot(torch.tensor(arch), len(OPERATIONS)) + (soft - soft.detach()), arch)


def loss(logits: Tensor) -> Tensor:
    return F.cross_entropy(logits, torch.arange(len(logits)) % logits.shape[1])


def gradient(leaf: Tensor) -> Tensor:
    """Zeros where there is none."""
    return torch.zeros_like(leaf) if leaf.grad is None else leaf.grad


def gradients(network: nn.Module) -> dict[str, Tensor]:
    return {name: gradient(parameter) for name, parameter in network.named_parameters()}


def filled_with_gradients(supernet: NB201Supernet) -> NB201Supernet:
    """A copy whose parameters are the gradients, so that whatever is done to parameters can be done to them."""
    filled = copy.deepcopy(supernet)
    with torch.no_grad():
        for parameter, gradient in zip(filled.parameters(), gradients(supernet).values(), strict=True):
            parameter.copy_(gradient)
    return filled


def assert_same(found: dict[str, Tensor], expected: dict[str, Tensor]) -> None:
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        torch.testing.assert_close(found[name], value, rtol=1e-8, atol=1e-9, msg=lambda text, n=name: f"{n}: {text}")


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("statistics", ["running", "batch"])
def test_an_architecture_is_its_stand_alone_network_with_the_same_weights(statistics: str, training: bool) -> None:
    supernet = build(statistics).train(training)
    for arch in cells(random=4):
        own = batch().requires_grad_()
        network = supernet.stand_alone(arch)
        expected = network(own)
        loss(expected).backward()
        for edge_weights in (supernet.path(arch), hard(arch), Mixture(hard(arch).values)):
            supernet.zero_grad()
            ours = batch().requires_grad_()
            found = supernet(ours, edge_weights)
            torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-9)
            loss(found).backward()
            assert_same({"images": gradient(ours)}, {"images": gradient(own)})
            assert_same(dict(filled_with_gradients(supernet).stand_alone(arch).named_parameters()), gradients(network))


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("statistics", ["running", "batch"])
def test_it_computes_what_operation_by_operation_is_computed(statistics: str, training: bool) -> None:
    supernet = build(statistics).train(training)
    literal = LiteralSupernet(supernet)
    # behind a cell of zeros there is nothing but rounding, and batch normalisation blows it up
    for arch in [*TELLING[3:], supernet.draw(np.random.default_rng(0), connected=True)]:
        for number in range(3):
            leaf, ours = edge_weights(number, supernet, arch)
            twin, own = edge_weights(number, supernet, arch)
            images, same = batch().requires_grad_(), batch().requires_grad_()
            found, expected = supernet(images, ours), literal(same, own)
            torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-9)
            loss(found).backward(), loss(expected).backward()
            assert_same({"images": gradient(images)}, {"images": gradient(same)})
            assert_same({"edges": gradient(leaf)}, {"edges": gradient(twin)})
    # what all of them added up to
    assert_same(dict(LiteralSupernet(filled_with_gradients(supernet)).named_parameters()), gradients(literal))


def edge_weights(number: int, supernet: NB201Supernet, arch: Architecture) -> tuple[Tensor, EdgeWeights]:
    """A leaf (positions, edges, operations), and edge weights made of it: mixtures, one-hots, or paths."""
    shape = supernet.positions, len(EDGES), len(OPERATIONS)
    draw = torch.Generator().manual_seed(4)
    leaf = torch.rand(shape, dtype=torch.float64, generator=draw).softmax(2).requires_grad_()
    rng, each = np.random.default_rng(5), list[CellWeights]()
    for soft in leaf:
        own = supernet.draw(rng, connected=True) if each else arch
        one = F.one_hot(torch.tensor(own), len(OPERATIONS)) + (soft - soft.detach())
        each.append([Mixture(soft), OneHot(one, own), supernet.path(own)][number])
    return leaf, each


def test_running_statistics_are_those_of_separate_operations() -> None:
    supernet = build()
    literal = LiteralSupernet(supernet)
    edge_weights = Mixture(hard((1, 2, 3, 4, 0, 1)).values.softmax(1).detach())
    supernet(batch(), edge_weights), literal(batch(), edge_weights)
    counted = {n: v for n, v in LiteralSupernet(supernet).state_dict().items() if "num_batches" not in n}
    assert_same(counted, {n: v for n, v in literal.state_dict().items() if "num_batches" not in n})


def test_operations_that_a_path_leaves_out_keep_their_statistics() -> None:
    supernet = build()
    before = {name: value.clone() for name, value in supernet.state_dict().items()}
    # node 1 leads nowhere
    supernet(batch(), supernet.path((3, 2, 0, 0, 0, 3)))
    changed = {name for name, value in supernet.state_dict().items() if not value.equal(before[name])}
    inside = {name.split(".leaving.")[1] for name in changed if ".leaving." in name}
    names = ("running_mean", "running_var")
    assert inside == {f"{op}.normalisation.{n}" for op in ("0.nor_conv_1x1", "2.nor_conv_3x3") for n in names}
    for name in changed:
        if ".leaving.0.nor_conv_1x1" in name:  # edges 0->1, 0->2, 0->3
            same = supernet.state_dict()[name].eq(before[name]).view(3, -1)
            assert same.all(1).tolist() == [True, False, True]


@pytest.mark.parametrize("form", ["path", "one-hot"])
def test_no_more_is_computed_than_in_the_stand_alone_network(form: str) -> None:
    supernet = build()
    for arch in TELLING[2:6]:
        edge_weights = supernet.path(arch) if form == "path" else hard(arch)
        found, expected = FlopCounterMode(display=False), FlopCounterMode(display=False)
        with found:
            supernet(batch(), edge_weights)
        with expected:
            supernet.stand_alone(arch)(batch())
        assert found.get_total_flops() == expected.get_total_flops()


@pytest.mark.parametrize("kernel", [1, 3])
def test_weights_start_as_those_of_separate_convolutions(kernel: int) -> None:
    torch.manual_seed(0)
    channels = 32
    supernet = NB201().supernet(classes=2, in_channels=1, channels=channels, cells=1)
    fused = supernet.body[0].convolutions(0, OPERATIONS.index(f"nor_conv_{kernel}x{kernel}")).convolution
    separate = nn.Conv2d(channels, channels, kernel)
    bound = 1 / (channels * kernel**2) ** 0.5  # of PyTorch's uniform distribution
    for edge in (*fused.weight.split(channels), separate.weight):
        assert 0.98 * bound < edge.abs().max() <= bound
        assert edge.std().item() == pytest.approx(bound / 3**0.5, rel=0.05)
    assert 0.9 * bound < fused.bias.abs().max() <= bound


def test_batch_statistics_need_no_running_ones() -> None:
    supernet = build("batch").eval()
    networks = [name for name, _ in supernet.named_buffers()]
    assert not [name for name in networks if ".leaving." in name or name.startswith("normalisation")]
    assert [name for name in networks if name.startswith("stem")]
    assert supernet.normalisation.weight is None
    alone = supernet(batch()[:2], supernet.path((3,) * 6))
    together = supernet(batch(), supernet.path((3,) * 6))[:2]
    assert not torch.allclose(alone, together)


def test_running_statistics_make_images_independent_in_evaluation() -> None:
    supernet = build("running").eval()
    path = supernet.path((3,) * 6)
    torch.testing.assert_close(supernet(batch()[:2], path), supernet(batch(), path)[:2])


def test_parameters_are_those_of_the_published_supernets() -> None:
    # six 3x3 and six 1x1 convolutions a cell, each with a bias in place of a scale and a shift
    for statistics, last in (("running", 2 * 64), ("batch", 0)):
        supernet = NB201().supernet(classes=10, in_channels=3, statistics=statistics)
        inside = sum(5 * 6 * (10 * width**2 + 2 * width) for width in (16, 32, 64))
        outside = round(0.073306e6) - 2 * 64
        assert sum(p.numel() for p in supernet.parameters()) == inside + outside + last


def test_layout_and_precision_change_rounding_only() -> None:
    supernet = build().float()
    images, edge_weights = batch().float(), Mixture(torch.full((6, 5), 0.2))
    expected = supernet(images, edge_weights)
    last = copy.deepcopy(supernet).to(memory_format=torch.channels_last)
    moved = images.to(memory_format=torch.channels_last)
    torch.testing.assert_close(last(moved, edge_weights), expected, rtol=1e-3, atol=1e-4)
    for some in (edge_weights, OneHot(hard((1, 2, 3, 4, 0, 1)).values.float(), (1, 2, 3, 4, 0, 1))):
        expected = supernet(images, some)
        with torch.autocast("cpu", torch.bfloat16):
            found = supernet(images, some)
        assert found.dtype == torch.bfloat16
        torch.testing.assert_close(found.float(), expected, rtol=0.1, atol=0.1)


def test_a_mixture_is_one_graph_to_the_compiler() -> None:
    supernet, edge_weights = build(), hard((1, 2, 3, 4, 0, 1)).values.softmax(1).detach()
    compiled = torch.compile(copy.deepcopy(supernet), backend="eager", fullgraph=True)
    one, other = edge_weights.clone().requires_grad_(), edge_weights.clone().requires_grad_()
    for network, leaf in ((supernet, one), (compiled, other)):
        loss(network(batch(), Mixture(leaf))).backward()
    assert_same({"edges": gradient(other)}, {"edges": gradient(one)})


def test_derive_takes_none_where_it_is_the_heaviest() -> None:
    edge_weights = np.eye(5)[[0, 1, 2, 3, 4, 0]] + 0.1
    assert build().derive(edge_weights) == (0, 1, 2, 3, 4, 0)


def test_draws_have_the_given_frequencies() -> None:
    supernet, rng, draws = build(), np.random.default_rng(0), 4000
    edge_weights = np.random.default_rng(1).dirichlet(np.ones(5), size=6).astype(np.float32)
    drawn = [supernet.draw(rng, edge_weights) for _ in range(draws)]
    for edge in range(6):
        counts = Counter(arch[edge] for arch in drawn)
        for operation in range(5):
            p = float(edge_weights[edge, operation])
            assert abs(counts[operation] / draws - p) < 4 * (p * (1 - p) / draws) ** 0.5 + 1e-9


def test_connected_draws_are_the_others_whose_nodes_are_fed() -> None:
    supernet, rng, draws = build(), np.random.default_rng(0), 4000
    drawn = [supernet.draw(rng, connected=True) for _ in range(draws)]
    assert all(arch[0] and any(arch[1:3]) and any(arch[3:]) for arch in drawn)
    # given that, all are alike: 4 first edges, 24 pairs, 124 triples
    for edges, possible in ((slice(0, 1), 4), (slice(1, 3), 24)):
        counts = Counter(arch[edges] for arch in drawn)
        assert len(counts) == possible
        assert max(abs(count - draws / possible) for count in counts.values()) < 5 * (draws / possible) ** 0.5
    assert any(0 in arch for arch in drawn)


def test_a_node_that_can_only_be_none_cannot_be_connected() -> None:
    with pytest.raises(ConfigError, match="other than none"):
        build().draw(np.random.default_rng(0), np.eye(5)[[0] * 6], connected=True)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"statistics": "none"}, "running or batch, got 'none'"),
        ({"cells": 0}, "1 or more, got 2, 3, 16 and 0"),
        ({"channels": -1}, "1 or more"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        NB201().supernet(classes=2, in_channels=3, **settings)
    assert "\n" not in str(caught.value)


def test_what_is_no_cell_is_refused() -> None:
    for wrong in ((0,) * 5, (5,) * 6):
        with pytest.raises(ArchitectureError):
            build().path(wrong)


def test_every_cell_is_a_path() -> None:
    supernet = build()
    for arch in itertools.islice(itertools.product(range(5), repeat=6), 0, None, 97):
        assert supernet.path(arch).chosen == arch == supernet.decode(arch)
