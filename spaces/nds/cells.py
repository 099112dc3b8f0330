"""Architectures made of repeated cells: NASNet, Amoeba, PNAS, ENAS and DARTS as NDS sampled them.

A cell has two inputs, the outputs of the two cells before it, numbered 0 and 1. Each node adds up two operations, each
on an input or on an earlier node; the output concatenates some of the nodes along the channels.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations
from typing import Any, NamedTuple

from nasbench_suite.errors import ArchitectureError
from nasbench_suite.sampled_space.distances import Decision, Kind
from nasbench_suite.spaces.nds.fields import exactly, integers, listed, number, reals, whole, words

INPUTS = 2
EXAMPLE = (
    "normal=sep_conv_3x3~0+skip_connect~1|...:2,3,4,5 reduce=... depth=20 width=36 aux=0 drop=0.0 lr=0.1 wd=0.0005"
)

_KEYS = ("normal", "reduce", "depth", "width", "aux", "drop", "lr", "wd")

_SIZES: Mapping[str, Kind] = {
    "depth": "ladder",
    "width": "ladder",
    "auxiliary": "named",
    "drop_path": "named",
    "learning_rate": "octaves",
    "weight_decay": "octaves",
}

Edge = tuple[str, int]  # an operation and where its input comes from
Node = tuple[Edge, Edge]


class NDSCell(NamedTuple):
    """A cell.

    Attributes:
        nodes: each the two edges that it adds up; node i is known as i + 2.
        concat: the nodes that the output concatenates.
    """

    nodes: tuple[Node, ...]
    concat: tuple[int, ...]


class Genotype(NamedTuple):
    """The two cells of a network.

    Attributes:
        normal: keeps the resolution.
        reduce: halves the resolution; its edges from the inputs have stride 2.
    """

    normal: NDSCell
    reduce: NDSCell


class CellArchitecture(NamedTuple):
    """An architecture of cells, and the two settings of its training that are part of what was sampled.

    Attributes:
        genotype: its cells.
        depth: cells.
        width: channels of a node before the first reduction.
        auxiliary: whether it was trained with an auxiliary head.
        drop_path: probability with which a path is dropped in training.
        learning_rate: base learning rate.
        weight_decay: weight decay.
    """

    genotype: Genotype
    depth: int
    width: int
    auxiliary: bool
    drop_path: float
    learning_rate: float
    weight_decay: float


def check(arch: CellArchitecture, operations: Sequence[str], nodes: int) -> CellArchitecture:
    """Returns an architecture as it is.

    Args:
        arch: to be checked.
        operations: those of the family.
        nodes: of a cell.

    Raises:
        ArchitectureError: it cannot be built, or is of another family.
    """
    if not isinstance(arch, CellArchitecture):
        raise ArchitectureError(f"expected a CellArchitecture, as parse(TEXT) returns, got {arch!r:.100}")
    for name, cell in zip(Genotype._fields, arch.genotype, strict=True):
        if len(cell.nodes) != nodes:
            raise ArchitectureError(f"{name}: expected {nodes} nodes of two operations each, got {len(cell.nodes)}")
        for at, node in enumerate(cell.nodes):
            for operation, source in node:
                if operation not in operations:
                    raise ArchitectureError(f"{name}: expected one of {', '.join(operations)}; got {operation!r}")
                if source >= at + INPUTS:
                    raise ArchitectureError(f"{name}: node {at + INPUTS} takes {source}, which does not come before it")
        known = range(INPUTS, nodes + INPUTS)
        if not cell.concat or len(set(cell.concat)) < len(cell.concat) or not set(cell.concat) <= set(known):
            raise ArchitectureError(
                f"{name}: expected the output to concatenate some of the nodes {known[0]} to {known[-1]}, each once; "
                f"got {list(cell.concat)}"
            )
    return arch


def from_source(net: object, learning_rate: float, weight_decay: float) -> CellArchitecture:
    """Reads a published `net`.

    Raises:
        ArchitectureError: it is something else.
    """
    net = exactly(net, "net", ("genotype", "depth", "width", "aux", "drop_prob"))
    genotype = exactly(net["genotype"], "genotype", ("normal", "normal_concat", "reduce", "reduce_concat"))
    if not isinstance(net["aux"], bool):
        raise ArchitectureError(f"expected aux to be true or false, got {net['aux']!r}")
    return CellArchitecture(
        Genotype(*(_cell(genotype[name], genotype[f"{name}_concat"], name) for name in Genotype._fields)),
        whole(net["depth"], "depth"),
        whole(net["width"], "width"),
        net["aux"],
        number(net["drop_prob"], "drop_prob"),
        learning_rate,
        weight_decay,
    )


def _cell(edges: object, concat: object, name: str) -> NDSCell:
    read: list[Edge] = []
    for edge in listed(edges, name):
        pair = listed(edge, f"each of {name}")
        if len(pair) != 2 or not isinstance(pair[0], str):
            raise ArchitectureError(f"{name}: expected pairs of an operation and an input, got {pair!r}"[:200])
        read.append((pair[0], whole(pair[1], f"an input of {name}", minimum=0)))
    if len(read) % 2:
        raise ArchitectureError(f"{name}: expected two operations for each node, got {len(read)} in all")
    nodes = tuple(zip(read[::2], read[1::2], strict=True))
    return NDSCell(nodes, tuple(whole(node, f"{name}_concat") for node in listed(concat, f"{name}_concat")))


def to_source(network: CellArchitecture) -> dict[str, Any]:
    """Writes `net` as the published files have it."""
    genotype: dict[str, Any] = {}
    for name, cell in zip(Genotype._fields, network.genotype, strict=True):
        genotype[name] = [list(edge) for node in cell.nodes for edge in node]
        genotype[f"{name}_concat"] = list(cell.concat)
    return {
        "genotype": genotype,
        "depth": network.depth,
        "width": network.width,
        "aux": network.auxiliary,
        "drop_prob": network.drop_path,
    }


def parse(text: str) -> CellArchitecture:
    """Reads the text form, without checking that the network makes sense.

    Raises:
        ArchitectureError: says what is wrong.
    """
    found = words(text, _KEYS)
    missing = [key for key in _KEYS if key not in found]
    if missing:
        raise ArchitectureError(f"expected a network such as {EXAMPLE!r}; there is no {missing[0]}=")
    depth, width, auxiliary = (integers(found[key], key)[0] for key in ("depth", "width", "aux"))
    network = CellArchitecture(
        Genotype(*(_parse_cell(found[name], name) for name in Genotype._fields)),
        whole(depth, "depth"),
        whole(width, "width"),
        bool(auxiliary),
        *(number(reals(found[key], key)[0], key) for key in ("drop", "lr", "wd")),
    )
    if format(network) != text:
        raise ArchitectureError(f"expected a network such as {EXAMPLE!r}; this one is written {format(network)!r}")
    return network


def _parse_cell(text: str, name: str) -> NDSCell:
    nodes, _, concat = text.partition(":")
    edges = [edge.partition("~") for node in nodes.split("|") for edge in node.split("+")]
    return _cell(
        [(operation, integers(source, name)[0]) for operation, _, source in edges], integers(concat, name), name
    )


def format(network: CellArchitecture) -> str:
    """Writes the text form."""
    cells = [f"{name}={_format_cell(cell)}" for name, cell in zip(Genotype._fields, network.genotype, strict=True)]
    return " ".join(
        [
            *cells,
            f"depth={network.depth} width={network.width} aux={int(network.auxiliary)} drop={network.drop_path!r}",
            f"lr={network.learning_rate!r} wd={network.weight_decay!r}",
        ]
    )


def _format_cell(cell: NDSCell) -> str:
    nodes = "|".join(f"{left[0]}~{left[1]}+{right[0]}~{right[1]}" for left, right in cell.nodes)
    return f"{nodes}:{','.join(map(str, cell.concat))}"


def canonical(cell: NDSCell) -> NDSCell:
    """Returns the representative of the cells that differ in the order of their nodes and of the edges of a node.

    Such cells compute the same function, up to the order of channels. The representative is the first, as tuples
    compare, among all orders of the nodes in which each comes after its inputs.
    """
    return min(_renumbered(cell, order) for order in _orders(cell))


def _orders(cell: NDSCell) -> Iterator[tuple[int, ...]]:
    for order in permutations(range(len(cell.nodes))):
        place = {at + INPUTS: new for new, at in enumerate(order)}
        if all(place.get(source, -1) < place[at + INPUTS] for at in order for _, source in cell.nodes[at]):
            yield order


def _renumbered(cell: NDSCell, order: Sequence[int]) -> NDSCell:
    names = {0: 0, 1: 1} | {at + INPUTS: new + INPUTS for new, at in enumerate(order)}
    nodes = []
    for at in order:
        left, right = sorted((operation, names[source]) for operation, source in cell.nodes[at])
        nodes.append((left, right))
    return NDSCell(tuple(nodes), tuple(sorted(names[node] for node in cell.concat)))


def decisions(networks: Sequence[CellArchitecture]) -> Mapping[Decision, Sequence[Any]]:
    """Returns what makes up architectures: another operation, input or concatenation is one edit, so is a step in size.

    The two edges of a node are compared in a fixed order, for their sum has none.
    """
    found: dict[Decision, Sequence[Any]] = {}
    for name in Genotype._fields:
        drawn = [getattr(network.genotype, name) for network in networks]
        for node in range(len(drawn[0].nodes)):
            pairs = [sorted(cell.nodes[node], key=lambda edge: (edge[1], edge[0])) for cell in drawn]
            for side, letter in enumerate("ab"):
                found[Decision(f"{name}_{node + INPUTS}{letter}_input", "named")] = [pair[side][1] for pair in pairs]
                found[Decision(f"{name}_{node + INPUTS}{letter}", "named")] = [pair[side][0] for pair in pairs]
        found[Decision(f"{name}_concat", "named")] = [tuple(sorted(cell.concat)) for cell in drawn]
    for attribute, kind in _SIZES.items():
        found[Decision(attribute, kind)] = [getattr(network, attribute) for network in networks]
    return found
