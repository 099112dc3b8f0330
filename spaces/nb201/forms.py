"""The forms in which code bases write NAS-Bench-201's architectures.

`text` is the official string; `codes`, `operations` and `matrix` (`str2matrix`) number and order as NAS-Bench-201 does,
`naslib` and `naslib_operations` as NASLib does. `nni`, `structure` (AutoDL-Projects's printed `Structure`), `lists`
(`str2lists`) and `net_config` (`get_net_config`) name edges and operations.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from nasbench_suite.errors import ArchitectureError
from nasbench_suite.forms import TEXT, Form, codes_form
from nasbench_suite.literals import are_codes, is_listed
from nasbench_suite.spaces.nb201 import architecture
from nasbench_suite.spaces.nb201.architecture import (
    EDGES,
    EDGES_INTO,
    EXAMPLE,
    OPERATIONS,
    VARIABLES,
    Architecture,
    parse,
)
from nasbench_suite.variables import check_codes

NASLIB_OPERATIONS = ("skip_connect", "none", "nor_conv_3x3", "nor_conv_1x1", "avg_pool_3x3")
"""The operation of each of NASLib's codes."""
NASLIB_EDGES = ((0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3))
"""The edge of each place in NASLib's lists."""

_CODES = [len(OPERATIONS)] * len(EDGES)
_STRUCTURE = re.compile(r"\s*Structure\(4 nodes with (.*)\)\s*", re.DOTALL)
_NNI_KEYS = tuple(f"{source}_{target}" for source, target in EDGES)
_NNI_OPERATIONS = {name.removeprefix("nor_"): index for index, name in enumerate(OPERATIONS)}


def from_naslib(codes: Sequence[int]) -> Architecture:
    """Reads six of NASLib's codes.

    Raises:
        ArchitectureError: they are no such codes.
    """
    whole = check_codes(codes, VARIABLES, "nb201")
    return _by_edge(dict(zip(NASLIB_EDGES, (NASLIB_OPERATIONS[code] for code in whole), strict=True)))


def from_nni(arch: Any) -> Architecture:
    """Reads NNI's dictionary of operations by edge.

    Raises:
        ArchitectureError: it is no such dictionary.
    """
    if not isinstance(arch, Mapping) or set(arch) != set(_NNI_KEYS):
        raise ArchitectureError(f"expected an operation for each of {', '.join(_NNI_KEYS)}, got {arch!r:.80}")
    unknown = [arch[key] for key in _NNI_KEYS if not isinstance(arch[key], str) or arch[key] not in _NNI_OPERATIONS]
    if unknown:
        raise ArchitectureError(f"expected operations among {', '.join(_NNI_OPERATIONS)}, got {unknown[0]!r:.50}")
    return tuple(_NNI_OPERATIONS[arch[key]] for key in _NNI_KEYS)


FORMS: tuple[Form[Architecture], ...] = (
    Form(TEXT, EXAMPLE, lambda value: isinstance(value, str) and value.lstrip().startswith("|"), parse),
    codes_form(VARIABLES, lambda codes: check_codes(codes, VARIABLES, "nb201"), "(4, 2, 1, 2, 1, 1)"),
    Form("naslib", "(4, 3, 3, 0, 0, 0)", lambda value: are_codes(value, _CODES), from_naslib, guessed=False),
    Form(
        "operations",
        "['avg_pool_3x3', 'nor_conv_1x1', 'skip_connect', 'nor_conv_1x1', 'skip_connect', 'skip_connect']",
        lambda value: _are_names(value),
        lambda names: _by_edge(dict(zip(EDGES, names, strict=True))),
        guessed=False,
    ),
    Form(
        "naslib_operations",
        "['avg_pool_3x3', 'nor_conv_1x1', 'nor_conv_1x1', 'skip_connect', 'skip_connect', 'skip_connect']",
        lambda value: _are_names(value),
        lambda names: _by_edge(dict(zip(NASLIB_EDGES, names, strict=True))),
        guessed=False,
    ),
    Form(
        "nni",
        "{'0_1': 'avg_pool_3x3', '0_2': 'conv_1x1', '1_2': 'skip_connect', '0_3': 'conv_1x1', '1_3': 'skip_connect', "
        "'2_3': 'skip_connect'}",
        lambda value: isinstance(value, Mapping) and bool(set(value) & set(_NNI_KEYS)),
        from_nni,
    ),
    Form(
        "structure",
        f"Structure(4 nodes with {EXAMPLE})",
        lambda value: isinstance(value, str) and value.lstrip().startswith("Structure("),
        lambda text: _from_structure(text),
    ),
    Form(
        "lists",
        "[(('avg_pool_3x3', 0),), (('nor_conv_1x1', 0), ('skip_connect', 1)), "
        "(('nor_conv_1x1', 0), ('skip_connect', 1), ('skip_connect', 2))]",
        lambda value: is_listed(value, len(EDGES_INTO)) and all(is_listed(n, at) for at, n in enumerate(value, 1)),
        lambda nodes: _from_lists(nodes),
    ),
    Form(
        "matrix",
        "[[0, 0, 0, 0], [4, 0, 0, 0], [2, 1, 0, 0], [2, 1, 1, 0]]",
        lambda value: is_listed(value, 4) and all(is_listed(row, 4) for row in value),
        lambda rows: _from_matrix(rows),
    ),
    Form(
        "net_config",
        f"{{'name': 'infer.tiny', 'C': 16, 'N': 5, 'arch_str': '{EXAMPLE}'}}",
        lambda value: isinstance(value, Mapping) and isinstance(value.get("arch_str"), str),
        lambda config: parse(config["arch_str"]),
    ),
)


def _are_names(value: object) -> bool:
    return is_listed(value, len(EDGES)) and all(isinstance(one, str) for one in value)  # type: ignore[attr-defined]


def _by_edge(names: Mapping[tuple[int, int], object]) -> Architecture:
    for name in names.values():
        if name not in OPERATIONS:
            raise ArchitectureError(f"nb201: unknown operation {name!r:.50}; expected one of {', '.join(OPERATIONS)}")
    return tuple(OPERATIONS.index(str(names[edge])) for edge in EDGES)


def _from_structure(text: str) -> Architecture:
    match = _STRUCTURE.fullmatch(text)
    if match is None:
        raise ArchitectureError(f"nb201: expected 'Structure(4 nodes with {EXAMPLE})', got {text!r:.200}")
    return parse(match[1])


def _from_lists(nodes: Sequence[Sequence[Any]]) -> Architecture:
    """Reads the edges into each node; they may stand in any order."""
    names: dict[tuple[int, int], object] = {}
    for target, edges in enumerate(nodes, start=1):
        for edge in edges:
            if not is_listed(edge, 2) or type(edge[1]) is not int:
                raise ArchitectureError(f"nb201: expected pairs of an operation and a source, got {edge!r:.80}")
            names[edge[1], target] = edge[0]
    if set(names) != set(EDGES):
        raise ArchitectureError("nb201: expected an operation from every node to every later one, each once")
    return _by_edge(names)


def _from_matrix(rows: Sequence[Sequence[Any]]) -> Architecture:
    """Reads the matrix of `str2matrix`: row and column are an edge's target and source, entries our codes."""
    expected = {(target, source) for source, target in EDGES}
    for target, row in enumerate(rows):
        for source, code in enumerate(row):
            if not isinstance(code, int | float) or isinstance(code, bool) or code not in range(len(OPERATIONS)):
                raise ArchitectureError(f"nb201: expected codes of operations in the matrix, got {code!r:.50}")
            if code and (target, source) not in expected:
                raise ArchitectureError(
                    f"nb201: expected a matrix with targets as rows and sources as columns, 0 elsewhere, as str2matrix "
                    f"has it; got {code} in row {target}, column {source}"
                )
    return architecture.check(tuple(int(rows[target][source]) for source, target in EDGES))
