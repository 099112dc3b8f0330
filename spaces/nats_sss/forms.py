"""The forms in which code bases write the size space's architectures: text, widths, codes, `get_net_config`."""

import re
from collections.abc import Mapping

from nasbench_suite.forms import TEXT, Form, codes_form
from nasbench_suite.literals import is_listed
from nasbench_suite.spaces.nats_sss import architecture
from nasbench_suite.spaces.nats_sss.architecture import LAYERS, VARIABLES, WIDTHS, Widths
from nasbench_suite.variables import check_codes

_EXAMPLE = "64:40:8:16:32"


def from_codes(codes: object) -> Widths:
    """Returns the architecture of five places in `WIDTHS`.

    Raises:
        ArchitectureError: they are no such places.
    """
    return tuple(WIDTHS[code] for code in check_codes(codes, VARIABLES, "nats_sss"))  # type: ignore[arg-type]


FORMS: tuple[Form[Widths], ...] = (
    Form(
        TEXT,
        _EXAMPLE,
        lambda value: isinstance(value, str) and re.match(r"\s*\d+:", value) is not None,
        architecture.parse,
    ),
    codes_form(VARIABLES, from_codes, "(7, 4, 0, 1, 3)"),
    Form(
        "widths",
        "(64, 40, 8, 16, 32)",
        # no width is a code: those are below the least width
        lambda value: is_listed(value, len(LAYERS)) and all(type(one) is int and one >= len(WIDTHS) for one in value),
        lambda widths: architecture.parse(":".join(map(str, widths))),
    ),
    Form(
        "net_config",
        f"{{'name': 'infer.shape.tiny', 'channels': '{_EXAMPLE}'}}",
        lambda value: isinstance(value, Mapping) and isinstance(value.get("channels"), str),
        lambda config: architecture.parse(config["channels"]),
    ),
)
