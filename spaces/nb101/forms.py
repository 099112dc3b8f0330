"""The forms in which code bases write NAS-Bench-101's cells.

`text` is the official files' matrix and operations; `model_spec` nasbench's `ModelSpec`, what it takes, and its fixed
statistics; `matrix` a pair of matrix and operations; `nni` NNI's dictionary; `codes` our own 21 edges and 5 operations.
"""

import re
from collections.abc import Mapping
from typing import Any

from nasbench_suite.errors import ArchitectureError
from nasbench_suite.forms import TEXT, Form
from nasbench_suite.literals import NamedCall, is_listed
from nasbench_suite.spaces.nb101 import nni_architectures
from nasbench_suite.spaces.nb101.cell import Cell, parse_cell
from nasbench_suite.spaces.nb101.pruning import check

_MATRIX = "[[0, 1, 0], [0, 0, 1], [0, 0, 0]]"
_OPERATIONS = "['input', 'conv3x3-bn-relu', 'output']"
_TEXT = re.compile(r"\s*[01]*\s*\|")
# the names of matrix and operations in ModelSpec's constructor, in the fixed statistics, and in our cells
_KEYS = (("matrix", "ops"), ("module_adjacency", "module_operations"), ("matrix", "operations"))
# what comes with them and says nothing of the cell
_BESIDE = {"data_format", "trainable_parameters"}
_NNI_KEY = re.compile(r"(op|input)\d+")


def _spec(value: Any) -> Mapping[Any, Any]:
    """Returns what a dictionary or a written call has by name; ModelSpec takes matrix and operations in this order."""
    if not isinstance(value, NamedCall):
        return value if isinstance(value, Mapping) else {}
    return value.arguments(("matrix", "ops", "data_format"))


def _claims_spec(value: Any) -> bool:
    if isinstance(value, NamedCall):
        return value.name == "ModelSpec"
    return any(set(keys) <= set(_spec(value)) for keys in _KEYS)


def _from_spec(value: Any) -> Cell:
    spec = _spec(value)
    keys = next((keys for keys in _KEYS if set(keys) <= set(spec)), None)
    if keys is None or set(spec) - {*keys, *_BESIDE}:
        raise ArchitectureError(f"nb101: expected ModelSpec(matrix={_MATRIX}, ops={_OPERATIONS}), got {value!r:.120}")
    return _cell(spec[keys[0]], spec[keys[1]])


def _cell(matrix: Any, operations: Any) -> Cell:
    if not isinstance(matrix, list | tuple) or not isinstance(operations, list | tuple):
        raise ArchitectureError(f"nb101: expected {_MATRIX} and {_OPERATIONS}, got {matrix!r:.60}, {operations!r:.60}")
    return check(Cell.of(matrix, operations))


def _is_pair(value: Any) -> bool:
    return is_listed(value, 2) and all(isinstance(one, list | tuple) for one in value) and _is_rows(value[0])


def _is_rows(value: Any) -> bool:
    return bool(value) and all(isinstance(row, list | tuple) for row in value)


FORMS: tuple[Form[Cell], ...] = (
    Form(
        TEXT,
        "010001000|input,conv3x3-bn-relu,output",
        lambda value: isinstance(value, str) and _TEXT.match(value) is not None,
        lambda text: check(parse_cell(text)),
    ),
    Form("model_spec", f"ModelSpec(matrix={_MATRIX}, ops={_OPERATIONS})", _claims_spec, _from_spec),
    Form("matrix", f"({_MATRIX}, {_OPERATIONS})", _is_pair, lambda pair: _cell(*pair)),
    Form(
        "nni",
        "{'op1': 'conv3x3-bn-relu', 'input1': [0], 'input2': [1]}",
        lambda value: isinstance(value, Mapping) and any(_NNI_KEY.fullmatch(str(key)) for key in value),
        lambda value: check(Cell.of(*nni_architectures.graph(value))),
    ),
)
