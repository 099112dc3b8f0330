"""The forms of NAS-Bench-Macro's architectures: the published digits, a list of the blocks' names, codes."""

import re

from nasbench_suite.errors import ArchitectureError
from nasbench_suite.forms import TEXT, Form, codes_form
from nasbench_suite.literals import is_listed
from nasbench_suite.spaces.nb_macro import architecture
from nasbench_suite.spaces.nb_macro.architecture import EXAMPLE, LAYERS, OPERATIONS, VARIABLES, MacroArchitecture
from nasbench_suite.variables import check_codes


def _from_names(names: list[str]) -> MacroArchitecture:
    for name in names:
        if name not in OPERATIONS:
            raise ArchitectureError(f"nb_macro: unknown block {name!r:.50}; expected one of {', '.join(OPERATIONS)}")
    return tuple(map(OPERATIONS.index, names))


FORMS: tuple[Form[MacroArchitecture], ...] = (
    Form(
        TEXT,
        EXAMPLE,
        lambda value: isinstance(value, str) and re.fullmatch(r"\s*\d+\s*", value) is not None,
        architecture.parse,
    ),
    codes_form(VARIABLES, lambda codes: check_codes(codes, VARIABLES, "nb_macro"), "(2, 2, 2, 1, 2, 2, 2, 0)"),
    Form(
        "operations",
        "['MB6_K5', 'MB6_K5', 'MB6_K5', 'MB3_K3', 'MB6_K5', 'MB6_K5', 'MB6_K5', 'identity']",
        lambda value: is_listed(value, LAYERS) and all(isinstance(one, str) for one in value),
        _from_names,
    ),
)
