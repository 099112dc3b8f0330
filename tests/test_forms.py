"""Architectures as others write them: every form of every space, and what is refused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nasbench_suite.errors import ArchitectureError
from nasbench_suite.folders import table_path
from nasbench_suite.forms import CODES, TEXT
from nasbench_suite.registry.spaces import find_space, space_names
from nasbench_suite.registry.tables import open_table

LISTED = ("nb101", "nb201", "nats_sss", "nb_macro")
EXAMPLES = [(name, form.name) for name in LISTED for form in find_space(name).forms]


def example(space: str, form: str) -> str:
    return next(one.example for one in find_space(space).forms if one.name == form)


@pytest.mark.parametrize("space", LISTED)
def test_the_examples_of_a_space_are_one_architecture(space: str) -> None:
    there = find_space(space)
    assert len({there.parse_as(form.example, form.name).arch for form in there.forms} | set()) == 1 or space == "nb101"
    assert len({there.canonical(there.parse_as(form.example, form.name).arch) for form in there.forms}) == 1


@pytest.mark.parametrize(("space", "form"), EXAMPLES)
def test_a_form_is_recognised_or_asked_for(space: str, form: str) -> None:
    there, text = find_space(space), example(space, form)
    named = there.parse_as(text, form)
    assert named.form == form and there.parse(f"{form}:{text}") == named.arch
    if next(one.guessed for one in there.forms if one.name == form):
        assert there.parse_as(text) == named and there.parse(text) == named.arch
    else:
        with pytest.raises(ArchitectureError, match=f"under a name only.*{form}"):
            there.parse(text)


@pytest.mark.parametrize(("space", "form"), EXAMPLES)
def test_no_form_is_taken_for_another(space: str, form: str) -> None:
    """Under another name, a text is refused, or is that form too, and then was not taken without a name."""
    there, text = find_space(space), example(space, form)
    for other in there.forms:
        if other.name == form:
            continue
        try:
            there.parse_as(text, other.name)
        except ArchitectureError as error:
            assert "\n" not in str(error)
        else:
            assert not other.guessed


@pytest.mark.parametrize("space", [name for name in space_names() if not name.startswith("nds")])
def test_our_codes_are_those_of_encode(space: str) -> None:
    there = find_space(space)
    rng = np.random.default_rng(0)
    for _ in range(20):
        arch = there.sample(rng)
        assert there.parse_as(list(there.encode(arch)), CODES) == (there.decode(there.encode(arch)), CODES)
        assert there.parse_as(np.array(there.encode(arch)), CODES).arch == there.decode(there.encode(arch))
        assert there.parse_as(there.format(arch)) == (arch, TEXT)


@pytest.mark.parametrize("space", space_names())
@pytest.mark.parametrize(
    "written", ["", "x", "[", "{}", "[]", "()", "{'a': 1}", "f()", "naslb:(1,2)", ":", "text:", "1", "None", "[[[]]]",
                None, 3, {}, [], (), {1: 2}, object(), [[None]], "(1, 2)", "{'net': 1}", "{'op1': 1}", "{'0_1': []}"]
)  # fmt: skip
def test_nonsense_is_refused_in_one_line(space: str, written: object) -> None:
    with pytest.raises(ArchitectureError) as caught:
        find_space(space).parse_as(written)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 1000


def test_a_wrong_name_of_a_form_is_told_the_closest() -> None:
    with pytest.raises(ArchitectureError, match="got 'naslb'; did you mean naslib"):
        find_space("nb201").parse("naslb:(4, 3, 3, 0, 0, 0)")
    with pytest.raises(ArchitectureError, match=r"closest is nni, such as \{'0_1'"):
        find_space("nb201").parse("{'a': 'none'}")
    with pytest.raises(ArchitectureError, match=r"in the form naslib, such as \(4, 3, 3, 0, 0, 0\)"):
        find_space("nb201").parse_as("(4, 3, 3, 0, 0, 9)", "naslib")


def test_widths_and_codes_of_the_size_space_are_told_apart() -> None:
    there = find_space("nats_sss")
    assert there.parse_as((8, 16, 24, 32, 40)) == ((8, 16, 24, 32, 40), "widths")
    assert there.parse_as((0, 1, 2, 3, 4), CODES).arch == (8, 16, 24, 32, 40)
    with pytest.raises(ArchitectureError, match="under a name only"):
        there.parse_as((0, 1, 2, 3, 4))
    with pytest.raises(ArchitectureError, match="8 to 64 in steps of 8"):
        there.parse_as((8, 16, 24, 32, 41))


NASLIB = "(4, 3, 3, 0, 0, 0)"


def test_a_query_takes_a_form_and_says_which_it_saw(write_small: Callable[..., Any], cli: Callable[..., Any]) -> None:
    write_small(table_path("nb201"))
    text = open_table("nb201").architecture(3)
    structure = f"Structure(4 nodes with {text})"
    for words in ([structure], [structure, "--form", "structure"], [f"structure:{structure}"]):
        answer = cli("query", "nb201", *words)
        assert answer.code == 0 and answer.out.startswith(f"{text}, read as structure\n")
    assert cli("query", "nb201", text).out.startswith(f"{text}\n")
    refused = cli("query", "nb201", NASLIB)
    assert refused.code == 2 and "name its form, codes or naslib, as in naslib:(4, 3, 3, 0, 0, 0)" in refused.err
    assert "did you mean naslib?" in cli("query", "nb201", NASLIB, "--form", "naslb").err


def test_files_take_forms_too(tmp_path: Path, cli: Callable[..., Any]) -> None:
    (tmp_path / "mine.csv").write_text(f'arch,dataset,epochs,valid_accuracy\n"{NASLIB}",a,12,50\n')
    assert "mine.csv, line 2: nb201: " in cli("import", "nb201", tmp_path / "mine.csv").err
    assert cli("import", "nb201", tmp_path / "mine.csv", "--form", "naslib").code == 0
    text = find_space("nb201").format(find_space("nb201").parse(f"naslib:{NASLIB}"))
    assert open_table("nb201").architecture(0) == text
    (tmp_path / "named.csv").write_text(f'arch,dataset,epochs,valid_accuracy\n"naslib:{NASLIB}",a,12,50\n')
    assert cli("import", "nb201", tmp_path / "named.csv", "--name", "named").code == 0
    assert open_table("named").architecture(0) == text
    (tmp_path / "costs.csv").write_text(f'arch,size [MB]\n"{NASLIB}",7\n')
    assert cli("annotate", "named", tmp_path / "costs.csv").code == 2
    assert cli("annotate", "named", tmp_path / "costs.csv", "--form", "naslib").code == 0
    assert open_table("named").columns.find("size", "a").value(0) == 7
