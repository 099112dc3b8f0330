"""The forms in which code bases write NDS's networks.

`text` is ours; `nds` the published files' `net` and `optim`; `nni` NNI's config; `genotype` what DARTS and its heirs
print, `Genotype(...)`. That names the two cells alone, so what else was sampled follows it:
`depth=20 width=36 aux=0 drop=0.0 lr=0.1 wd=0.0005`.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from nasbench_suite.errors import ArchitectureError
from nasbench_suite.forms import TEXT, Form
from nasbench_suite.literals import NamedCall, read_literal
from nasbench_suite.spaces.nds.fields import exactly
from nasbench_suite.spaces.nds.nni_architectures import published_net
from nasbench_suite.variables import ArchT

FromSource = Callable[[object, object], ArchT]
"""Reads `net` and `optim` of a published job."""

_CELLS = ("normal", "normal_concat", "reduce", "reduce_concat")
_SETTINGS = ("depth", "width", "aux", "drop", "lr", "wd")
_OWN = re.compile(r"\s*\w+=")
_GENOTYPE = re.compile(r"\s*(Genotype\(.*\))(.*)", re.DOTALL)


def text_form(example: str, read: Callable[[str], ArchT]) -> Form[ArchT]:
    """Makes the form of our own text."""
    return Form(TEXT, example, lambda value: isinstance(value, str) and _OWN.match(value) is not None, read)


def source_forms(example: str, from_source: FromSource[ArchT], family: str) -> tuple[Form[ArchT], ...]:
    """Makes the forms of the published files and of NNI.

    Args:
        example: of `net`.
        from_source: of the space.
        family: the first word of its files' names.
    """
    optim = "{'base_lr': 0.1, 'wd': 0.0005, 'max_ep': 100}"

    def from_nni(config: Mapping[str, Any]) -> ArchT:
        proposer = config.get("proposer")
        if proposer not in (None, family.lower()):
            raise ArchitectureError(f"expected a network of {family.lower()}, got one of {proposer!r:.50}")
        missing = [key for key in ("base_lr", "weight_decay") if key not in config]
        if missing:
            raise ArchitectureError(f"expected NNI's config with base_lr and weight_decay; there is no {missing[0]}")
        settings = {"base_lr": config["base_lr"], "wd": config["weight_decay"], "max_ep": config.get("num_epochs")}
        return from_source(published_net(config), settings)

    return (
        Form(
            "nds",
            f"{{'net': {example}, 'optim': {optim}}}",
            lambda value: isinstance(value, Mapping) and "net" in value,
            lambda job: from_source(job["net"], job.get("optim")),
        ),
        Form(
            "nni",
            "{'model_family': ..., 'model_spec': {...}, 'cell_spec': {...}, 'base_lr': 0.1, 'weight_decay': 0.0005}",
            lambda value: isinstance(value, Mapping) and bool({"model_spec", "cell_spec"} & set(value)),
            from_nni,
        ),
    )


def genotype_form(from_source: FromSource[ArchT]) -> Form[ArchT]:
    """Makes the form of DARTS's genotypes."""

    def read(value: Any) -> ArchT:
        genotype, settings = _split(value)
        missing = [key for key in _SETTINGS if key not in settings]
        unknown = [key for key in settings if key not in _SETTINGS]
        if missing or unknown:
            wrong = f"unknown {unknown[0]!r:.40}" if unknown else f"no {missing[0]}"
            raise ArchitectureError(
                "a genotype is two cells and no network: expected depth=20 width=36 aux=0 drop=0.0 lr=0.1 wd=0.0005 "
                f"after it; got {wrong}"
            )
        net = {
            "genotype": dict(exactly(genotype, "a genotype", _CELLS)),
            "depth": settings["depth"],
            "width": settings["width"],
            "aux": bool(settings["aux"]) if settings["aux"] in (0, 1) else settings["aux"],
            "drop_prob": settings["drop"],
        }
        return from_source(net, {"base_lr": settings["lr"], "wd": settings["wd"], "max_ep": None})

    example = (
        "Genotype(normal=[('sep_conv_3x3', 1), ...], normal_concat=[2, 3, 4, 5], reduce=[...], reduce_concat=[...]) "
        "depth=20 width=36 aux=0 drop=0.0 lr=0.1 wd=0.0005"
    )
    return Form("genotype", example, _claims, read)


def _claims(value: Any) -> bool:
    if isinstance(value, str):
        return value.lstrip().startswith("Genotype(")
    if isinstance(value, Mapping):
        return isinstance(value.get("genotype"), NamedCall)
    return isinstance(value, NamedCall) and value.name == "Genotype"


def _split(value: Any) -> tuple[object, Mapping[str, object]]:
    """Returns the cells of a genotype, and what is written with it."""
    settings: dict[str, object] = {}
    if isinstance(value, str):
        match = _GENOTYPE.fullmatch(value)
        if match is None:
            raise ArchitectureError(f"expected Genotype(...) and words such as depth=20, got {value!r:.120}")
        value = read_literal(match[1])
        for word in match[2].split():
            key, _, number = word.partition("=")
            if key in settings:
                raise ArchitectureError(f"expected each word once, got {key!r:.40} twice")
            settings[key] = read_literal(number)
    elif isinstance(value, Mapping):
        settings = {key: one for key, one in value.items() if key != "genotype"}
        value = value["genotype"]
    if not isinstance(value, NamedCall):
        raise ArchitectureError("expected Genotype(normal=..., normal_concat=..., reduce=..., reduce_concat=...)")
    return value.arguments(_CELLS), settings
