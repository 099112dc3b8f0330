"""NAS-Bench-201's network of a cell (Dong and Yang 2020, arXiv:2001.00326, section 2.1 and figure 1).

A stem, three stages of N identical cells, a residual block that halves the image and doubles the channels before
the second and the third, global average pooling and a linear classifier.
"""

import torch
import torch.nn.functional as F  # noqa: N812 (the name that PyTorch's own documentation uses)
from torch import Tensor, nn

from nasbench_suite.errors import ConfigError
from nasbench_suite.spaces.nb201 import official_names
from nasbench_suite.spaces.nb201.architecture import EDGES, NONE, OUTPUT, Architecture, check
from nasbench_suite.spaces.nb201.operations import Normalisation, ReLUConvBN, operation


class NB201CellModule(nn.Module):
    """A cell: every node is the sum of its incoming edges' operations on the nodes that they come from.

    An edge whose node does not reach the output has no influence on it and is not computed, unless asked for.

    Attributes:
        shares_relu: whether the convolutions that read a node share its ReLU, which spares computing it for each; False
            for who counts ReLUs as the paper draws them, one per convolution.
    """

    shares_relu = True

    def __init__(
        self,
        arch: Architecture,
        channels: int,
        normalisation: Normalisation = Normalisation(),  # noqa: B008 (immutable)
        skip_unused: bool = True,
        groups: int = 1,
    ) -> None:
        super().__init__()
        self.edges = nn.ModuleList(operation(index, channels, normalisation, groups) for index in arch)
        wanted = {OUTPUT} if skip_unused else {0, 1, 2, OUTPUT}
        for (start, end), index in reversed(list(zip(EDGES, arch, strict=True))):
            if end in wanted and index != NONE:
                wanted.add(start)
        self._inputs = [
            [(start, at) for at, (start, to) in enumerate(EDGES) if to == node and arch[at] != NONE]
            if node in wanted
            else []
            for node in range(1, OUTPUT + 1)
        ]

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) -> (B, C, H, W)."""
        nodes: list[Tensor | None] = [x]  # None is a node of zeros: nothing, or nothing but zeros, feeds it
        rectified: dict[int, Tensor] = {}
        for inputs in self._inputs:
            total: Tensor | None = None
            for start, at in inputs:
                edge, value = self.edges[at], nodes[start]
                if isinstance(edge, ReLUConvBN):
                    # also on zeros: what batch normalisation makes of them is its learned shift
                    if start not in rectified or not self.shares_relu:
                        rectified[start] = torch.zeros_like(x) if value is None else F.relu(value)
                    term = edge.after_relu(rectified[start])
                elif value is None:
                    continue
                else:
                    term = edge(value)
                total = term if total is None else total + term
            nodes.append(total)
        out = nodes[OUTPUT]
        return torch.zeros_like(x) if out is None else out


class Reduction(nn.Module):
    """The residual block between stages: half the height and width, other channels, no ReLU after the sum."""

    def __init__(self, in_channels: int, out_channels: int, normalisation: Normalisation, groups: int) -> None:
        super().__init__()
        self.first = ReLUConvBN(in_channels, out_channels, 3, 2, normalisation, groups)
        self.second = ReLUConvBN(out_channels, out_channels, 3, 1, normalisation, groups)
        self.shortcut = nn.Sequential(
            nn.AvgPool2d(2), nn.Conv2d(in_channels, out_channels, 1, groups=groups, bias=False)
        )

    def forward(self, x: Tensor) -> Tensor:
        """(B, in, H, W) -> (B, out, H / 2, W / 2)."""
        out: Tensor = self.second(self.first(x)) + self.shortcut(x)
        return out


class NB201Network(nn.Module):
    """The whole network of one architecture, or several replicas of it side by side.

    Replicas share nothing: each has its own images, parameters and outputs, in its own group of channels. One step of
    many small replicas costs far less than a step of each. The state of k replicas is that of single ones, concatenated
    along the first dimension.
    """

    def __init__(
        self,
        arch: Architecture,
        classes: int,
        channels: int = 16,
        cells: int = 5,
        in_channels: int = 3,
        momentum: float = 0.1,
        skip_unused: bool = True,
        replicas: int = 1,
        inside: Normalisation | None = None,
        last: Normalisation | None = None,
    ) -> None:
        """
        Args:
            arch: six indices into `OPERATIONS`, in the order of `EDGES`.
            classes: outputs of the classifier.
            channels: of the first stage (the paper's C); doubled twice.
            cells: in each of the three stages (the paper's N).
            in_channels: of the images.
            momentum: of batch normalisation's running statistics, in (0, 1].
            skip_unused: leave out the edges that cannot influence the output. The output is the same; the FLOPs of the
                paper count them all.
            replicas: independent networks side by side.
            inside: batch normalisation of the cells, where it differs (a supernet's); None for the usual one.
            last: the same for the layer after the last cell.

        Raises:
            ArchitectureError: `arch` is not six operation indices.
            ConfigError: a size is below 1.
        """
        super().__init__()
        check(arch)
        self._replicas = replicas
        if min(classes, channels, cells, in_channels, replicas) < 1:
            raise ConfigError(
                "classes, channels, cells, in_channels and replicas must be at least 1, got "
                f"{classes}, {channels}, {cells}, {in_channels} and {replicas}"
            )
        normalisation, first = Normalisation(momentum=momentum), replicas * channels
        self.stem = nn.Sequential(
            nn.Conv2d(replicas * in_channels, first, 3, padding=1, groups=replicas, bias=False),
            normalisation(first),
        )
        body: list[nn.Module] = []
        for width in (first, 2 * first, 4 * first):
            if width > first:
                body.append(Reduction(width // 2, width, normalisation, replicas))
            body.extend(
                NB201CellModule(arch, width, inside or normalisation, skip_unused, replicas) for _ in range(cells)
            )
        self.body = nn.Sequential(*body)
        self.normalisation = (last or normalisation)(4 * first)
        # a linear classifier for each replica
        self.classifier = nn.Conv2d(4 * first, replicas * classes, 1, groups=replicas)

    def forward(self, images: Tensor) -> Tensor:
        """(B, replicas x in_channels, H, W) -> logits (B, replicas x classes); H and W are multiples of 4."""
        features = F.relu(self.normalisation(self.body(self.stem(images))))
        logits: Tensor = self.classifier(features.mean((2, 3), keepdim=True))
        return logits.flatten(1)

    def official_state_dict(self) -> dict[str, Tensor]:
        """Returns parameters and buffers under the official code's names, in its shapes; not copied.

        Raises:
            ConfigError: the network is of several replicas.
        """
        self._check_single()
        return official_names.official_state_dict(self)

    def load_official_state_dict(self, state: official_names.State) -> None:
        """Copies parameters and buffers that have the official code's names: a trial's `net_state_dict`.

        Raises:
            ConfigError: a name or a shape is not that of this architecture's network, or it is of several replicas.
        """
        self._check_single()
        official_names.load_official_state_dict(self, state)

    def _check_single(self) -> None:
        if self._replicas > 1:
            raise ConfigError(f"official names are those of one network, this one is of {self._replicas} replicas")
