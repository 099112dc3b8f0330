"""What a CUDA machine makes of weight sharing: one command that measures, and writes `docs/gpu.md`.

    python performance/gpu.py                      # on an idle CUDA machine, with CIFAR-10 and a table of nb201
    python performance/gpu.py --smoke --output F   # the same code in minutes on a CPU: its figures mean nothing

For each of the six algorithms: seconds and memory of a step as the published code computes it (every operation by
itself, float32 without TF32, channels first) and with each optimisation added to those before, or to what its label
begins with; the fewest seconds that the step's arithmetic and its bytes take; and a short search on CIFAR-10 with the
true accuracy of what it derives.
"""

import argparse
import json
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import torch
from literal_nb201 import LiteralNB201
from supernets import ALGORITHMS, MIB, arithmetic, search_of, seconds
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from nasbench_suite.spaces.nb201 import NB201

PAGE = Path(__file__).parents[1] / "docs" / "gpu.md"
MIXTURES = ("darts1", "darts2", "setn")  # for these are `supernet.compile` and `supernet.cuda_graphs`


class Stage(NamedTuple):
    """How a step is computed.

    Attributes:
        label: what is added to the stage before.
        literal: every operation by itself.
        channels_last: memory layout.
        tf32: whether matrix products and convolutions of float32 may round their factors.
        precision: of the settings.
        compile: of the settings; so are the next two.
        compile_operations: one by one.
        cuda_graphs: of mixtures.
    """

    label: str
    literal: bool = False
    channels_last: bool = False
    tf32: bool = False
    precision: str = "float32"
    compile: bool = False
    compile_operations: bool = False
    cuda_graphs: bool = False

    @property
    def is_of_mixtures(self) -> bool:
        """Whether it is for mixtures alone."""
        return self.compile or self.cuda_graphs

    def settings(self) -> dict[str, Any]:
        """Those of the supernet that it changes."""
        names = ("channels_last", "precision", "compile", "compile_operations", "cuda_graphs")
        return {name: getattr(self, name) for name in names}


FAST: dict[str, Any] = {"channels_last": True, "tf32": True, "precision": "bfloat16"}
STAGES = (
    Stage("as published", literal=True),
    Stage("cells merged"),
    Stage("+ channels last", channels_last=True),
    Stage("+ TF32", channels_last=True, tf32=True),
    Stage("+ bfloat16", **FAST),
    Stage("+ compiled operations", **FAST, compile_operations=True),
    Stage("bfloat16 + CUDA graphs of mixtures", **FAST, cuda_graphs=True),
    Stage("bfloat16 + compiled mixtures", **FAST, compile=True),
    Stage("+ CUDA graphs of mixtures", **FAST, compile=True, cuda_graphs=True),
)


class Traffic(TorchDispatchMode):
    """Adds up the bytes that eager operations read and write."""

    total = 0

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = function(*args, **(kwargs or {}))
        if not function.is_view:
            self.total += sum(
                each.numel() * each.element_size()
                for each in tree_leaves((args, kwargs, out))
                if isinstance(each, Tensor)
            )
        return out


@contextmanager
def tf32(allowed: bool) -> Iterator[None]:
    """Lets convolutions and matrix products of float32 round their factors, or not, within a `with` block."""
    backends = (torch.backends.cuda.matmul, torch.backends.cudnn)
    before = [backend.allow_tf32 for backend in backends]
    for backend in backends:
        backend.allow_tf32 = allowed
    try:
        yield
    finally:
        for backend, was in zip(backends, before, strict=True):
            backend.allow_tf32 = was


def steps(name: str, arguments: argparse.Namespace, device: torch.device) -> Iterator[list[str]]:
    """Yields a row for each stage: its label, seconds and MiB of a step."""
    for stage in STAGES:
        compiles = stage.is_of_mixtures or stage.compile_operations
        if (compiles and device.type != "cuda") or (stage.is_of_mixtures and name not in MIXTURES):
            continue
        space = LiteralNB201() if stage.literal else NB201()
        with tf32(stage.tf32):
            step = search_of(name, arguments, device, space, **stage.settings()).step_once
            if device.type == "cuda":
                torch.cuda.reset_peak_memory_stats(device)
            taken = seconds(step, device, arguments.repeats)
        peak = f"{torch.cuda.max_memory_allocated(device) / MIB:,.0f}" if device.type == "cuda" else "-"
        yield [stage.label, f"{taken:.4f}", peak]


def bounds(name: str, arguments: argparse.Namespace, device: torch.device) -> list[str]:
    """Returns GFLOP and GB of an eager step of merged cells, and the seconds that they take at the device's best."""
    settings = STAGES[2].settings()
    flop = arithmetic(search_of(name, arguments, device, NB201(), **settings).step_once, 1)
    step = search_of(name, arguments, device, NB201(), **settings).step_once
    step()
    with Traffic() as traffic:
        step()
    floats, bfloats = (product_rate(device, arguments.smoke, dtype) for dtype in (torch.float32, torch.bfloat16))
    at_best = (flop / floats, flop / bfloats, traffic.total / copy_rate(device, arguments.smoke))
    return [f"{flop / 1e9:.1f}", f"{traffic.total / 1e9:.2f}", *(f"{each:.4f}" for each in at_best)]


def product_rate(device: torch.device, smoke: bool, dtype: torch.dtype) -> float:
    """Operations a second of a large matrix product, without TF32."""
    size = 256 if smoke else 8192
    matrix = torch.randn(size, size, device=device, dtype=dtype)
    with tf32(False):
        return 2 * size**3 / seconds(lambda: matrix @ matrix, device, 10)


def copy_rate(device: torch.device, smoke: bool) -> float:
    """Bytes read and written a second by a large copy."""
    source = torch.empty(2**20 if smoke else 2**30, dtype=torch.uint8, device=device)
    target = torch.empty_like(source)
    return 2 * source.numel() / seconds(lambda: target.copy_(source), device, 10)


def short_search(name: str, arguments: argparse.Namespace, device: torch.device, folder: Path) -> list[str]:
    """Returns what a search derives: epochs, seconds, architecture, its true validation and test accuracy."""
    command = [sys.executable, "-m", "nasbench_suite"]
    where = ["protocol=digits", "supernet.network.channels=2", "supernet.network.cells=1"]
    chosen = (
        where
        if arguments.smoke
        else ["protocol=nb201", "supernet.precision=bfloat16", f"evaluator={arguments.evaluator}"]
    )
    search = [
        *command, "run", *chosen, f"algorithm={name}", f"supernet.epochs={arguments.epochs}",
        f"supernet.device={device}", "seeds=1", "tracking=disabled", f"results={folder}",
    ]  # fmt: skip
    subprocess.run(search, check=True, stdout=subprocess.DEVNULL)
    report = [*command, "report", str(folder), "--format", "json"]
    rows = json.loads(subprocess.run(report, check=True, capture_output=True, text=True).stdout)
    row = next(each for each in rows if each["algorithm"] == name and each["scored_on"] == each["dataset"])
    valid, test = ("-" if row[key] is None else f"{row[key]:.2f}" for key in ("valid_mean", "test_mean"))
    return [f"{row['evaluations_mean']:.0f}", f"{row['seconds_mean']:.0f}", f"`{row['found']}`", valid, test]


def table(header: list[str], rows: list[list[str]]) -> str:
    """Returns a table of Markdown."""
    cells = [header, ["---"] * len(header), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


def page(arguments: argparse.Namespace, device: torch.device, note: Callable[[str], None]) -> str:
    """Measures all, and returns the page."""
    where = torch.cuda.get_device_name(device) if device.type == "cuda" else f"a CPU ({platform.machine()})"
    versions = f"torch {torch.__version__}, CUDA {torch.version.cuda}, {where}"
    size = f"batch {arguments.batch}, {arguments.channels} channels, {arguments.cells} cells a stage, 32x32 images"
    parts = ["# Weight sharing on a GPU", f"`python performance/gpu.py` on {versions}; {size}."]
    if arguments.smoke:
        parts.append("**A smoke run: it shows that the code runs, and its figures mean nothing.**")
    stages, limits, searches = [], [], []
    for name in arguments.algorithms:
        note(name)
        stages += [[name, *row] for row in steps(name, arguments, device)]
        limits.append([name, *bounds(name, arguments, device)])
    parts += ["## A step", table(["", "", "seconds", "MiB"], stages)]
    header = ["", "GFLOP", "GB, eager", "s, float32", "s, bfloat16", "s, bytes"]
    parts += [
        "## The fewest seconds of a step",
        "At the rates of a large matrix product and a large copy.",
        table(header, limits),
    ]
    with tempfile.TemporaryDirectory() as folder:
        for name in arguments.algorithms:
            note(f"{name}, a search")
            searches.append([name, *short_search(name, arguments, device, Path(folder) / name)])
    header = ["", "epochs", "seconds", "derived", "true valid", "true test"]
    dataset = "the digits" if arguments.smoke else "CIFAR-10"
    parts += [f"## Short searches on {dataset}", "One seed each.", table(header, searches)]
    return "\n\n".join(parts) + "\n"


def main() -> None:
    """Measures, and writes the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smoke", action="store_true", help="tiny sizes on a CPU; needs --output")
    parser.add_argument("--output", type=Path, help=f"the page; by default {PAGE.name} in docs/")
    parser.add_argument("--algorithms", nargs="+", choices=ALGORITHMS, default=list(ALGORITHMS))
    parser.add_argument("--epochs", type=int, help="of a short search; by default 10")
    parser.add_argument("--evaluator", choices=("table", "none"), default="table", help="who knows true accuracies")
    arguments = parser.parse_args()
    if arguments.smoke and arguments.output is None:
        parser.error("--smoke needs --output, for its figures are not for docs/gpu.md")
    if not arguments.smoke and not torch.cuda.is_available():
        parser.error("expected a CUDA device, found none; --smoke runs the same code on a CPU")
    device = torch.device("cpu" if arguments.smoke else "cuda")
    small = {"batch": 4, "channels": 2, "cells": 1, "repeats": 1}
    sizes = small if arguments.smoke else {"batch": 64, "channels": 16, "cells": 5, "repeats": 20}
    vars(arguments).update(sizes, threads=1, epochs=arguments.epochs or (1 if arguments.smoke else 10))
    text = page(arguments, device, lambda what: print(what, file=sys.stderr, flush=True))
    (arguments.output or PAGE).write_text(text)


if __name__ == "__main__":
    main()
