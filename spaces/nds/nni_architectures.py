"""NNI's way of writing NDS's networks: dictionaries of sizes (`model_spec`) and of cells (`cell_spec`)."""

from collections.abc import Mapping
from typing import Any, Final

from nasbench_suite.errors import ArchitectureError

_BLOCKS: Final = {
    "residual_basic": "res_basic_block",
    "residual_bottleneck": "res_bottleneck_block",
    "vanilla": "double_plain_block",
}


def published_net(config: Mapping[str, Any]) -> dict[str, Any]:
    """Writes a network as the published files have it.

    Args:
        config: `model_family`, `model_spec` and `cell_spec`.

    Raises:
        ArchitectureError: they are no network.
    """
    sizes, cells, family = (config.get(key) for key in ("model_spec", "cell_spec", "model_family"))
    if not isinstance(sizes, Mapping) or not isinstance(cells, Mapping):
        raise ArchitectureError("expected dictionaries as model_spec and cell_spec")
    if family in _BLOCKS:
        return {"block_type": _BLOCKS[family], **sizes}
    if family != "nas_cell":
        raise ArchitectureError(f"expected a model family among nas_cell, {', '.join(_BLOCKS)}; got {family!r:.50}")
    sizes = dict(sizes)
    try:
        genotype = {}
        for name in ("normal", "reduce"):
            nodes = sizes.pop(f"num_nodes_{name}")
            genotype[name] = [
                [cells[f"{name}_{node}_op_{side}"], cells[f"{name}_{node}_input_{side}"]]
                for node in range(nodes)
                for side in "xy"
            ]
            genotype[f"{name}_concat"] = cells[f"{name}_concat"]
    except KeyError as error:
        raise ArchitectureError(f"there is no {error.args[0]} in model_spec or cell_spec") from None
    except TypeError:
        raise ArchitectureError(f"expected a number of nodes, got {nodes!r:.50}") from None
    return {"genotype": genotype, **sizes}
