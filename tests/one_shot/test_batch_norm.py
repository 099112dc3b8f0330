"""Run as a program, this file is one of the processes of its last test."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F  # noqa: N812 (the name that PyTorch's own documentation uses)
from torch import Tensor, distributed, nn

from nasbench_suite.edge_weights import Mixture
from nasbench_suite.one_shot.batch_norm import BatchNorm2d, over_all_processes
from nasbench_suite.spaces.nb201 import NB201

SHARES = (slice(0, 3), slice(3, 8))  # of the images; of two processes


def images(channels: int = 6) -> Tensor:
    return torch.randn(8, channels, 8, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(1)) * 3 + 1


def used(layer: nn.Module) -> Any:
    """A layer that has seen a batch, and whose scale and shift were learned."""
    layer = layer.double()
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=torch.Generator().manual_seed(2)))
    layer(images().flip(0))
    return layer


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("settings", [{}, {"affine": False}, {"track_running_stats": False}, {"momentum": 0.3}])
def test_on_one_process_it_is_pytorchs(settings: dict[str, Any], training: bool) -> None:
    ours, own = used(BatchNorm2d(6, **settings)).train(training), used(nn.BatchNorm2d(6, **settings)).train(training)
    assert ours(images()).equal(own(images()))
    for name, value in own.state_dict().items():
        assert name == "num_batches_tracked" or ours.state_dict()[name].equal(value)


@pytest.mark.parametrize("training", [True, False])
def test_a_part_is_normalised_as_in_the_whole_and_alone_updated(training: bool) -> None:
    whole, layer = used(BatchNorm2d(6)).train(training), used(BatchNorm2d(6)).train(training)
    before = layer.running_mean.clone()
    expected = whole(images())
    torch.testing.assert_close(layer.part(images()[:, 2:5], 2, 5), expected[:, 2:5])
    torch.testing.assert_close(layer.running_mean[2:5], whole.running_mean[2:5])
    assert layer.running_mean[[0, 1, 5]].equal(before[[0, 1, 5]])


def test_a_scale_and_a_shift_stand_in_for_the_layers_own() -> None:
    layer = used(BatchNorm2d(6))
    scale, shift = torch.rand(3).double().requires_grad_(), torch.rand(3).double().requires_grad_()
    plain = BatchNorm2d(3, affine=False).double()(images()[:, :3])
    found = layer.part(images()[:, :3], 0, 3, scale, shift)
    torch.testing.assert_close(found, plain * scale.view(-1, 1, 1) + shift.view(-1, 1, 1))
    found.square().sum().backward()
    torch.testing.assert_close(shift.grad, (2 * found).sum((0, 2, 3)))


def test_no_momentum_leaves_running_statistics() -> None:
    layer = used(BatchNorm2d(6, momentum=0.0))
    before = layer.running_var.clone()
    layer(images())
    assert layer.running_var.equal(before)


def test_networks_are_turned_over_with_all_their_layers() -> None:
    network = nn.Sequential(nn.BatchNorm2d(2), nn.Sequential(nn.BatchNorm2d(2), nn.BatchNorm1d(2)))
    state = network.state_dict()
    over_all_processes(network)
    assert [type(module) for module in network.modules()][1:] == [
        BatchNorm2d,
        nn.Sequential,
        BatchNorm2d,
        nn.BatchNorm1d,
    ]
    assert network.state_dict().keys() == state.keys()


def test_two_processes_compute_what_one_does_on_the_whole_batch(tmp_path: Path) -> None:
    environment = os.environ | {"OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": "lo"}
    processes = [
        subprocess.Popen([sys.executable, __file__, str(rank), str(tmp_path)], env=environment) for rank in (0, 1)
    ]
    assert [process.wait() for process in processes] == [0, 0]
    expected = trained(slice(None))
    ranks = [torch.load(tmp_path / f"{rank}.pt") for rank in (0, 1)]
    close(torch.cat([rank["logits"] for rank in ranks]), expected["logits"])
    for rank in ranks:
        assert rank["gradients"].keys() == expected["gradients"].keys()
        for name, value in expected["gradients"].items():
            close(rank["gradients"][name], value)
        for name, value in expected["statistics"].items():
            close(rank["statistics"][name], value)
    close(torch.cat([rank["images"] for rank in ranks]), expected["images"])


def close(found: Tensor, expected: Tensor) -> None:
    torch.testing.assert_close(found, expected, rtol=1e-8, atol=1e-10)


def trained(share: slice) -> dict[str, Any]:
    """What a supernet makes of a share of the images; gradients are added up over processes."""
    torch.manual_seed(0)
    supernet = NB201().supernet(classes=4, in_channels=3, channels=2, cells=1).double()
    rows = torch.rand(6, 5, generator=torch.Generator().manual_seed(3)).double().softmax(1).requires_grad_()
    own = images(3)[share].requires_grad_()
    logits = supernet(own, Mixture(rows))
    F.cross_entropy(logits, torch.arange(8)[share] % 4, reduction="sum").backward()
    leaves = {"edges": rows, **dict(supernet.named_parameters())}
    gradients = {name: leaf.grad for name, leaf in leaves.items() if leaf.grad is not None}
    if distributed.is_initialized():
        for gradient in gradients.values():
            distributed.all_reduce(gradient)
    return {
        "logits": logits.detach(),
        "gradients": gradients,
        "images": own.grad,
        "statistics": {name: buffer for name, buffer in supernet.named_buffers() if "num_batches" not in name},
    }


if __name__ == "__main__":
    rank, folder = int(sys.argv[1]), Path(sys.argv[2])
    distributed.init_process_group("gloo", init_method=f"file://{folder}/rendezvous", rank=rank, world_size=2)
    torch.save(trained(SHARES[rank]), folder / f"{rank}.pt")
    distributed.destroy_process_group()
