"""Networks: their sizes are those that are published, or counted by hand below."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from nasbench_suite.counting import count_flops, count_parameters
from nasbench_suite.errors import ArchitectureError, ConfigError
from nasbench_suite.spaces.nds import FAMILIES, NDSDARTS, NDSENAS, NDSPNAS, NDSAmoeba, NDSNASNet, NDSResNet, NDSVanilla
from nasbench_suite.spaces.nds.cell_module import NDSCellModule, reductions, searched_edges
from nasbench_suite.spaces.nds.cells import NDSCell
from nasbench_suite.spaces.nds.operations import OPERATIONS, operation
from nasbench_suite.spaces.nds.stage_network import stem

TAIL = "lr=0.1 wd=0.0005"
RESNET_56 = f"block=res_basic_block ds=1,9,9,9 ws=16,16,32,64 ss=1,1,2,2 {TAIL}"
RESNET_18 = f"block=res_basic_block ds=1,2,2,2,2 ws=64,64,128,256,512 ss=4,1,2,2,2 {TAIL}"
_FIFTY = "block=res_bottleneck_block ds=1,3,4,6,3 ws=64,256,512,1024,2048 ss=4,1,2,2,2"
RESNET_50 = f"{_FIFTY} bot_muls=0.0,0.25,0.25,0.25,0.25 num_gs=1,1,1,1,1 {TAIL}"
RESNEXT_50 = f"{_FIFTY} bot_muls=0.0,0.5,0.5,0.5,0.5 num_gs=1,32,32,32,32 {TAIL}"

# the published cells, in DARTS's notation
DARTS_V2 = (
    "normal=sep_conv_3x3~0+sep_conv_3x3~1|sep_conv_3x3~0+sep_conv_3x3~1|sep_conv_3x3~1+skip_connect~0"
    "|skip_connect~0+dil_conv_3x3~2:2,3,4,5"
    " reduce=max_pool_3x3~0+max_pool_3x3~1|skip_connect~2+max_pool_3x3~1|max_pool_3x3~0+skip_connect~2"
    "|skip_connect~2+max_pool_3x3~1:2,3,4,5"
)
NASNET_A = (
    "normal=sep_conv_5x5~1+sep_conv_3x3~0|sep_conv_5x5~0+sep_conv_3x3~0|avg_pool_3x3~1+skip_connect~0"
    "|avg_pool_3x3~0+avg_pool_3x3~0|sep_conv_3x3~1+skip_connect~1:2,3,4,5,6"
    " reduce=sep_conv_5x5~1+sep_conv_7x7~0|max_pool_3x3~1+sep_conv_7x7~0|avg_pool_3x3~1+sep_conv_5x5~0"
    "|skip_connect~3+avg_pool_3x3~2|sep_conv_3x3~2+max_pool_3x3~1:4,5,6"
)
AMOEBANET_A = (
    "normal=avg_pool_3x3~0+max_pool_3x3~1|sep_conv_3x3~0+sep_conv_5x5~2|sep_conv_3x3~0+avg_pool_3x3~3"
    "|sep_conv_3x3~1+skip_connect~1|skip_connect~0+avg_pool_3x3~1:4,5,6"
    " reduce=avg_pool_3x3~0+sep_conv_3x3~1|max_pool_3x3~0+sep_conv_7x7~2|sep_conv_7x7~0+avg_pool_3x3~1"
    "|max_pool_3x3~0+max_pool_3x3~1|conv_7x1_1x7~0+sep_conv_3x3~5:3,4,6"
)
_PNAS = (
    "sep_conv_5x5~0+max_pool_3x3~0|sep_conv_7x7~1+max_pool_3x3~1|sep_conv_5x5~1+sep_conv_3x3~1"
    "|sep_conv_3x3~4+max_pool_3x3~1|sep_conv_3x3~0+skip_connect~1:2,3,4,5,6"
)
PNASNET = f"normal={_PNAS} reduce={_PNAS}"
# ENAS's released cells, `0 2 0 0 0 4 0 1 ...`: input and operation in turn, of sep3, sep5, avg, max, identity
ENAS_CELL = (
    "normal=avg_pool_3x3~0+sep_conv_3x3~0|skip_connect~0+sep_conv_5x5~0|skip_connect~0+sep_conv_5x5~1"
    "|sep_conv_3x3~1+sep_conv_5x5~0|avg_pool_3x3~0+sep_conv_5x5~1:2,3,4,5,6"
    " reduce=sep_conv_3x3~1+sep_conv_3x3~1|max_pool_3x3~0+avg_pool_3x3~0|sep_conv_5x5~1+sep_conv_5x5~3"
    "|sep_conv_5x5~1+skip_connect~0|max_pool_3x3~0+sep_conv_5x5~1:4,5,6"
)
CELLS = [
    (NDSDARTS, DARTS_V2),
    (NDSNASNet, NASNET_A),
    (NDSAmoeba, AMOEBANET_A),
    (NDSPNAS, PNASNET),
    (NDSENAS, ENAS_CELL),
]


def build(space: Any, text: str, **settings: Any) -> nn.Module:
    """Builds a network without memory for its parameters."""
    with torch.device("meta"):
        return space().network(space().parse(text), **settings)


@pytest.mark.parametrize(
    ("space", "text", "classes", "size", "parameters", "multiply_adds"),
    [
        # NDS's own notebooks limit parameters by ResNet-56's 0.856 M; see the count below
        (NDSResNet, RESNET_56, 10, 32, 855_770, 125_747_840),
        # torchvision's documentation: 11,689,512 and 1.81 G; 25,557,032 and 4.09 G; 25,028,904 and 4.23 G
        (NDSResNet, RESNET_18, 1000, 224, 11_689_512, 1_814_073_344),
        (FAMILIES["ResNet-B"], RESNET_50, 1000, 224, 25_557_032, 4_089_184_256),
        (FAMILIES["ResNeXt-A"], RESNEXT_50, 1000, 224, 25_028_904, 4_230_479_872),
    ],
)
def test_published_networks_of_stages_have_their_published_size(
    space: Any, text: str, classes: int, size: int, parameters: int, multiply_adds: int
) -> None:
    network = build(space, text, classes=classes)
    assert count_parameters(network) == parameters
    # the counter adds the classifier's bias once
    assert count_flops(network, (3, size, size)) == multiply_adds + classes


def test_resnet_56_counted_by_hand() -> None:
    def block(before: int, width: int) -> tuple[int, int]:
        """Parameters of the convolutions, and channels that are normalised (two parameters each)."""
        shortcut = before * width if before != width else 0
        return 9 * before * width + 9 * width * width + shortcut, 2 * width + (width if shortcut else 0)

    parameters, multiply_adds, before = 9 * 3 * 16 + 2 * 16, 9 * 3 * 16 * 32 * 32, 16
    for width, pixels in ((16, 32 * 32), (32, 16 * 16), (64, 8 * 8)):
        for _ in range(9):
            kernels, normalised = block(before, width)
            parameters += kernels + 2 * normalised
            multiply_adds += kernels * pixels
            before = width
    parameters, multiply_adds = parameters + 64 * 10 + 10, multiply_adds + 64 * 10
    assert (parameters, multiply_adds) == (855_770, 125_747_840)


def test_vanilla_counted_by_hand() -> None:
    network = build(NDSVanilla, f"block=double_plain_block ds=1,2,1 ws=16,24,32 ss=1,1,2 {TAIL}", classes=10)
    convolutions = ((3, 16, 32), (16, 24, 32), (24, 24, 32), (24, 24, 32), (24, 24, 32), (24, 32, 16), (32, 32, 16))
    kernels = [9 * before * width for before, width, _ in convolutions]
    assert count_parameters(network) == sum(kernels) + 2 * sum(width for _, width, _ in convolutions) + 33 * 10
    expected = sum(w * size * size for w, (_, _, size) in zip(kernels, convolutions, strict=True)) + 33 * 10
    assert count_flops(network, (3, 32, 32)) == expected


def test_darts_has_the_size_that_its_authors_code_prints() -> None:
    """`param size` 3.349342 on CIFAR-10 (the paper's 3.3 M) and 4.718752 on ImageNet (4.7 M)."""
    for depth, width, stem_name, classes, parameters in (
        (20, 36, "cifar", 10, 3_349_342),
        (14, 48, "imagenet", 1000, 4_718_752),
    ):
        text = f"{DARTS_V2} depth={depth} width={width} aux=0 drop=0.0 {TAIL}"
        assert count_parameters(build(NDSDARTS, text, classes=classes, stem=stem_name)) == parameters


def weights_of(name: str, c: int, stride: int, pixels: int) -> tuple[int, int]:
    """Parameters and multiply-adds of an operation on c channels with `pixels` outputs, by its definition."""
    kind, _, kernel = name.rpartition("_")
    k = int(kernel[0]) if kernel[0].isdigit() else 0
    pair = k * k * c + c * c  # a depthwise and a 1x1 convolution
    kernels, normalised = {
        "sep_conv": (2 * pair, 2 * c),
        "dil_sep_conv": (2 * pair, 2 * c),
        "dil_conv": (pair, c),
        "conv": (k * k * c * c, c),
    }.get(kind, (0, 0))
    if name in ("conv_7x1_1x7", "conv_3x1_1x3"):
        k = int(name[5])
        # 1 x k first: with a stride of 2 it has halved the width only, and twice as many outputs
        return 2 * k * c * c + 2 * c, k * c * c * pixels * (3 if stride == 2 else 2)
    if name == "skip_connect" and stride == 2:
        kernels, normalised = c * c, c  # two 1x1 convolutions to half the channels
    return kernels + 2 * normalised, kernels * pixels


def by_hand(arch: Any, classes: int, size: int) -> tuple[int, int]:
    """Parameters and multiply-adds of a cell network with the CIFAR stem."""
    width, pixels = arch.width, size * size
    before = last = 3 * width
    parameters, multiply_adds = 27 * last + 2 * last, 27 * last * pixels
    for place in range(arch.depth):
        reduction = place in (arch.depth // 3, 2 * arch.depth // 3)
        cell = arch.genotype.reduce if reduction else arch.genotype.normal
        width *= 2 if reduction else 1
        # both inputs are brought to the cell's width, at its input's resolution
        parameters += before * width + last * width + 4 * width
        multiply_adds += (before + last) * width * pixels
        inner = pixels // 4 if reduction else pixels
        for node in cell.nodes:
            for name, source in node:
                stride = 2 if reduction and source < 2 else 1
                more = weights_of(name, width, stride, inner)
                parameters, multiply_adds = parameters + more[0], multiply_adds + more[1]
        before, last, pixels = last, len(cell.concat) * width, inner
    return parameters + (last + 1) * classes, multiply_adds + (last + 1) * classes


@pytest.mark.parametrize(("space", "cells"), CELLS)
@pytest.mark.parametrize("depth", [6, 8, 20])
def test_published_cells_counted_by_hand(space: Any, cells: str, depth: int) -> None:
    text = f"{cells} depth={depth} width=36 aux=0 drop=0.0 {TAIL}"
    network = build(space, text, classes=10)
    assert (count_parameters(network), count_flops(network, (3, 32, 32))) == by_hand(space().parse(text), 10, 32)


@pytest.mark.parametrize(("space", "cells"), CELLS)
@pytest.mark.parametrize(("stem_name", "size"), [("cifar", 16), ("imagenet", 64)])
def test_every_cell_family_runs_forwards_and_backwards(space: Any, cells: str, stem_name: str, size: int) -> None:
    torch.manual_seed(0)
    text = f"{cells} depth=5 width=8 aux=0 drop=0.2 {TAIL}"
    network = space().network(space().parse(text), classes=7, stem=stem_name)
    logits = network(torch.randn(2, 3, size, size))
    assert logits.shape == (2, 7)
    logits.square().sum().backward()
    assert all(torch.isfinite(p.grad).all() for p in network.parameters() if p.grad is not None)


@pytest.mark.parametrize(("stem_stride", "size"), [(1, 8), (4, 32), (8, 64), (2, 16)])
def test_every_stem_divides_the_resolution_by_its_stride(stem_stride: int, size: int) -> None:
    assert stem(3, 16, stem_stride)(torch.randn(2, 3, size, size)).shape == (2, 16, 8, 8)
    text = f"block=res_basic_block ds=1,1,1 ws=16,8,12 ss={stem_stride},1,2 {TAIL}"
    assert NDSResNet().network(NDSResNet().parse(text), classes=5)(torch.randn(2, 3, size, size)).shape == (2, 5)


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("size", [8, 7])
def test_operations_keep_the_channels_and_halve_as_told(name: str, stride: int, size: int) -> None:
    made = operation(name, 6, stride)
    out = made(torch.randn(2, 6, size, size))
    assert out.shape == (2, 6, -(-size // stride), -(-size // stride))
    assert (name == "none") == bool((out == 0).all())


def test_every_operation_of_every_family_can_be_built() -> None:
    assert {name for family in FAMILIES.values() for name in getattr(family, "operations", ())} == set(OPERATIONS)


def test_a_cell_adds_its_edges_and_concatenates_its_nodes() -> None:
    value = NDSCell(((("skip_connect", 0), ("skip_connect", 1)), (("none", 0), ("skip_connect", 2))), (3, 2))
    cell = NDSCellModule(searched_edges(value, 4, reduction=False), value.concat, 4, 4, 4, after_reduction=False).eval()
    cell.before, cell.last = nn.Identity(), nn.Identity()
    one, two = torch.randn(1, 4, 5, 5), torch.randn(1, 4, 5, 5)
    total = one + two
    assert torch.equal(cell(one, two), torch.cat([total, total], dim=1))


def test_a_supernet_can_use_the_cell_with_weights_on_its_edges() -> None:
    """Four nodes, an edge from every earlier node: 14 edges, each a mixture of the 8 operations."""

    class Mixture(nn.Module):
        def __init__(self, stride: int) -> None:
            super().__init__()
            self.operations = nn.ModuleList(operation(name, 4, stride, affine=False) for name in NDSDARTS.operations)

        def forward(self, x: Tensor, edge_weights: Tensor) -> Tensor:
            return sum(weight * each(x) for weight, each in zip(edge_weights, self.operations, strict=True))  # type: ignore

    for reduction in (False, True):
        wiring = [
            [(source, Mixture(2 if reduction and source < 2 else 1)) for source in range(node + 2)] for node in range(4)
        ]
        cell = NDSCellModule(wiring, (2, 3, 4, 5), 6, 12, 4, after_reduction=False, affine=False)
        assert len(cell.edges) == 14
        edge_weights = torch.full((14, 8), 1 / 8, requires_grad=True)
        out = cell(torch.randn(2, 6, 8, 8), torch.randn(2, 12, 8, 8), edge_weights)
        assert out.shape == (2, 16, *((4, 4) if reduction else (8, 8)))
        out.square().mean().backward()
        assert edge_weights.grad is not None
        assert (edge_weights.grad[:, 1:] != 0).any(dim=1).all()


def test_dropped_paths_leave_skips_and_evaluation_alone() -> None:
    torch.manual_seed(0)
    value = NDSCell(((("skip_connect", 0), ("max_pool_3x3", 0)),), (2,))
    cell = NDSCellModule(searched_edges(value, 2, reduction=False), value.concat, 2, 2, 2, after_reduction=False)
    cell.before = cell.last = nn.Identity()
    images = torch.rand(64, 2, 4, 4) + 1
    pooled = nn.functional.max_pool2d(images, 3, 1, 1)
    out = cell(images, images, drop_path=0.5)
    dropped = torch.isclose(out, images).flatten(1).all(1)
    kept = torch.isclose(out, images + 2 * pooled).flatten(1).all(1)
    assert (dropped | kept).all()
    assert 10 < dropped.sum() < 54
    assert torch.equal(cell.eval()(images, images, drop_path=0.5), images + pooled)


@pytest.mark.parametrize(("stem_name", "size"), [("cifar", 32), ("imagenet", 224)])
def test_an_auxiliary_head_sees_two_thirds_of_the_depth(stem_name: str, size: int) -> None:
    text = f"{DARTS_V2} depth=3 width=4 aux=1 drop=0.0 {TAIL}"
    network = NDSDARTS().network(NDSDARTS().parse(text), classes=5, stem=stem_name)
    logits, auxiliary = network.forward_with_auxiliary(torch.randn(2, 3, size, size))
    assert logits.shape == auxiliary.shape == (2, 5)
    assert reductions(3) == (1, 2)
    without = NDSDARTS().network(NDSDARTS().parse(text.replace("aux=1", "aux=0")), classes=5)
    with pytest.raises(ConfigError, match="auxiliary"):
        without.forward_with_auxiliary(torch.randn(2, 3, 32, 32))


def test_settings_that_make_no_sense_are_refused() -> None:
    cell = NDSDARTS().parse(f"{DARTS_V2} depth=3 width=4 aux=0 drop=0.0 {TAIL}")
    for settings in ({"classes": 0}, {"classes": 2, "stem": "mnist"}, {"classes": 2, "in_channels": 0}):
        with pytest.raises(ConfigError):
            NDSDARTS().network(cell, **settings)
    with pytest.raises(ConfigError):
        NDSResNet().network(NDSResNet().parse(RESNET_56), classes=0)
    with pytest.raises(ArchitectureError):
        NDSENAS().network(cell, classes=2)
