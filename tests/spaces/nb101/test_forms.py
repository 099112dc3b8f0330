import numpy as np
import pytest

from nasbench_suite.compat.nasbench.api import ModelSpec
from nasbench_suite.compat.nni.nasbench101 import nasbench_format_to_architecture_repr
from nasbench_suite.errors import ArchitectureError
from nasbench_suite.spaces.nb101 import NB101

SPACE = NB101()


def test_matrices_model_specs_and_nnis_dictionaries_are_the_cell() -> None:
    rng = np.random.default_rng(0)
    for _ in range(100):
        cell = SPACE.sample(rng)
        matrix, operations = np.array(cell.matrix), list(cell.operations)
        spec = ModelSpec(matrix, operations)
        for form, written in (
            ("matrix", (matrix, operations)),
            ("matrix", repr((matrix.tolist(), operations))),
            ("model_spec", {"matrix": matrix, "ops": operations}),
            ("model_spec", f"api.ModelSpec(matrix={matrix!r}, ops={operations!r})"),
            ("model_spec", f"ModelSpec({matrix.tolist()}, {operations})"),
            ("model_spec", {"module_adjacency": matrix, "module_operations": operations, "trainable_parameters": 1}),
            ("nni", nasbench_format_to_architecture_repr(matrix, operations)[1]),
            ("nni", str(nasbench_format_to_architecture_repr(matrix, operations)[1])),
        ):
            assert SPACE.parse_as(written) == (cell, form)
        pruned = {"matrix": spec.matrix, "ops": spec.ops}
        assert SPACE.canonical(SPACE.parse_as(pruned).arch) == SPACE.canonical(cell)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("ModelSpec(matrix=[[0, 1], [0, 0]])", "expected ModelSpec"),
        ("ModelSpec(matrix=[[0, 1], [0, 0]], ops=['input', 'output'], colour=1)", "expected ModelSpec"),
        ("([[0, 0], [1, 0]], ['input', 'output'])", "upper-triangular"),
        ("([[0, 0], [0, 0]], ['input', 'output'])", "no path"),
        ("{'op1': 'conv_3x3', 'input1': [0], 'input2': [1]}", "expected op1 to be one of"),
        ("{'op1': 'maxpool3x3', 'input1': [0]}", "input2.*missing or unknown"),
        ("0100|input", "one operation per vertex"),
    ],
)
def test_a_form_that_is_wrong_says_what_is(written: str, message: str) -> None:
    with pytest.raises(ArchitectureError, match=message):
        SPACE.parse_as(written)


@pytest.mark.parametrize(
    "written",
    [
        "ModelSpec([[0, 1], [0, 0]], ['input', 'output'], matrix=[[0, 1, 1], [0, 0, 1], [0, 0, 0]])",
        "ModelSpec([[0, 1], [0, 0]], ['input', 'output'], 'channels_last', 3)",
    ],
)
def test_no_value_of_a_written_call_is_passed_over(written: str) -> None:
    with pytest.raises(ArchitectureError, match="ModelSpec: expected"):
        SPACE.parse_as(written)
