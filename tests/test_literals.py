from collections import namedtuple
from typing import Any

import numpy as np
import pytest

from nasbench_suite.errors import ArchitectureError
from nasbench_suite.literals import LONGEST, NamedCall, as_literal, read_literal


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[1, 2.5, 'a', None, True]", [1, 2.5, "a", None, True]),
        ('{"a": [true, false, null], "b": -1}', {"a": [True, False, None], "b": -1}),
        ("(0, 1)", (0, 1)),
        ("range(2, 6)", [2, 3, 4, 5]),
        ("array([[0, 1],\n       [0, 0]], dtype=int8)", [[0, 1], [0, 0]]),
        ("np.array([1])", [1]),
        ("Spec([1], ops=['x'])", NamedCall("Spec", ([1],), {"ops": ["x"]})),
        ("api.Spec()", NamedCall("Spec", (), {})),
    ],
)
def test_a_value_is_read(text: str, value: object) -> None:
    assert read_literal(text) == value


@pytest.mark.parametrize(
    "text",
    ["", "nonsense", "|none~0|", "[1, 2", "1 + 1", "x.y", "[a for a in b]", "lambda: 0", "{1: 2, 1: 3}", "{**a}",
     "range(10**9)", "range(1000000000)", "eval('1')()",
     "f(**a)", "f(*a)", "f(a=1, a=2)", "{[1]: 2}", "array(1, 2)", "(" * 5000, "b'x'"],
)  # fmt: skip
def test_what_is_no_value_stays_a_text_and_runs_nothing(text: str) -> None:
    assert read_literal(text) == text


def test_an_endless_text_is_refused() -> None:
    with pytest.raises(ArchitectureError, match="at most 65,536 letters"):
        read_literal("[" + "0," * LONGEST + "]")


def test_a_python_value_is_as_its_text() -> None:
    genotype: Any = namedtuple("Genotype", "normal normal_concat")
    value = genotype([("skip_connect", np.int64(0))], range(2, 4))
    assert as_literal(value) == NamedCall("Genotype", (), {"normal": [("skip_connect", 0)], "normal_concat": [2, 3]})
    assert as_literal(value) == read_literal(str(value))
    assert as_literal({"matrix": np.eye(2, dtype=np.int8)}) == {"matrix": [[1, 0], [0, 1]]}
