import pytest
import torch

from nasbench_suite.errors import ArchitectureError, ConfigError
from nasbench_suite.spaces.nats_sss import NATSSizeSpace
from nasbench_suite.spaces.nats_sss.architecture import CELL
from nasbench_suite.spaces.nats_sss.network import Projection, SizeNetwork
from nasbench_suite.spaces.nb201.network import NB201Network


def test_layers_have_the_widths_of_the_architecture() -> None:
    network = NATSSizeSpace().network((64, 40, 8, 16, 32), classes=10)
    x = network.stem(torch.rand(2, 3, 16, 16))
    shapes = [x.shape[1:]]
    for layer in network.body:
        x = layer(x)
        shapes.append(x.shape[1:])
    assert shapes == [(64, 16, 16), (64, 16, 16), (40, 8, 8), (8, 8, 8), (16, 4, 4), (32, 4, 4)]
    assert network(torch.rand(2, 3, 16, 16)).shape == (2, 10)


def test_with_doubling_widths_it_is_the_network_of_the_fixed_cell() -> None:
    torch.manual_seed(0)
    ours, other = SizeNetwork((8, 16, 16, 32, 32), 10).eval(), NB201Network(CELL, 10, channels=8, cells=1).eval()
    for mine, theirs in zip(ours.state_dict().values(), other.state_dict().values(), strict=True):
        mine.copy_(theirs.view_as(mine))
    images = torch.rand(4, 3, 32, 32)
    with torch.inference_mode():
        torch.testing.assert_close(ours(images), other(images))


def test_a_skip_between_layers_of_different_widths_is_a_projection() -> None:
    kinds = [[type(edge) for edge in SizeNetwork(arch, 10).body[2].edges] for arch in ((8,) * 5, (8, 8, 16, 8, 8))]
    assert [kind.count(Projection) for kind in kinds] == [0, 1]


def test_what_is_no_architecture_or_size_is_refused() -> None:
    with pytest.raises(ArchitectureError):
        SizeNetwork((8, 8, 8, 8, 9), 10)
    with pytest.raises(ConfigError):
        SizeNetwork((8, 8, 8, 8, 8), 0)


def test_what_one_network_writes_under_official_names_another_reads() -> None:
    one, other = (SizeNetwork((64, 40, 8, 16, 32), 10) for _ in range(2))
    one(torch.rand(8, 3, 16, 16))  # moves the running statistics
    other.load_official_state_dict(one.official_state_dict())
    images = torch.rand(2, 3, 16, 16)
    assert torch.equal(one.eval()(images), other.eval()(images))


def test_official_names_tell_a_projection_from_an_operation() -> None:
    names = SizeNetwork((8, 8, 16, 8, 8), 10).official_state_dict()
    assert {name for name in names if name.startswith("cells.2.layers.3.") and "running" not in name} == {
        "cells.2.layers.3.conv.weight",
        "cells.2.layers.3.bn.weight",
        "cells.2.layers.3.bn.bias",
        "cells.2.layers.3.bn.num_batches_tracked",
    }
    assert {"cells.2.layers.0.op.1.weight", "cells.1.conv_a.op.1.weight", "lastact.0.bias"} < names.keys()
    assert names["classifier.weight"].shape == (10, 8)


def test_a_state_of_another_architecture_is_refused() -> None:
    with pytest.raises(ConfigError, match="has 'cells"):
        SizeNetwork((8,) * 5, 10).load_official_state_dict(SizeNetwork((8, 8, 16, 8, 8), 10).official_state_dict())
