"""The networks of NAS-Bench-101: a stem, three stacks of equal cells, and a classifier.

Ying et al. (2019), figure 1. Normalisation and initial values are TensorFlow's as the paper used them:
running statistics move by 0.003, convolutions start as truncated normals scaled by their fan-in, and the
classifier as Glorot and Bengio's uniform.
"""

from math import sqrt

import torch
from torch import Tensor, nn

from nasbench_suite.spaces.nb101.cell import Cell
from nasbench_suite.spaces.nb101.channels import STACKS, check_sizes, vertex_channels, widths
from nasbench_suite.spaces.nb101.enumeration import canonical
from nasbench_suite.spaces.nb101.pruning import check

# what is left of a unit normal's standard deviation when it is cut off at two
_TRUNCATED = 0.87962566103423978


class ConvBnRelu(nn.Sequential):
    """A convolution without bias that keeps the image's size, batch normalisation, ReLU."""

    def __init__(self, entering: int, leaving: int, kernel: int) -> None:
        """
        Args:
            entering: channels.
            leaving: channels.
            kernel: side of the convolution, odd.
        """
        convolution = nn.Conv2d(entering, leaving, kernel, padding=kernel // 2, bias=False)
        scale = sqrt(1 / (entering * kernel * kernel)) / _TRUNCATED
        nn.init.trunc_normal_(convolution.weight, std=scale, a=-2 * scale, b=2 * scale)
        super().__init__(convolution, nn.BatchNorm2d(leaving, momentum=0.003, eps=1e-5), nn.ReLU(inplace=True))


class NB101CellModule(nn.Module):
    """One cell: inner vertices add what enters them, the output concatenates, the input is projected."""

    def __init__(self, cell: Cell, entering: int, leaving: int) -> None:
        """
        Args:
            cell: pruned and valid.
            entering: channels of the input.
            leaving: channels of the output.
        """
        super().__init__()
        self.channels = vertex_channels(cell, entering, leaving)
        last = cell.vertices - 1
        self.sources = [[x for x in range(1, y) if cell.matrix[x][y]] for y in range(cell.vertices)]
        self.projections = nn.ModuleDict(
            {str(y): ConvBnRelu(entering, self.channels[y], 1) for y in range(1, cell.vertices) if cell.matrix[0][y]}
        )
        self.operations = nn.ModuleList(
            _operation(digit, width) for digit, width in zip(cell.digits, self.channels[1:last], strict=True)
        )

    def forward(self, features: Tensor) -> Tensor:
        """(B, entering, H, W) -> (B, leaving, H, W)."""
        last = len(self.channels) - 1
        values = [features]
        for vertex, operation in enumerate(self.operations, start=1):
            width = self.channels[vertex]
            # a source is at most one channel wider, where a share was uneven
            terms = [values[source][:, :width] for source in self.sources[vertex]]
            values.append(operation(self._add_input(vertex, features, terms)))
        joined = [values[source] for source in self.sources[last]]
        return self._add_input(last, features, [torch.cat(joined, 1)] if joined else [])

    def _add_input(self, vertex: int, features: Tensor, terms: list[Tensor]) -> Tensor:
        if str(vertex) in self.projections:
            terms = [*terms, self.projections[str(vertex)](features)]
        total = terms[0]
        for term in terms[1:]:
            total = total + term
        return total


class NB101Network(nn.Module):
    """The whole network of one cell, in its canonical numbering."""

    def __init__(
        self, arch: Cell, classes: int = 10, channels: int = 128, cells: int = 3, in_channels: int = 3
    ) -> None:
        """
        Args:
            arch: any valid cell.
            classes: outputs of the classifier.
            channels: of the stem and the first stack; the second and third have two and four times as many.
            cells: in each of the three stacks.
            in_channels: of the images.

        Raises:
            ArchitectureError: `arch` is not a valid cell.
            ConfigError: a size is below 1, or fewer channels than vertices to share them.
        """
        super().__init__()
        check_sizes(classes, channels, cells, in_channels)
        cell = canonical(check(arch))
        self.stem = ConvBnRelu(in_channels, channels, 3)
        body: list[nn.Module] = []
        for number, (entering, leaving) in enumerate(widths(channels, cells)):
            if number and number % cells == 0:
                body.append(nn.MaxPool2d(2))
            body.append(NB101CellModule(cell, entering, leaving))
        self.body = nn.Sequential(*body)
        self.classifier = nn.Linear(channels << STACKS - 1, classes)
        nn.init.xavier_uniform_(self.classifier.weight)
        nn.init.zeros_(self.classifier.bias)

    def forward(self, images: Tensor) -> Tensor:
        """(B, in_channels, H, W) -> logits (B, classes); H and W are multiples of 4."""
        logits: Tensor = self.classifier(self.body(self.stem(images)).mean((2, 3)))
        return logits


def _operation(digit: int, channels: int) -> nn.Module:
    if digit == 2:
        return nn.MaxPool2d(3, stride=1, padding=1)
    return ConvBnRelu(channels, channels, 3 if digit == 0 else 1)
