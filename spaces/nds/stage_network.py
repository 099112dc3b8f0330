"""Networks of stages (Radosavovic et al. 2019, arXiv:1905.13214); their blocks are He's (2016) and Xie's (2017).

A stem, stages of equal blocks, global average pooling and a linear classifier. Convolutions have no bias and are
followed by batch normalisation.
"""

import torch
from torch import Tensor, nn

from nasbench_suite.errors import ConfigError
from nasbench_suite.spaces.nds import stages


def conv(
    in_channels: int, out_channels: int, kernel: int, stride: int = 1, groups: int = 1, relu: bool = True
) -> nn.Sequential:
    """Convolution, batch normalisation and, if wanted, ReLU."""
    layers: list[nn.Module] = [
        nn.Conv2d(in_channels, out_channels, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(out_channels),
    ]
    return nn.Sequential(*layers, *([nn.ReLU()] if relu else []))


class Residual(nn.Module):
    """A transformation and a shortcut, added and rectified.

    The shortcut is a 1x1 convolution where width or resolution change.
    """

    def __init__(self, transformation: nn.Module, in_channels: int, out_channels: int, stride: int) -> None:
        super().__init__()
        self.transformation = transformation
        same = in_channels == out_channels and stride == 1
        self.shortcut = nn.Identity() if same else conv(in_channels, out_channels, 1, stride, relu=False)

    def forward(self, x: Tensor) -> Tensor:
        """(B, in, H, W) -> (B, out, H / stride, W / stride)."""
        return torch.relu(self.shortcut(x) + self.transformation(x))


def plain(in_channels: int, out_channels: int, stride: int) -> nn.Module:
    """Two 3x3 convolutions, without a shortcut."""
    return nn.Sequential(conv(in_channels, out_channels, 3, stride), conv(out_channels, out_channels, 3))


def basic(in_channels: int, out_channels: int, stride: int) -> nn.Module:
    """Two 3x3 convolutions beside a shortcut."""
    transformation = nn.Sequential(
        conv(in_channels, out_channels, 3, stride), conv(out_channels, out_channels, 3, relu=False)
    )
    return Residual(transformation, in_channels, out_channels, stride)


def bottleneck(in_channels: int, out_channels: int, stride: int, inner: int, groups: int) -> nn.Module:
    """A 1x1, a grouped 3x3 and a 1x1 convolution beside a shortcut; the 3x3 one has the stride."""
    transformation = nn.Sequential(
        conv(in_channels, inner, 1),
        conv(inner, inner, 3, stride, groups),
        conv(inner, out_channels, 1, relu=False),
    )
    return Residual(transformation, in_channels, out_channels, stride)


def stem(in_channels: int, out_channels: int, stride: int) -> nn.Module:
    """Returns the stem of a stride.

    A stride of 4 is ResNet's on ImageNet, a 7x7 convolution and a maximum pool. Which stem the source has at a stride
    of 8 is not known; here it is that of the cell networks, three 3x3 convolutions of stride 2. Any other is one 3x3
    convolution.
    """
    if stride == 4:
        return nn.Sequential(conv(in_channels, out_channels, 7, 2), nn.MaxPool2d(3, 2, 1))
    if stride == 8:
        half = max(1, out_channels // 2)
        return nn.Sequential(
            conv(in_channels, half, 3, 2), conv(half, out_channels, 3, 2), conv(out_channels, out_channels, 3, 2)
        )
    return conv(in_channels, out_channels, 3, stride)


class StageNetwork(nn.Module):
    """The whole network of an architecture."""

    def __init__(self, arch: stages.StageArchitecture, classes: int, in_channels: int = 3) -> None:
        """
        Args:
            arch: the architecture; its first stage is the stem, whose stride says for which images it is.
            classes: outputs of the classifier.
            in_channels: of the images.

        Raises:
            ConfigError: a setting makes no sense.
        """
        super().__init__()
        if min(classes, in_channels) < 1:
            raise ConfigError(f"expected at least 1 class and 1 channel, got {classes} and {in_channels}")
        channels = arch.widths[0]
        self.stem = stem(in_channels, channels, arch.strides[0])
        body: list[nn.Module] = []
        for stage in range(1, len(arch.depths)):
            for block in range(arch.depths[stage]):
                body.append(_block(arch, stage, channels, 1 if block else arch.strides[stage]))
                channels = arch.widths[stage]
        self.body = nn.Sequential(*body)
        self.classifier = nn.Conv2d(channels, classes, 1)  # linear, on the pooled features

    def forward(self, images: Tensor) -> Tensor:
        """(B, in_channels, H, W) -> logits (B, classes)."""
        logits: Tensor = self.classifier(self.body(self.stem(images)).mean((2, 3), keepdim=True))
        return logits.flatten(1)


def _block(arch: stages.StageArchitecture, stage: int, in_channels: int, stride: int) -> nn.Module:
    width = arch.widths[stage]
    if arch.block.startswith(stages.BOTTLENECK):
        return bottleneck(in_channels, width, stride, *stages.bottleneck(arch, stage))
    return (plain if arch.block.startswith(stages.PLAIN) else basic)(in_channels, width, stride)
