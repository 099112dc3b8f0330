"""The supernet of DARTS's space, of which NDS sampled a family (Liu et al. 2019, arXiv:1806.09055, section 2).

A network of two kinds of cell, normal and reduction, whose nodes have an edge from every earlier one that holds all
eight operations. Batch normalisation is not affine inside cells, and follows every pool.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import get_args

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from nasbench_suite.edge_weights import CELL_WEIGHTS, EdgeWeights, Path, at_position
from nasbench_suite.errors import ArchitectureError, ConfigError
from nasbench_suite.one_shot.batch_norm import over_all_processes
from nasbench_suite.one_shot.session import Statistics
from nasbench_suite.spaces.nds.cell_module import STEM_MULTIPLIER, NDSCellModule, reductions
from nasbench_suite.spaces.nds.cells import INPUTS, CellArchitecture, Edge, Genotype, NDSCell, Node, check, format
from nasbench_suite.spaces.nds.families import DARTS
from nasbench_suite.spaces.nds.mixed_edge import NONE, OTHERS, MixedEdge, edge_flows
from nasbench_suite.supernet import Supernet
from nasbench_suite.variables import Categorical, check_codes

_NODES = range(INPUTS, INPUTS + DARTS.nodes)
EDGES = tuple((source, node) for node in _NODES for source in range(node))
"""(source, target) of a cell's edges, by target."""
_PAIRS = {node: tuple(combinations(range(node), 2)) for node in _NODES}


def _forget_statistics(network: nn.Module) -> None:
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.track_running_stats = False
            module.running_mean = module.running_var = module.num_batches_tracked = None


class NDSDARTSSupernet(Supernet[CellArchitecture]):
    """One network that contains every pair of cells of DARTS's space.

    The edges of the normal cell come first, then those of the reduction cell: 28 rows of edge weights.
    """

    operations = DARTS.operations
    # at stride 2 a skip is a convolution, but it stays a skip
    parameterless = ("none", "max_pool_3x3", "avg_pool_3x3", "skip_connect")
    edge_names = tuple(f"{kind} {source}->{node}" for kind in Genotype._fields for source, node in EDGES)
    variables = tuple(
        variable
        for kind in Genotype._fields
        for node in _NODES
        for variable in (
            Categorical(f"{kind} {node} inputs", tuple(f"{left},{right}" for left, right in _PAIRS[node])),
            *(
                Categorical(f"{kind} {node} {side}", tuple(DARTS.operations[at] for at in OTHERS))
                for side in ("left", "right")
            ),
        )
    )

    def __init__(
        self,
        classes: int,
        in_channels: int,
        channels: int = 16,
        cells: int = 8,
        statistics: Statistics = "running",
        depth: int = 20,
        width: int = 36,
        auxiliary: bool = True,
        drop_path: float = 0.2,
        learning_rate: float = 0.025,
        weight_decay: float = 3e-4,
    ) -> None:
        """
        Args:
            classes: outputs of the classifier.
            in_channels: of the images.
            channels: of a node before the first reduction.
            cells: of which those at one and two thirds are reduction cells; at least 3, for one to be normal.
            statistics: of batch normalisation inside cells: `running`, as published, keeps running ones for evaluation;
                `batch` uses the batch's own always.
            depth: of the architectures that are derived and drawn; here and below, as DARTS trains its result.
            width: of those architectures.
            auxiliary: of those architectures.
            drop_path: of those architectures; the paper raises it to this from 0.
            learning_rate: of those architectures.
            weight_decay: of those architectures.

        Raises:
            ConfigError: a setting makes no sense.
        """
        super().__init__()
        if statistics not in get_args(Statistics):
            raise ConfigError(f"nds_darts: expected statistics to be running or batch, got {statistics!r}")
        if min(classes, in_channels, channels, depth, width) < 1 or cells < 3:
            raise ConfigError(
                "nds_darts: expected classes, in_channels, channels, depth and width of 1 or more and cells of 3 or "
                f"more, got {classes}, {in_channels}, {channels}, {depth}, {width} and {cells}"
            )
        self.positions = cells
        self._sizes = (depth, width, auxiliary, drop_path, learning_rate, weight_decay)
        last = before = STEM_MULTIPLIER * channels
        self.stem = nn.Sequential(nn.Conv2d(in_channels, last, 3, padding=1, bias=False), nn.BatchNorm2d(last))
        self.cells = nn.ModuleList()
        self._kinds: list[int] = []
        after_reduction = False
        for place in range(cells):
            reduction = place in reductions(cells)
            channels *= 2 if reduction else 1
            wiring = [
                [(source, MixedEdge(channels, 2 if reduction and source < INPUTS else 1)) for source in range(node)]
                for node in _NODES
            ]
            cell = NDSCellModule(wiring, _NODES, before, last, channels, after_reduction, affine=False)
            self.cells.append(cell)
            self._kinds.append(int(reduction))
            before, last, after_reduction = last, cell.out_channels, reduction
        self.classifier = nn.Conv2d(last, classes, 1)
        if statistics == "batch":
            _forget_statistics(self.cells)
        over_all_processes(self)

    def forward(self, images: Tensor, edge_weights: EdgeWeights) -> Tensor:
        """(B, in_channels, H, W) -> logits (B, classes)."""
        shared = edge_flows(edge_weights) if isinstance(edge_weights, CELL_WEIGHTS) else None
        before = last = self.stem(images)
        for position, (cell, kind) in enumerate(zip(self.cells, self._kinds, strict=True)):
            flows = edge_flows(at_position(edge_weights, position)) if shared is None else shared
            before, last = last, cell(before, last, flows[kind * len(EDGES) : (kind + 1) * len(EDGES)])
        logits: Tensor = self.classifier(last.mean((2, 3), keepdim=True))
        return logits.flatten(1)

    def path(self, arch: CellArchitecture) -> Path:
        """Returns the edge weights under which the supernet's cells are this architecture's; sizes are left out.

        Raises:
            ArchitectureError: a node takes both edges from one input, or not all nodes are concatenated in order.
        """
        check(arch, DARTS.operations, DARTS.nodes)
        chosen = [NONE] * len(self.edge_names)
        for kind, cell in enumerate(arch.genotype):
            if cell.concat != tuple(_NODES) or any(left[1] == right[1] for left, right in cell.nodes):
                raise ArchitectureError(
                    "nds_darts: the supernet's cells concatenate nodes 2,3,4,5, each of two different inputs; got "
                    f"{format(arch)!r}"
                )
            for node, pair in zip(_NODES, cell.nodes, strict=True):
                for name, source in pair:
                    chosen[kind * len(EDGES) + EDGES.index((source, node))] = DARTS.operations.index(name)
        return Path(tuple(chosen))

    def derive(self, edge_weights: NDArray[np.floating]) -> CellArchitecture:
        """Returns the architecture of every node's two strongest edges.

        An edge is as strong as its heaviest operation, and has that one; `none` does not count.
        """
        best = np.array(OTHERS)[np.argmax(edge_weights[:, OTHERS], axis=1)]
        strength = np.max(edge_weights[:, OTHERS], axis=1)

        def node(first: int, inputs: int) -> Node:
            kept = sorted(np.argsort(-strength[first : first + inputs], kind="stable")[:2].tolist())
            return _node(kept, best[[first + source for source in kept]])

        return self._network(node(first, inputs) for first, inputs in _rows())

    def draw(
        self, rng: np.random.Generator, edge_weights: NDArray[np.floating] | None = None, connected: bool = False
    ) -> CellArchitecture:
        """Draws for every node two different inputs, uniformly, and an operation on each, by its edge's weights.

        `none` is not drawn, so every node is connected.

        Raises:
            ConfigError: an edge that was drawn can only be `none`.
        """
        if edge_weights is None:
            edge_weights = np.ones((len(self.edge_names), len(self.operations)))
        rows = edge_weights

        def node(first: int, inputs: int) -> Node:
            kept = sorted(rng.choice(inputs, 2, replace=False).tolist())
            return _node(kept, [_draw(rng, rows[first + source]) for source in kept])

        return self._network(node(first, inputs) for first, inputs in _rows())

    def decode(self, codes: Sequence[int]) -> CellArchitecture:
        """Returns the architecture that has these codes of `variables`.

        Raises:
            ArchitectureError: they are not such codes.
        """
        triples = iter(check_codes(codes, self.variables, "nds_darts"))
        return self._network(
            _node(_PAIRS[inputs][inputs_code], [OTHERS[left], OTHERS[right]])
            for (_, inputs), inputs_code, left, right in zip(_rows(), triples, triples, triples, strict=True)
        )

    def _network(self, nodes: Iterator[Node]) -> CellArchitecture:
        found = tuple(nodes)
        kinds = (found[: DARTS.nodes], found[DARTS.nodes :])
        return CellArchitecture(Genotype(*(NDSCell(kind, tuple(_NODES)) for kind in kinds)), *self._sizes)


def _rows() -> Iterator[tuple[int, int]]:
    """Lists the nodes of both kinds of cell: the row of the first of its edges, and how many they are."""
    for kind in range(len(Genotype._fields)):
        for node in _NODES:
            yield kind * len(EDGES) + EDGES.index((0, node)), node


def _node(sources: Sequence[int], operations: Sequence[int]) -> Node:
    edges: list[Edge] = [(DARTS.operations[at], source) for at, source in zip(operations, sources, strict=True)]
    return edges[0], edges[1]


def _draw(rng: np.random.Generator, probabilities: NDArray[np.floating]) -> int:
    """Draws an operation other than `none`."""
    limits = np.cumsum(probabilities[list(OTHERS)], dtype=np.float64)
    if not limits[-1] > 0:
        raise ConfigError(
            f"nds_darts: expected an operation other than none to have a probability, got {probabilities}"
        )
    return OTHERS[int(limits.searchsorted(rng.random() * limits[-1], side="right"))]
