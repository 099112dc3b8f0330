from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasbench_suite.errors import ArchitectureError
from nasbench_suite.spaces.nb_macro.architecture import MacroArchitecture, canonical, format, parse

archs = st.tuples(*[st.integers(0, 2)] * 8)


@given(archs)
def test_the_text_form_is_a_digit_per_layer(arch: MacroArchitecture) -> None:
    assert format(arch) == "".join(str(index) for index in arch)
    assert parse(format(arch)) == arch


@pytest.mark.parametrize("text", ["0000000", "000000000", "00000003", "0000000a", "00000000\n", "\u06600000000"])
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(ArchitectureError, match="8 digits"):
        parse(text)


@pytest.mark.parametrize("value", [(0,) * 7, (0,) * 7 + (3,), (0,) * 7 + (True,), [0] * 8, "00000000", None])
def test_what_is_no_architecture_is_refused(value: Any) -> None:
    with pytest.raises(ArchitectureError):
        format(value)


@pytest.mark.parametrize(
    ("text", "representative"),
    [("00000000", "00000000"), ("00002012", "00020012"), ("10101102", "10110120"), ("01100001", "01100010")],
)
def test_idle_identities_go_to_the_end_of_their_stage(text: str, representative: str) -> None:
    assert format(canonical(parse(text))) == representative


def test_there_are_3969_networks() -> None:
    assert len({canonical(arch) for arch in product(range(3), repeat=8)}) == 9 * 21 * 21
