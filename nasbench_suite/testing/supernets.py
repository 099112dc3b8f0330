"""What every supernet must do."""

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812 (the name that PyTorch's own documentation uses)
from torch import Tensor

from nasbench_suite.edge_weights import CellWeights, Mixture, OneHot, Path
from nasbench_suite.supernet import Supernet

ARCHITECTURES = 6
TOLERANCE = 1e-9  # relative and absolute, in float64


class SupernetContract(ABC):
    """The contract of `nasbench_suite.supernet.Supernet` as tests.

    Attributes:
        shape: of the images that `make_supernet`'s network takes: (B, in_channels, H, W).
    """

    shape: tuple[int, int, int, int] = (4, 3, 8, 8)

    @abstractmethod
    def make_supernet(self) -> Supernet[Any]:
        """Returns a small supernet of 7 classes."""

    @pytest.fixture
    def supernet(self) -> Supernet[Any]:
        """The supernet under test, in float64 and in training."""
        torch.manual_seed(0)
        return self.make_supernet().double()

    @pytest.fixture
    def images(self) -> Tensor:
        """A batch."""
        return torch.randn(self.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(1))

    @pytest.fixture
    def archs(self, supernet: Supernet[Any]) -> list[Any]:
        """A few architectures."""
        rng = np.random.default_rng(0)
        return [supernet.draw(rng) for _ in range(ARCHITECTURES)]

    def test_names_agree_with_each_other(self, supernet: Supernet[Any]) -> None:
        """No name is there twice, and what is parameterless is an operation."""
        for names in (supernet.operations, supernet.edge_names, [variable.name for variable in supernet.variables]):
            assert names
            assert len(set(names)) == len(names)
        assert set(supernet.parameterless) < set(supernet.operations)
        assert supernet.positions >= 1

    def test_every_form_of_edge_weights_gives_logits(
        self, supernet: Supernet[Any], images: Tensor, archs: list[Any]
    ) -> None:
        """A mixture, a one-hot and a path give 7 finite numbers an image."""
        for edge_weights in (uniform(supernet), one_hot(supernet, archs[0]), supernet.path(archs[0])):
            logits = supernet(images, edge_weights)
            assert logits.shape == (self.shape[0], 7)
            assert logits.isfinite().all()

    def test_one_hot_and_its_mixture_compute_the_path(
        self, supernet: Supernet[Any], images: Tensor, archs: list[Any]
    ) -> None:
        """All three forms of an architecture are the same function, in training and evaluation."""
        for training in (True, False):
            supernet.train(training)
            for arch in archs:
                expected = supernet(images, supernet.path(arch))
                hard = one_hot(supernet, arch)
                for edge_weights in (hard, Mixture(hard.values)):
                    close(supernet(images, edge_weights), expected)

    def test_architectures_differ(self, supernet: Supernet[Any], images: Tensor, archs: list[Any]) -> None:
        """Different paths are different functions, as far as their operations matter."""
        assert len({tuple(supernet(images, supernet.path(arch)).flatten().tolist()) for arch in archs}) > 1

    def test_gradients_reach_every_edge_weight_of_a_mixture(self, supernet: Supernet[Any], images: Tensor) -> None:
        """Nothing that an operation computes is lost; at most one, that of an absent edge, computes nothing."""
        edge_weights = uniform(supernet)
        gradient = gradient_of(supernet, images, edge_weights, edge_weights.values)
        idle = [name for name, column in zip(supernet.operations, gradient.T, strict=True) if not column.any()]
        assert len(idle) <= 1 and set(idle) <= set(supernet.parameterless)
        assert all(
            column.all() for name, column in zip(supernet.operations, gradient.T, strict=True) if name not in idle
        )

    def test_gradients_reach_the_operations_that_a_one_hot_left_out(
        self, supernet: Supernet[Any], images: Tensor
    ) -> None:
        """What an operation that was not computed would have done counts as a constant: all of them alike."""
        chosen = next(at for at, name in enumerate(supernet.operations) if name not in supernet.parameterless)
        hard = as_one_hot(supernet, (chosen,) * len(supernet.edge_names))
        gradient = gradient_of(supernet, images, hard, hard.values)
        assert gradient.all()
        others = gradient[:, [at for at in range(len(supernet.operations)) if at != chosen]]
        close(others, others[:, :1].expand_as(others))

    def test_equal_edge_weights_at_all_positions_are_shared_ones(
        self, supernet: Supernet[Any], images: Tensor, archs: list[Any]
    ) -> None:
        """A sequence of the same is the same."""
        for edge_weights in (uniform(supernet), one_hot(supernet, archs[0]), supernet.path(archs[0])):
            close(supernet(images, [edge_weights] * supernet.positions), supernet(images, edge_weights))

    def test_every_position_takes_its_own_edge_weights(
        self, supernet: Supernet[Any], images: Tensor, archs: list[Any]
    ) -> None:
        """Another architecture at one position makes another function, whichever position it is."""
        rows = torch.rand(
            len(supernet.edge_names), len(supernet.operations), generator=torch.Generator().manual_seed(2)
        )
        one, other = uniform(supernet), Mixture(rows.double().softmax(1))
        seen = []
        for changed in range(supernet.positions):
            edge_weights: list[CellWeights] = [one] * supernet.positions
            edge_weights[changed] = other
            seen.append(tuple(supernet(images, edge_weights).flatten().tolist()))
        assert len({*seen, tuple(supernet(images, one).flatten().tolist())}) == supernet.positions + 1

    def test_edge_weights_stand_for_the_architecture_that_has_them(
        self, supernet: Supernet[Any], archs: list[Any]
    ) -> None:
        """`derive` inverts `path`."""
        for arch in archs:
            assert supernet.derive(one_hot(supernet, arch).values.detach().numpy()) == arch

    def test_draws_depend_on_the_generator_alone(self, supernet: Supernet[Any], archs: list[Any]) -> None:
        """Equal generators draw equal architectures, by uniform probabilities as by none."""
        rng = np.random.default_rng(0)
        assert [supernet.draw(rng) for _ in archs] == archs
        rng, edge_weights = np.random.default_rng(0), uniform(supernet).values.detach().float().numpy()
        assert [supernet.draw(rng, edge_weights) for _ in archs] == archs

    def test_draws_follow_the_edge_weights(self, supernet: Supernet[Any], images: Tensor) -> None:
        """An operation of probability 1 is the only one drawn, beside that of an absent edge."""
        even = uniform(supernet)
        gradient = gradient_of(supernet, images, even, even.values)
        idle = {name for name, column in zip(supernet.operations, gradient.T, strict=True) if not column.any()}
        for at, name in enumerate(supernet.operations):
            if name in idle:
                continue
            edge_weights = np.eye(len(supernet.operations), dtype=np.float32)[[at] * len(supernet.edge_names)]
            drawn = supernet.path(supernet.draw(np.random.default_rng(0), edge_weights)).chosen
            assert {supernet.operations[index] for index in drawn} - idle == {name}

    def test_codes_are_architectures(self, supernet: Supernet[Any]) -> None:
        """Every code of every variable is taken, and different codes are different architectures."""
        zero = [0] * len(supernet.variables)
        decoded = {supernet.decode(zero)}
        for at, variable in enumerate(supernet.variables):
            for code in range(1, len(variable.choices)):
                decoded.add(supernet.decode([*zero[:at], code, *zero[at + 1 :]]))
        assert len(decoded) == 1 + sum(len(variable.choices) - 1 for variable in supernet.variables)
        for arch in decoded:
            chosen = supernet.path(arch).chosen
            assert len(chosen) == len(supernet.edge_names)
            assert set(chosen) <= set(range(len(supernet.operations)))

    def test_state_is_all_there_is(self, supernet: Supernet[Any], images: Tensor, archs: list[Any]) -> None:
        """A new supernet with the state of one that was used computes the same, in evaluation too."""
        supernet(images, uniform(supernet))
        twin = self.make_supernet().double()
        twin.load_state_dict(supernet.state_dict())
        for training in (False, True):
            path = supernet.path(archs[0])
            assert twin.train(training)(images, path).equal(supernet.train(training)(images, path))


def uniform(supernet: Supernet[Any]) -> Mixture:
    """All operations alike."""
    shape = len(supernet.edge_names), len(supernet.operations)
    return Mixture(torch.full(shape, 1 / shape[1], dtype=torch.float64, requires_grad=True))


def as_one_hot(supernet: Supernet[Any], chosen: tuple[int, ...]) -> OneHot:
    """One-hot edge weights, a leaf of the graph."""
    rows = F.one_hot(torch.tensor(chosen), len(supernet.operations)).double()
    return OneHot(rows.requires_grad_(), chosen)


def one_hot(supernet: Supernet[Any], arch: Any) -> OneHot:
    """An architecture's one-hot edge weights."""
    path: Path = supernet.path(arch)
    return as_one_hot(supernet, path.chosen)


def gradient_of(supernet: Supernet[Any], images: Tensor, edge_weights: CellWeights, leaf: Tensor) -> Tensor:
    """The gradient of some loss."""
    return torch.autograd.grad(supernet(images, edge_weights).square().sum(), leaf)[0]


def close(found: Tensor, expected: Tensor) -> None:
    """Asserts that two tensors are the same up to rounding."""
    torch.testing.assert_close(found, expected, rtol=TOLERANCE, atol=TOLERANCE)
