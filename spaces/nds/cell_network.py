"""Networks of cells (Liu et al. 2019, arXiv:1806.09055, section 3.2; NDS builds all its cell families this way).

A stem, and cells of which those at one and two thirds of the depth halve the resolution and double the channels; then
global average pooling and a linear classifier.
"""

from typing import Literal

from torch import Tensor, nn

from nasbench_suite.average_pool import AveragePool
from nasbench_suite.errors import ConfigError
from nasbench_suite.spaces.nds.cell_module import STEM_MULTIPLIER, NDSCellModule, reductions, searched_edges
from nasbench_suite.spaces.nds.cells import CellArchitecture
from nasbench_suite.spaces.nds.operations import relu_conv

Stem = Literal["cifar", "imagenet"]


class CellNetwork(nn.Module):
    """The whole network of an architecture.

    Attributes:
        drop_path: probability with which a path is dropped in training; a trainer may raise it as it goes.
        auxiliary: a second classifier at two thirds of the depth, None without; see `forward_with_auxiliary`.
    """

    def __init__(self, arch: CellArchitecture, classes: int, stem: Stem = "cifar", in_channels: int = 3) -> None:
        """
        Args:
            arch: the architecture.
            classes: outputs of the classifier.
            stem: `cifar` keeps the resolution, `imagenet` divides it by eight.
            in_channels: of the images.

        Raises:
            ConfigError: a setting makes no sense.
        """
        super().__init__()
        if stem not in ("cifar", "imagenet") or min(classes, in_channels) < 1:
            raise ConfigError(
                f"expected a stem of cifar or imagenet and at least 1 class and channel, got {stem!r}, {classes} and "
                f"{in_channels}"
            )
        width = arch.width
        if stem == "cifar":
            last = before = width * STEM_MULTIPLIER
            self.stems = nn.ModuleList([_conv(in_channels, last, 1), nn.Identity()])
        else:
            last = before = width
            first = nn.Sequential(_conv(in_channels, width // 2, 2), nn.ReLU(), _conv(width // 2, width, 2))
            self.stems = nn.ModuleList([first, relu_conv(width, width, 3, 2)])
        after_reduction = stem == "imagenet"
        self.cells = nn.ModuleList()
        self._auxiliary_place = reductions(arch.depth)[1]
        self.auxiliary: nn.Module | None = None
        for place in range(arch.depth):
            reduction = place in reductions(arch.depth)
            width *= 2 if reduction else 1
            genotype = arch.genotype.reduce if reduction else arch.genotype.normal
            wiring = searched_edges(genotype, width, reduction)
            cell = NDSCellModule(wiring, genotype.concat, before, last, width, after_reduction)
            self.cells.append(cell)
            before, last, after_reduction = last, cell.out_channels, reduction
            if arch.auxiliary and place == self._auxiliary_place:
                self.auxiliary = _auxiliary_head(last, classes, stem)
        self.classifier = nn.Conv2d(last, classes, 1)  # linear, on the pooled features
        self.drop_path = arch.drop_path

    def forward(self, images: Tensor) -> Tensor:
        """(B, in_channels, H, W) -> logits (B, classes)."""
        return self._features(images)[0]

    def forward_with_auxiliary(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Returns the logits and those of the auxiliary head: (B, classes) each; for training.

        Raises:
            ConfigError: the architecture has no auxiliary head.
        """
        if self.auxiliary is None:
            raise ConfigError("this architecture has no auxiliary head")
        logits, features = self._features(images)
        return logits, self.auxiliary(features)

    def _features(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Returns the logits and what the auxiliary head sees."""
        before = self.stems[0](images)
        last = self.stems[1](before)
        seen = last
        for place, cell in enumerate(self.cells):
            before, last = last, cell(before, last, drop_path=self.drop_path)
            if place == self._auxiliary_place:
                seen = last
        logits: Tensor = self.classifier(last.mean((2, 3), keepdim=True))
        return logits.flatten(1), seen


def _conv(in_channels: int, out_channels: int, stride: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(in_channels, out_channels, 3, stride, 1, bias=False), nn.BatchNorm2d(out_channels))


def _auxiliary_head(channels: int, classes: int, stem: Stem) -> nn.Sequential:
    """Returns a classifier of features of 8 x 8 (CIFAR) or 14 x 14 (ImageNet).

    On ImageNet, DARTS has no normalisation after the second convolution.
    """
    cifar = stem == "cifar"
    return nn.Sequential(
        nn.ReLU(),
        AveragePool(5, 3 if cifar else 2),
        nn.Conv2d(channels, 128, 1, bias=False),
        nn.BatchNorm2d(128),
        nn.ReLU(),
        nn.Conv2d(128, 768, 2, bias=False),
        *([nn.BatchNorm2d(768)] if cifar else []),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(768, classes),
    )
