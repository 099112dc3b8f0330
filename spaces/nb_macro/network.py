"""NAS-Bench-Macro's network (Su et al. 2021, arXiv:2103.11922): stem, eight layers in three stages, classifier."""

from torch import Tensor, nn

from nasbench_suite.errors import ConfigError
from nasbench_suite.spaces.nb_macro.architecture import MacroArchitecture
from nasbench_suite.spaces.nb_macro.complexity import BLOCKS, LAST_CHANNELS, Layer, layers


def _conv_bn(start: int, out: int, kernel: int, stride: int, momentum: float, groups: int = 1) -> list[nn.Module]:
    convolution = nn.Conv2d(start, out, kernel, stride, kernel // 2, groups=groups, bias=False)
    return [convolution, nn.BatchNorm2d(out, momentum=momentum)]


class InvertedResidual(nn.Module):
    """MobileNetV2's block (Sandler et al. 2018, arXiv:1801.04381) with ReLU: expand, depthwise, project."""

    def __init__(self, layer: Layer, momentum: float) -> None:
        super().__init__()
        operation, start, out, stride = layer
        expansion, kernel = BLOCKS[operation]
        inner = expansion * start
        self.body = nn.Sequential(
            *_conv_bn(start, inner, 1, 1, momentum),
            nn.ReLU(inplace=True),
            *_conv_bn(inner, inner, kernel, stride, momentum, groups=inner),
            nn.ReLU(inplace=True),
            *_conv_bn(inner, out, 1, 1, momentum),
        )
        self._residual = stride == 1

    def forward(self, x: Tensor) -> Tensor:
        """(B, in, H, W) -> (B, out, H / stride, W / stride)."""
        out: Tensor = self.body(x)
        return out + x if self._residual else out


class NBMacroNetwork(nn.Module):
    """The whole network of one architecture."""

    def __init__(
        self,
        arch: MacroArchitecture,
        classes: int = 10,
        channels: int = 32,
        in_channels: int = 3,
        momentum: float = 0.1,
    ) -> None:
        """
        Args:
            arch: eight indices into `OPERATIONS`.
            classes: outputs of the classifier.
            channels: of the stem; doubled in each of the three stages.
            in_channels: of the images.
            momentum: of batch normalisation's running statistics, in (0, 1].

        Raises:
            ArchitectureError: `arch` is not eight operation indices.
            ConfigError: a size is below 1.
        """
        super().__init__()
        if min(classes, channels, in_channels) < 1:
            raise ConfigError(
                "nb_macro: classes, channels and in_channels must be at least 1, got "
                f"{classes}, {channels} and {in_channels}"
            )
        self.stem = nn.Sequential(*_conv_bn(in_channels, channels, 3, 1, momentum), nn.ReLU(inplace=True))
        self.layers = nn.Sequential(*(_layer(layer, momentum) for layer in layers(arch, channels)))
        self.last = nn.Sequential(*_conv_bn(8 * channels, LAST_CHANNELS, 1, 1, momentum), nn.ReLU(inplace=True))
        self.classifier = nn.Linear(LAST_CHANNELS, classes)

    def forward(self, images: Tensor) -> Tensor:
        """(B, in_channels, H, W) -> logits (B, classes)."""
        features = self.last(self.layers(self.stem(images)))
        logits: Tensor = self.classifier(features.mean((2, 3)))
        return logits


def _layer(layer: Layer, momentum: float) -> nn.Module:
    """Builds a layer; an identity that changes the size is a strided 1x1 convolution with batch normalisation."""
    if layer.operation in BLOCKS:
        return InvertedResidual(layer, momentum)
    if layer.stride == 1:
        return nn.Identity()
    return nn.Sequential(*_conv_bn(layer.in_channels, layer.out_channels, 1, layer.stride, momentum))
