"""Architectures made of stages of equal blocks: ResNet, ResNet-B, ResNeXt-A, ResNeXt-B and Vanilla of NDS."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from nasbench_suite.errors import ArchitectureError
from nasbench_suite.sampled_space.distances import Decision
from nasbench_suite.spaces.nds.fields import exactly, integers, listed, number, reals, whole, words

# how the names of block types begin, as the published files have them
PLAIN, BASIC, BOTTLENECK = "double_plain", "res_basic", "res_bottleneck"
EXAMPLE = "block=res_basic_block ds=1,9,9,9 ws=16,16,32,64 ss=1,1,2,2 lr=0.1 wd=0.0005"
SOURCE = "{'block_type': 'res_basic_block', 'ds': [1, 9, 9, 9], 'ws': [16, 16, 32, 64], 'ss': [1, 1, 2, 2]}"

_KEYS = ("block", "ds", "ws", "ss", "bot_muls", "num_gs", "lr", "wd")
_LISTS = ("ds", "ws", "ss", "bot_muls", "num_gs")
_REQUIRED = ("block_type", "ds", "ws", "ss")
_OPTIONAL = ("bot_muls", "num_gs")


class StageArchitecture(NamedTuple):
    """An architecture of stages, and the two settings of its training that are part of what was sampled.

    The first entry of each tuple is the stem: depth 1, and a stride of 1 on CIFAR-10.

    Attributes:
        block: type of block, e.g. `res_basic_block`.
        depths: blocks per stage.
        widths: channels per stage.
        strides: of the first block of a stage.
        bottlenecks: width of the 3x3 convolution as a share of the stage's; empty where blocks have none.
        groups: groups of the 3x3 convolution; empty where blocks have none.
        learning_rate: base learning rate.
        weight_decay: weight decay.
    """

    block: str
    depths: tuple[int, ...]
    widths: tuple[int, ...]
    strides: tuple[int, ...]
    bottlenecks: tuple[float, ...]
    groups: tuple[int, ...]
    learning_rate: float
    weight_decay: float


def check(arch: StageArchitecture, blocks: tuple[str, ...]) -> StageArchitecture:
    """Returns an architecture as it is.

    Args:
        arch: to be checked.
        blocks: how the names of the family's block types begin.

    Raises:
        ArchitectureError: it cannot be built, or is of another family.
    """
    if not isinstance(arch, StageArchitecture):
        raise ArchitectureError(f"expected a StageArchitecture, as parse(TEXT) returns, got {arch!r:.100}")
    if not isinstance(arch.block, str) or not arch.block.startswith(blocks):
        raise ArchitectureError(f"expected a block type that begins with {' or '.join(blocks)}, got {arch.block!r}")
    if not all(character.isalnum() or character == "_" for character in arch.block):
        raise ArchitectureError(f"expected a block type of letters, digits and '_', got {arch.block!r}")
    stages = len(arch.depths)
    if stages < 2 or not stages == len(arch.widths) == len(arch.strides):
        raise ArchitectureError(
            f"expected ds, ws and ss of one length, 2 or more; got {stages}, {len(arch.widths)} and {len(arch.strides)}"
        )
    if len(arch.bottlenecks) not in (0, stages) or len(arch.groups) not in (0, stages):
        raise ArchitectureError(
            f"expected bot_muls and num_gs to be empty or of length {stages}, got "
            f"{len(arch.bottlenecks)} and {len(arch.groups)}"
        )
    if arch.block.startswith(BOTTLENECK):
        for stage in range(1, stages):
            inner, groups = bottleneck(arch, stage)
            if inner < 1 or inner % groups:
                raise ArchitectureError(f"stage {stage}: a bottleneck of {inner} channels has no {groups} equal groups")
    return arch


def bottleneck(network: StageArchitecture, stage: int) -> tuple[int, int]:
    """Returns the channels and the groups of a stage's 3x3 convolution; without a multiplier, those of the stage."""
    multiplier = network.bottlenecks[stage] if network.bottlenecks else 1.0
    return round(network.widths[stage] * multiplier), network.groups[stage] if network.groups else 1


def from_source(net: object, learning_rate: float, weight_decay: float) -> StageArchitecture:
    """Reads a published `net`.

    Raises:
        ArchitectureError: it is something else.
    """
    net = exactly(net, "net", _REQUIRED, _OPTIONAL)
    # the files have an empty list, null or nothing where blocks have no bottleneck
    return _build(net["block_type"], {key: net.get(key) or () for key in _LISTS}, learning_rate, weight_decay)


def _build(block: str, lists: Mapping[str, object], learning_rate: float, weight_decay: float) -> StageArchitecture:
    depths, widths, strides, groups = (
        tuple(whole(value, key) for value in listed(lists[key], key)) for key in ("ds", "ws", "ss", "num_gs")
    )
    bottlenecks = tuple(number(value, "bot_muls") for value in listed(lists["bot_muls"], "bot_muls"))
    return StageArchitecture(block, depths, widths, strides, bottlenecks, groups, learning_rate, weight_decay)


def to_source(network: StageArchitecture) -> dict[str, Any]:
    """Writes `net` as the published files have it."""
    return {
        "block_type": network.block,
        "ds": list(network.depths),
        "ws": list(network.widths),
        "ss": list(network.strides),
        "bot_muls": list(network.bottlenecks),
        "num_gs": list(network.groups),
    }


def parse(text: str) -> StageArchitecture:
    """Reads the text form, without checking that the network makes sense.

    Raises:
        ArchitectureError: says what is wrong.
    """
    found = words(text, _KEYS)
    missing = [key for key in _KEYS if key not in found and key not in _OPTIONAL]
    if missing:
        raise ArchitectureError(f"expected a network such as {EXAMPLE!r}; there is no {missing[0]}=")
    lists = {key: integers(found[key], key) if key in found else () for key in _LISTS if key != "bot_muls"}
    bottlenecks = reals(found["bot_muls"], "bot_muls") if "bot_muls" in found else ()
    learning_rate, weight_decay = (number(reals(found[key], key)[0], key) for key in ("lr", "wd"))
    network = _build(found["block"], {**lists, "bot_muls": bottlenecks}, learning_rate, weight_decay)
    if format(network) != text:
        raise ArchitectureError(f"expected a network such as {EXAMPLE!r}; this one is written {format(network)!r}")
    return network


def format(network: StageArchitecture) -> str:
    """Writes the text form."""
    lists = {
        "ds": network.depths,
        "ws": network.widths,
        "ss": network.strides,
        "bot_muls": network.bottlenecks,
        "num_gs": network.groups,
    }
    written = [f"{key}={','.join(map(str, values))}" for key, values in lists.items() if values]
    return " ".join(
        [f"block={network.block}", *written, f"lr={network.learning_rate!r}", f"wd={network.weight_decay!r}"]
    )


def decisions(networks: Sequence[StageArchitecture]) -> Mapping[Decision, Sequence[Any]]:
    """Returns what makes up architectures: a step in depth, width, stride, bottleneck or groups is one edit."""
    found: dict[Decision, Sequence[Any]] = {Decision("block", "named"): [network.block for network in networks]}
    for name in ("depths", "widths", "strides", "bottlenecks", "groups"):
        lists = [getattr(network, name) for network in networks]
        for stage in range(max(map(len, lists))):
            # -1 for a stage, or a setting, that a network does not have
            values = [values[stage] if stage < len(values) else -1 for values in lists]
            found[Decision(f"{name}_{stage}", "ladder")] = values
    found[Decision("learning_rate", "octaves")] = [network.learning_rate for network in networks]
    found[Decision("weight_decay", "octaves")] = [network.weight_decay for network in networks]
    return found
