"""What holds of every score, and each one's value on a network small enough to work it out."""

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from nasbench_suite.errors import ConfigError
from nasbench_suite.scores import OURS, compute_score, find_score, score_names
from nasbench_suite.scores.epe_nas import epe_nas
from nasbench_suite.scores.fisher import fisher
from nasbench_suite.scores.grad_norm import grad_norm
from nasbench_suite.scores.grasp import grasp
from nasbench_suite.scores.jacobians import correlations, jacobians
from nasbench_suite.scores.jacov import jacov
from nasbench_suite.scores.l2_norm import l2_norm
from nasbench_suite.scores.layers import without_batch_norm
from nasbench_suite.scores.nwot import nwot
from nasbench_suite.scores.plain import plain
from nasbench_suite.scores.snip import snip
from nasbench_suite.scores.synflow import synflow
from nasbench_suite.scores.zen import zen
from nasbench_suite.spaces.nb201 import NB201

Batch = tuple[Tensor, Tensor]
PIXEL, LABEL = torch.tensor([3.0]).view(1, 1, 1, 1), torch.tensor([0])
# the probability of the wrong class where the logits are 0.6 and -0.3
WRONG = 1 / (1 + math.exp(0.9))


@pytest.mark.parametrize("name", OURS)
def test_a_score_leaves_network_and_generators_as_they_were_and_is_the_same_again(
    name: str, small_network: Callable[[], nn.Module], batch: Batch
) -> None:
    network, (images, labels) = small_network(), batch
    before = {key: value.clone() for key, value in network.state_dict().items()}
    state, copy = torch.random.get_rng_state(), images.clone()
    first = compute_score(name, network, images, labels)
    assert torch.equal(state, torch.random.get_rng_state()) and torch.equal(images, copy)
    assert all(torch.equal(before[key], value) for key, value in network.state_dict().items())
    assert network.training and not images.requires_grad
    assert all(parameter.grad is None for parameter in network.parameters())
    assert compute_score(name, network, images, labels) == first and math.isfinite(first)


@pytest.mark.parametrize("name", OURS)
def test_the_order_of_images_does_not_matter(name: str, small_network: Callable[[], nn.Module], batch: Batch) -> None:
    network, (images, labels) = small_network(), batch
    first = compute_score(name, network, images, labels)
    if name != "zen":  # which draws its own
        assert compute_score(name, network, images.flip(0), labels.flip(0)) == pytest.approx(first, rel=1e-3, abs=1e-6)


@pytest.mark.parametrize("name", OURS)
def test_dropout_is_off(name: str, small_network: Callable[[], nn.Module], batch: Batch) -> None:
    network = small_network()
    dropped = nn.Sequential(network, nn.Dropout(0.9))
    assert compute_score(name, dropped, *batch) == pytest.approx(compute_score(name, network, *batch))


def test_an_unknown_score_is_refused_in_a_line_that_names_the_closest() -> None:
    with pytest.raises(ConfigError, match="there is no 'synflo'; did you mean synflow"):
        find_score("synflo")
    assert score_names() == sorted(OURS)


def test_synflow_of_two_layers_is_worked_out(two_layers: nn.Module) -> None:
    # |W2| |W1| 1 = 1 (1 + 2) + 4 (3 + 0.5) = 17; each layer's sum of w * g is that: 34
    assert synflow(two_layers, torch.zeros(5, 2, 1, 1), torch.zeros(5)) == pytest.approx(math.log(34), abs=1e-12)


def test_synflow_sees_no_pixels_no_batch_normalisation_and_no_signs(
    small_network: Callable[[], nn.Module], batch: Batch
) -> None:
    network, (images, labels) = small_network(), batch
    first = compute_score("synflow", network, images, labels)
    with torch.no_grad():
        network[0].weight.neg_()  # type: ignore[index, union-attr, operator]
        network[1].weight.mul_(7)  # type: ignore[index, union-attr, operator]
    assert compute_score("synflow", network, images + 1, labels) == first
    assert not [each for each in without_batch_norm(network).modules() if isinstance(each, nn.BatchNorm2d)]


def test_synflow_is_infinitely_low_where_no_path_leads_through() -> None:
    arch = NB201().parse("|none~0|+|none~0|none~1|+|none~0|none~1|none~2|")
    network = NB201().network(arch, classes=3, channels=2, cells=1)
    assert compute_score("synflow", network, torch.randn(2, 3, 8, 8), torch.tensor([0, 1])) == -math.inf


def test_l2_norm_of_two_layers_is_worked_out(two_layers: nn.Module) -> None:
    expected = math.sqrt(1 + 4 + 9 + 0.25) + math.sqrt(1 + 16)
    assert l2_norm(two_layers, torch.zeros(1, 2, 1, 1), LABEL) == pytest.approx(expected)


def test_scores_of_one_linear_layer_are_worked_out(linear: nn.Module) -> None:
    # x = 3, logits (0.6, -0.3), label 0: dL/dlogits = (-q, q), q the other class's probability; dL/dw = 3 (-q, q)
    assert grad_norm(linear, PIXEL, LABEL) == pytest.approx(3 * WRONG * math.sqrt(2), rel=1e-4)
    assert plain(linear, PIXEL, LABEL) == pytest.approx(3 * WRONG * (-0.2 - 0.1), rel=1e-4)
    assert snip(linear, PIXEL, LABEL) == pytest.approx(3 * WRONG * (0.2 + 0.1), rel=1e-4)
    # activations (0.6, -0.3) times gradients (-q, q), squared and halved
    assert fisher(linear, PIXEL, LABEL) == pytest.approx((0.36 + 0.09) * WRONG**2 / 2, rel=1e-4)


def test_grasp_of_one_linear_layer_is_worked_out(linear: nn.Module) -> None:
    # H = 9 q (1 - q) [[1, -1], [-1, 1]], g = 3 q (-1, 1): H g = 54 q^2 (1 - q) (-1, 1), and -w H g = 54 q^2 (1 - q) 0.3
    assert grasp(linear, PIXEL, LABEL) == pytest.approx(54 * WRONG**2 * (1 - WRONG) * 0.3, rel=1e-3)


def test_plain_is_that_of_the_classifier_where_batch_normalisation_follows_the_rest(
    small_network: Callable[[], nn.Module], batch: Batch
) -> None:
    network = small_network()
    found = compute_score("plain", network, *batch)
    nn.functional.cross_entropy(network(batch[0]), batch[1]).backward()  # type: ignore[no-untyped-call]
    classifier = list(network.parameters())[-2]
    assert classifier.grad is not None
    assert found == pytest.approx((classifier * classifier.grad).sum().item(), abs=1e-5) and abs(found) > 1e-3


def test_fisher_adds_up_positions_before_it_squares() -> None:
    network = nn.Sequential(nn.Conv2d(1, 2, 1, bias=False), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    with torch.no_grad():
        network[0].weight.copy_(torch.tensor([1.0, 0.0]).view(2, 1, 1, 1))
    images = torch.tensor([1.0, 3.0]).view(1, 1, 1, 2)  # channel 0: (1, 3), mean 2; channel 1: 0
    q = 1 / (1 + math.exp(2))  # dL/dmean = (-q, q), a half of it at each position: 1 (-q / 2) + 3 (-q / 2) = -2 q
    assert fisher(network, images, LABEL) == pytest.approx((2 * q) ** 2 / 2, rel=1e-4)


def test_fisher_counts_a_channel_once_per_weight(batch: Batch) -> None:
    def score(channels: int) -> float:
        network = nn.Sequential(nn.Conv2d(channels, 4, 1, bias=False), nn.AdaptiveAvgPool2d(1), nn.Flatten())
        nn.init.constant_(network[0].weight[:, 1:], 0.0)
        nn.init.constant_(network[0].weight[:, :1], 1.0)
        return fisher(network, batch[0][:, :channels], batch[1])

    assert score(3) == pytest.approx(3 * score(1)) and score(1) > 0


def test_jacobians_of_a_linear_network_are_its_weights_summed_over_logits(two_layers: nn.Module) -> None:
    # W2 W1 = (-1 + 12, 2 + 2)
    found = jacobians(two_layers, torch.randn(3, 2, 1, 1))
    assert found.classes == 1 and np.allclose(found.rows, [[11, 4]] * 3)


def test_jacov_of_known_correlations() -> None:
    class Square(nn.Module):
        def forward(self, images: Tensor) -> Tensor:
            return (images.flatten(1) ** 2 / 2).sum(1, keepdim=True)  # an image is its own Jacobian

    apart = torch.tensor([[1.0, -1, 1, -1], [1, 1, -1, -1]]).view(2, 1, 2, 2)
    assert jacov(Square(), apart, LABEL) == pytest.approx(-2, abs=1e-4)  # eigenvalues 1, 1
    alike = torch.tensor([[1.0, -1, 1, -1], [2, -2, 2, -2]]).view(2, 1, 2, 2)  # eigenvalues 2, 0
    expected = -(math.log(2 + 1e-5) + 1 / (2 + 1e-5) + math.log(1e-5) + 1e5)
    assert jacov(Square(), alike, LABEL) == pytest.approx(expected, rel=1e-6)
    assert math.isnan(jacov(Square(), torch.ones(2, 1, 2, 2), LABEL))


def test_epe_nas_compares_images_of_a_class() -> None:
    class Square(nn.Module):
        def __init__(self, classes: int) -> None:
            super().__init__()
            self.classes = classes

        def forward(self, images: Tensor) -> Tensor:
            return (images.flatten(1) ** 2 / 2 / self.classes).sum(1, keepdim=True).expand(-1, self.classes)

    images = torch.tensor([[1.0, -1, 1, -1], [2, -2, 2, -2], [1, 1, -1, -1], [1, -1, -1, 1]]).view(4, 1, 2, 2)
    labels = torch.tensor([0, 0, 1, 1])
    # class 0: all four correlations 1; class 1: the diagonal 1, the others 0
    same, apart = 4 * math.log(1 + 1e-5), 2 * math.log(1 + 1e-5) + 2 * math.log(1e-5)
    assert epe_nas(Square(10), images, labels) == pytest.approx(abs(same) + abs(apart), rel=1e-4)
    assert epe_nas(Square(101), images, labels) == pytest.approx(abs(same - apart) / 2, rel=1e-4)
    assert math.isnan(epe_nas(Square(101), images, torch.arange(4)))  # no class of two images


def test_correlations_are_numpys_and_nan_for_equal_values() -> None:
    rows = np.array([[1.0, 2, 4], [3, 1, 1], [5, 5, 5]], dtype=np.float32)
    found = correlations(rows)
    assert found[0, 1] == pytest.approx(np.corrcoef(rows[:2])[0, 1]) and np.isnan(found[2]).all()


@pytest.mark.parametrize("relu", [nn.ReLU(), nn.ReLU(inplace=True), None], ids=["module", "in place", "function"])
def test_nwot_counts_agreeing_signs_whoever_computes_the_relu(relu: nn.Module | None) -> None:
    class Rectified(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.relu = relu

        def forward(self, images: Tensor) -> Tensor:
            values = images.flatten(1) * 1.0
            return torch.relu(values) if self.relu is None else self.relu(values)  # type: ignore[no-any-return]

    images = torch.tensor([[1.0, -1, 1, 1], [1, 1, -1, 1], [-1, -1, -1, -1]]).view(3, 1, 2, 2)
    # they agree in 2, 1 and 1 of 4 signs: det [[4, 2, 1], [2, 4, 1], [1, 1, 4]] = 44
    assert nwot(Rectified(), images, LABEL) == pytest.approx(math.log(44))
    assert nwot(Rectified(), images[[0, 0]], LABEL) == -math.inf


def test_nwot_counts_a_relu_of_nb201_once_per_convolution() -> None:
    space, images = NB201(), torch.randn(4, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    one = space.parse("|nor_conv_1x1~0|+|none~0|none~1|+|skip_connect~0|skip_connect~1|none~2|")
    network = space.network(one, classes=2, channels=4, cells=1)
    two = space.network(
        space.parse("|nor_conv_1x1~0|+|nor_conv_1x1~0|none~1|+|skip_connect~0|skip_connect~1|skip_connect~2|"),
        classes=2,
        channels=4,
        cells=1,
    )
    alone, both = (_relus(each, images) for each in (network, two))
    assert both - alone == 4 * 64 + 8 * 16 + 16 * 4  # the second convolution's, in each of three stages


def _relus(network: nn.Module, images: Tensor) -> int:
    from nasbench_suite.scores.nwot import _Agreements

    for module in network.modules():
        if hasattr(module, "shares_relu"):
            module.shares_relu = False
    with torch.no_grad(), _Agreements(len(images)) as found:
        network(images)
    return int(found.kernel[0, 0])


def test_zen_of_a_linear_network_is_its_formula(batch: Batch) -> None:
    images = batch[0]
    network = nn.Sequential(nn.Conv2d(3, 2, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    torch.manual_seed(5)
    found = zen(network, images, LABEL)
    torch.manual_seed(5)
    weight = torch.randn(2, 3, 1, 1)
    torch.randn(images.shape)
    change = nn.functional.conv2d(0.01 * torch.randn(images.shape), weight)
    assert found == pytest.approx(math.log(float(change.abs().sum((1, 2, 3)).mean())), rel=1e-4)


def test_zen_adds_the_logarithm_of_each_normalisations_scale(batch: Batch) -> None:
    class Known(nn.BatchNorm2d):
        def forward(self, images: Tensor) -> Tensor:
            self.running_var = torch.full_like(torch.ones(2), 9.0)
            return images

    body = [nn.Conv2d(3, 2, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    torch.manual_seed(5)
    plainly = zen(nn.Sequential(*body), batch[0], LABEL)
    torch.manual_seed(5)
    scaled = zen(nn.Sequential(body[0], Known(2), *body[1:]), batch[0], LABEL)
    assert scaled - plainly == pytest.approx(math.log(3), rel=1e-4)
