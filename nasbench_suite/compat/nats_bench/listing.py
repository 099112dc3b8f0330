"""The lines that `show` prints of an architecture."""

from typing import Any, NamedTuple

from nasbench_suite.compat.nats_bench.arch_results import ArchResults
from nasbench_suite.compat.nats_bench.figures import shown


class Wording(NamedTuple):
    """What differs between the packages.

    Attributes:
        joint: between loss and accuracy.
        tests_half: whether `cifar10-valid` has its test figures.
    """

    joint: str
    tests_half: bool


def lines(results: ArchResults, wording: Wording, extra: str | None = None) -> list[str]:
    """Returns two lines per data set, below the architecture."""
    names = results.get_dataset_names()
    found = [str(results.arch_str), f"datasets : {names}, extra-info : {extra}"]
    for name in names:
        found += [_costs(name, results.get_compute_costs(name)), _figures(name, results, wording)]
    return found


def _costs(name: str, costs: dict[str, Any]) -> str:
    latency = costs["latency"]
    milliseconds = f"{latency * 1000:.2f}" if latency is not None and latency > 0 else None
    flops, params = shown(costs["flops"], "6.2f"), shown(costs["params"], ".3f")
    return f"{name:14s} FLOP={flops} M, Params={params} MB, latency={milliseconds} ms."


def _figures(name: str, results: ArchResults, wording: Wording) -> str:
    sets = [("train", "train"), ("valid", "x-valid"), ("test", "x-test")]
    if name == "cifar10-valid":
        sets = [*sets[:2], ("test", "ori-test")] if wording.tests_half else sets[:2]
    elif name == "cifar10":
        sets = [sets[0], ("test ", "ori-test")]
    parts = []
    for label, setname in sets:
        loss, accuracy = _last(name, setname, results)
        parts.append(f"{label} : [loss = {loss}{wording.joint}top1 = {accuracy}%]")
    return f"{name:14s} {', '.join(parts)}"


def _last(name: str, setname: str, results: ArchResults) -> tuple[str, str]:
    """Loss and accuracy at the end."""
    try:
        metrics = results.get_metrics(name, setname)
    except KeyError:  # not evaluated on the set
        return "-", "-"
    return shown(metrics["loss"], ".3f"), shown(metrics["accuracy"], ".2f")
