"""Which algorithms take several objectives, or constraints; for the message to who chose another one."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from nasbench_suite.algorithm import Algorithm
from nasbench_suite.closest import closest
from nasbench_suite.configuration.files import ConfigFiles
from nasbench_suite.configuration.typed import TARGET
from nasbench_suite.errors import ConfigError
from nasbench_suite.objective import ACCURACIES

_WHAT = {"multi_objective": "several objectives", "constrained": "constraints"}


def check_capable(algorithm: Algorithm[Any], name: str, config: Mapping[str, Any]) -> None:
    """Raises ConfigError where an algorithm does not know what to do with the objectives or constraints."""
    several = isinstance(config["objectives"], list)
    if several and not algorithm.multi_objective:
        raise _refusal("objectives", f"one objective for algorithm {name}", config["objectives"], "multi_objective")
    if config["constraints"] and not algorithm.constrained:
        raise _refusal("constraints", f"none for algorithm {name}", config["constraints"], "constrained")


def check_objective(objectives: str | Sequence[str]) -> None:
    """Raises ConfigError where the one objective is no accuracy, which every search weighs."""
    if not isinstance(objectives, str) or objectives in ACCURACIES:
        return
    close, names = closest(objectives, ACCURACIES), sorted(set(_capable("multi_objective")))
    what = f"{' or '.join(ACCURACIES)}, or an accuracy and {objectives}" if close is None else " or ".join(ACCURACIES)
    hint = f"did you mean {close}?" if close else f"algorithms for several objectives: {', '.join(names)}"
    if names and close is None:
        hint += f"; nasbench-suite run algorithm={names[0]} 'objectives=[valid_accuracy,{objectives}]'"
    raise ConfigError(f"objectives: expected {what}; got {objectives!r:.100} alone; {hint}")


def _refusal(
    key: str, expected: str, given: list[str], attribute: Literal["multi_objective", "constrained"]
) -> ConfigError:
    names = ", ".join(sorted(set(_capable(attribute)))) or "none here"
    return ConfigError(
        f"{key}: expected {expected}, got {', '.join(given)}; those that take {_WHAT[attribute]}: {names}"
    )


def _capable(attribute: str) -> Iterator[str]:
    """Lists the algorithms that ask for evaluations and whose class says so; no other is loaded."""
    from hydra.utils import get_object

    files = ConfigFiles()
    for name in files.names("algorithm"):
        try:
            content = files.read(f"algorithm/{name}")
            if any("one_shot" in str(entry) for entry in content.get("defaults", ())):
                continue  # its module loads PyTorch
            node = content.get("algorithm", content)
            if TARGET in node and getattr(get_object(node[TARGET]), attribute, False):
                yield name
        except Exception:  # a third party's file or module may fail in any way, and it is not the one that was chosen
            continue
