"""The network of a size-space architecture (Dong et al. 2021, arXiv:2009.00437), from NAS-Bench-201's modules.

A stem, three stages of one cell each, a residual block that halves the image before the second and the third, global
average pooling and a linear classifier; every layer has a width of its own.
"""

import torch.nn.functional as F  # noqa: N812 (the name that PyTorch's own documentation uses)
from torch import Tensor, nn

from nasbench_suite.errors import ConfigError
from nasbench_suite.spaces.nats_sss.architecture import CELL, Widths, number
from nasbench_suite.spaces.nb201 import official_names
from nasbench_suite.spaces.nb201.architecture import EDGES, EDGES_INTO, SKIP_CONNECT
from nasbench_suite.spaces.nb201.network import Reduction
from nasbench_suite.spaces.nb201.operations import Normalisation, ReLUConvBN


class Projection(nn.Sequential):
    """A skip between layers of different widths: 1x1 convolution and batch normalisation, without ReLU."""

    def __init__(self, in_channels: int, out_channels: int, normalisation: Normalisation) -> None:
        super().__init__(nn.Conv2d(in_channels, out_channels, 1, bias=False), normalisation(out_channels))


class SizeCell(nn.Module):
    """The fixed cell; the edges from its input change the width."""

    def __init__(self, in_channels: int, out_channels: int, normalisation: Normalisation) -> None:
        super().__init__()
        self.edges = nn.ModuleList(
            _edge(operation, out_channels if source else in_channels, out_channels, normalisation)
            for (source, _), operation in zip(EDGES, CELL, strict=True)
        )

    def forward(self, x: Tensor) -> Tensor:
        """(B, in, H, W) -> (B, out, H, W)."""
        nodes = [x]
        for edges in EDGES_INTO:
            first, *rest = [self.edges[at](nodes[EDGES[at][0]]) for at in edges]
            nodes.append(sum(rest, first))
        return nodes[-1]


def _edge(operation: int, in_channels: int, out_channels: int, normalisation: Normalisation) -> nn.Module:
    if operation != SKIP_CONNECT:
        return ReLUConvBN(in_channels, out_channels, 3, normalisation=normalisation)
    return nn.Identity() if in_channels == out_channels else Projection(in_channels, out_channels, normalisation)


class SizeNetwork(nn.Module):
    """The whole network of one architecture."""

    def __init__(self, arch: Widths, classes: int, in_channels: int = 3, momentum: float = 0.1) -> None:
        """
        Args:
            arch: five widths.
            classes: outputs of the classifier.
            in_channels: of the images.
            momentum: of batch normalisation's running statistics, in (0, 1].

        Raises:
            ArchitectureError: `arch` is not five widths.
            ConfigError: a size is below 1.
        """
        super().__init__()
        number(arch)
        if min(classes, in_channels) < 1:
            raise ConfigError(f"classes and in_channels must be at least 1, got {classes} and {in_channels}")
        normalisation = Normalisation(momentum=momentum)
        stage1, block1, stage2, block2, stage3 = arch
        self.stem = nn.Sequential(nn.Conv2d(in_channels, stage1, 3, padding=1, bias=False), normalisation(stage1))
        self.body = nn.Sequential(
            SizeCell(stage1, stage1, normalisation),
            Reduction(stage1, block1, normalisation, 1),
            SizeCell(block1, stage2, normalisation),
            Reduction(stage2, block2, normalisation, 1),
            SizeCell(block2, stage3, normalisation),
        )
        self.normalisation = normalisation(stage3)
        self.classifier = nn.Conv2d(stage3, classes, 1)

    def forward(self, images: Tensor) -> Tensor:
        """(B, in_channels, H, W) -> logits (B, classes); H and W are multiples of 4."""
        features = F.relu(self.normalisation(self.body(self.stem(images))))
        logits: Tensor = self.classifier(features.mean((2, 3), keepdim=True))
        return logits.flatten(1)

    def official_state_dict(self) -> dict[str, Tensor]:
        """Returns parameters and buffers under the official code's names, in its shapes; not copied."""
        return official_names.official_state_dict(self)

    def load_official_state_dict(self, state: official_names.State) -> None:
        """Copies parameters and buffers that have the official code's names: a trial's `net_state_dict`.

        Raises:
            ConfigError: a name or a shape is not that of this architecture's network.
        """
        official_names.load_official_state_dict(self, state)
