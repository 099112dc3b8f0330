"""Gradients on a CUDA device are those of a CPU, in either memory layout."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from nasbench_suite import find_space
from nasbench_suite.average_pool import AveragePool
from nasbench_suite.spaces.nds.operations import OPERATIONS

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
LAYOUTS = (torch.contiguous_format, torch.channels_last)
DEEP = 0.2  # 0.07 on a CPU in single precision; a wrong gradient is off by as much as it is long


def gradients(module: nn.Module, images: Tensor) -> Tensor:
    """All of a sum of squares: of the images, and of the parameters."""
    images = images.clone(memory_format=torch.preserve_format).requires_grad_()
    out = module(images)
    out = out[0] if isinstance(out, tuple) else out
    weights = torch.linspace(0, 1, out.numel()).view(out.shape).to(out)
    wanted = [images, *module.parameters()]
    found = torch.autograd.grad((weights * out).square().sum(), wanted, allow_unused=True)
    return torch.cat([each.detach().cpu().double().flatten() for each in found if each is not None])


def furthest(module: nn.Module, images: Tensor) -> float:
    """The largest share that the gradient is off by, over both layouts; on a CPU it has double precision."""
    exact = gradients(module.double(), images.double())
    shares = []
    for layout in LAYOUTS:
        module.float().to("cuda", memory_format=layout)  # type: ignore[call-overload] # not in torch's stubs
        found = gradients(module, images.float().to("cuda").contiguous(memory_format=layout))
        shares.append(float((found - exact).norm() / exact.norm()))
    return max(shares)


@pytest.fixture(autouse=True)
def unrounded() -> None:
    torch.manual_seed(0)
    torch.set_float32_matmul_precision("highest")
    torch.backends.cudnn.allow_tf32 = False


@pytest.mark.parametrize("shape", [(3, 1, 1), (3, 2, 1), (5, 3, 0), (5, 2, 2)])
def test_averages(shape: tuple[int, int, int]) -> None:
    assert furthest(AveragePool(*shape), torch.randn(3, 8, 9, 9)) < 1e-5


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("name", [name for name in OPERATIONS if name != "none"])
def test_operations_of_nds(name: str, stride: int) -> None:
    assert furthest(OPERATIONS[name](8, stride, True), torch.randn(4, 8, 10, 10)) < 1e-3


@pytest.mark.parametrize("name", ["nb201", "nats_sss", "nb101", "nb_macro"])
def test_networks(name: str) -> None:
    space = find_space(name)
    network = space.network(space.sample(np.random.default_rng(1)), classes=5)
    assert furthest(network, torch.randn(8, 3, 16, 16)) < DEEP
