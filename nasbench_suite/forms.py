"""The forms in which architectures are written: a space's own text, and those of other code bases, by name.

A form says which values it is, and reads them. What several forms may be, such as six whole numbers, which one code
base numbers otherwise than another, is taken under a name only: `naslib:(4, 0, 3, 1, 4, 3)`.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple

from nasbench_suite.closest import closest
from nasbench_suite.errors import ArchitectureError
from nasbench_suite.literals import are_codes, as_literal, read_literal
from nasbench_suite.variables import ArchT, Categorical

TEXT = "text"
"""The name of every space's own text form."""
CODES = "codes"
"""The name of a list of a space's own codes, which `encode` gives."""

_PREFIX = re.compile(r"\s*([A-Za-z][A-Za-z0-9_]*):(.*)", re.DOTALL)


@dataclass(frozen=True)
class Form(Generic[ArchT]):
    """One way of writing architectures.

    Attributes:
        name: by which it is asked for.
        example: an architecture in this form.
        claims: whether a value, as `literals.read_literal` gives it, is of this form, rightly written or not.
        read: returns the architecture of such a value; raises ArchitectureError.
        guessed: whether it is taken without its name, where no other form claims the value.
    """

    name: str
    example: str
    claims: Callable[[Any], bool]
    read: Callable[[Any], ArchT]
    guessed: bool = True


class Parsed(NamedTuple, Generic[ArchT]):
    """What was read.

    Attributes:
        arch: the architecture.
        form: the name of the form that it was in.
    """

    arch: ArchT
    form: str


def codes_form(variables: Sequence[Categorical], decode: Callable[[Sequence[int]], ArchT], example: str) -> Form[ArchT]:
    """Makes the form of a space's own codes, which is taken only by name: others number their operations otherwise.

    Args:
        variables: of the space.
        decode: of the space.
        example: in this form.
    """
    choices = [len(variable.choices) for variable in variables]
    return Form(CODES, example, lambda value: are_codes(value, choices), decode, guessed=False)


def parse_form(written: object, form: str | None, forms: Sequence[Form[ArchT]], space: str) -> Parsed[ArchT]:
    """Reads an architecture in one of several forms.

    Args:
        written: a text, with or without a form's name and a colon before it; or a value, such as a dictionary.
        form: the form's name; None to recognise it.
        forms: the space's own text form first.
        space: its name, for messages.

    Raises:
        ArchitectureError: no form claims it, several do, or it is wrong.
    """
    own, *others = forms
    if isinstance(written, str):
        named = _PREFIX.fullmatch(written)
        if form is None and named is not None and not own.claims(written):
            form, written = named[1], named[2]
    if form is not None:
        return _read_as(written, form, forms, space)
    if isinstance(written, str):
        if own.claims(written):
            return Parsed(own.read(written), own.name)
        value = read_literal(written)
    else:
        value = as_literal(written)
    claiming = [one for one in others if one.claims(value)]
    if len(claiming) == 1 and claiming[0].guessed:
        return Parsed(claiming[0].read(value), claiming[0].name)
    if claiming:
        raise ArchitectureError(
            f"{space}: {written!r:.80} is taken under a name only, for code bases number and order operations "
            f"differently; name its form, {' or '.join(one.name for one in claiming)}, as in "
            f"{claiming[-1].name}:{written!s:.80}"
        )
    if isinstance(written, str) and isinstance(value, str):
        return Parsed(own.read(written), own.name)  # which says what is wrong
    nearest = _of_the_same_kind(value, others) or own
    raise ArchitectureError(
        f"{space}: {written!r:.80} is in no form that is known ({', '.join(one.name for one in forms)}); "
        f"closest is {nearest.name}, such as {nearest.example}"
    )


def _read_as(written: object, name: str, forms: Sequence[Form[ArchT]], space: str) -> Parsed[ArchT]:
    form = next((one for one in forms if one.name == name), None)
    if form is None:
        names = [one.name for one in forms]
        close = closest(name, names)
        hint = f"; did you mean {close}?" if close else ""
        raise ArchitectureError(f"{space}: expected a form of {', '.join(names)}; got {name!r:.40}{hint}")
    if form is not forms[0]:
        value = read_literal(written) if isinstance(written, str) else as_literal(written)
        if not form.claims(value):
            raise ArchitectureError(
                f"{space}: expected an architecture in the form {name}, such as {form.example}; got {written!r:.80}"
            )
        return Parsed(form.read(value), name)
    if not isinstance(written, str):
        raise ArchitectureError(f"{space}: expected a text such as {form.example}; got {written!r:.80}")
    return Parsed(form.read(written), name)


def _of_the_same_kind(value: object, forms: Sequence[Form[ArchT]]) -> Form[ArchT] | None:
    """Returns the form whose example is of the same kind."""
    return next((form for form in forms if form.example[:1] == repr(value)[:1]), None)
