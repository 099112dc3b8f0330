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
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import torch
from literal_nb201 import LiteralNB201
from supernets import ALGORITHMS, MIB, MIXTURES, arithmetic, search_of, seconds
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from nasbench_suite.spaces.nb201 import NB201
from nasbench_suite.training.arithmetic import float32_products

PAGE = Path(__file__).parents[1] / "docs" / "gpu.md"
MARK = "<!-- what follows is written by performance/gpu.py -->"
PARTS = ("step", "bounds", "search")
COMPILED = 30  # steps behind which every operation of one-hots and paths has been drawn and compiled
RECORDED = 5  # and graphs are recorded


class Stage(NamedTuple):
    """How a step is computed.

    Attributes:
        label: what is added to the stage before.
        literal: every operation by itself.
        channels_last: memory layout.
        precision: of the settings.
        compile: of the settings; so are the next two.
        compile_operations: one by one.
        cuda_graphs: of mixtures.
    """

    label: str
    literal: bool = False
    channels_last: bool = False
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


FAST: dict[str, Any] = {"channels_last": True, "precision": "bfloat16"}
STAGES = (
    Stage("as published", literal=True),
    Stage("cells merged"),
    Stage("+ channels last", channels_last=True),
    Stage("+ TF32", channels_last=True, precision="tf32"),
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


def stages_of(name: str, device: torch.device, compiled: bool) -> Iterator[Stage]:
    """Lists those that an algorithm has on a device; with compiled mixtures or without."""
    for stage in STAGES:
        compiles = stage.is_of_mixtures or stage.compile_operations
        on_gpu_only = compiles or stage.precision == "tf32"
        if (on_gpu_only and device.type != "cuda") or (stage.is_of_mixtures and name not in MIXTURES):
            continue
        if compiled or not stage.compile:
            yield stage


def step(name: str, stage: Stage, arguments: argparse.Namespace, device: torch.device) -> list[str]:
    """Returns a step's label, seconds and MiB."""
    space = LiteralNB201() if stage.literal else NB201()
    run = search_of(name, arguments, device, space, **stage.settings()).step_once
    for _ in range(1 if arguments.smoke else COMPILED if stage.compile_operations else RECORDED):
        run()
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    taken = seconds(run, device, arguments.repeats)
    peak = f"{torch.cuda.max_memory_allocated(device) / MIB:,.0f}" if device.type == "cuda" else "-"
    return [stage.label, f"{1000 * taken:.2f}", peak]


def bounds(name: str, arguments: argparse.Namespace, device: torch.device) -> list[str]:
    """Returns GFLOP and GB of an eager step of merged cells, and the milliseconds they take at the device's best."""
    settings = STAGES[2].settings()
    flop = arithmetic(search_of(name, arguments, device, NB201(), **settings).step_once, 1)
    run = search_of(name, arguments, device, NB201(), **settings).step_once
    run()
    with Traffic() as traffic:
        run()
    floats, bfloats = (product_rate(device, arguments.smoke, dtype) for dtype in (torch.float32, torch.bfloat16))
    at_best = (flop / floats, flop / bfloats, traffic.total / copy_rate(device, arguments.smoke))
    return [f"{flop / 1e9:.1f}", f"{traffic.total / 1e9:.2f}", *(f"{1000 * each:.2f}" for each in at_best)]


def product_rate(device: torch.device, smoke: bool, dtype: torch.dtype) -> float:
    """Operations a second of a large matrix product, without TF32."""
    size = 256 if smoke else 8192
    matrix = torch.randn(size, size, device=device, dtype=dtype)
    with float32_products("float32"):
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
        *(["supernet.cuda_graphs=true"] if name in MIXTURES and device.type == "cuda" else []), *arguments.set,
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


class Measurements:
    """Rows that a file keeps, a line of JSON each, so that a run that was cut off goes on."""

    def __init__(self, file: Path | None) -> None:
        """
        Args:
            file: to go on with; None keeps nothing.
        """
        self._file = file
        lines = file.read_text().splitlines() if file is not None and file.exists() else []
        self._rows: dict[str, list[str]] = dict(json.loads(line) for line in lines)

    def row(self, key: str, measure: Callable[[], list[str]]) -> list[str]:
        """Returns a row, measured now if it is not there. What fails is a row that says why."""
        if key not in self._rows:
            started = time.perf_counter()
            try:
                self._rows[key] = measure()
            except (RuntimeError, subprocess.CalledProcessError) as error:
                lines = str(error).strip().splitlines()
                self._rows[key] = [key.rpartition("/")[-1], f"failed: {lines[0] if lines else type(error).__name__}"]
            if self._file is not None:
                with self._file.open("a") as file:
                    print(json.dumps([key, self._rows[key]]), file=file)
            print(f"{key}: {self._rows[key]} ({time.perf_counter() - started:.0f} s)", file=sys.stderr, flush=True)
        return self._rows[key]


def page(arguments: argparse.Namespace, device: torch.device) -> str:
    """Measures all, and returns the page."""
    where = torch.cuda.get_device_name(device) if device.type == "cuda" else f"a CPU ({platform.machine()})"
    versions = f"torch {torch.__version__}, CUDA {torch.version.cuda}, {where}"
    size = f"batch {arguments.batch}, {arguments.channels} channels, {arguments.cells} cells a stage, 32x32 images"
    parts = [f"`python performance/gpu.py` on {versions}; {size}."]
    if arguments.smoke:
        parts.append("**A smoke run: it shows that the code runs, and its figures mean nothing.**")
    found, stages, limits, searches = Measurements(arguments.measured), [], [], []
    for name in arguments.algorithms:
        for stage in stages_of(name, device, arguments.compiled) if "step" in arguments.parts else ():
            measure = partial(step, name, stage, arguments, device)
            stages.append([name, *found.row(f"step/{name}/{stage.label}", measure)])
            torch.compiler.reset()
        if "bounds" in arguments.parts:
            limits.append([name, *found.row(f"bounds/{name}", partial(bounds, name, arguments, device))])
    parts += ["## A step", table(["", "", "ms", "MiB"], stages)]
    header = ["", "GFLOP", "GB, eager", "ms, float32", "ms, bfloat16", "ms, bytes"]
    parts += [
        "## The least time of a step",
        "Its arithmetic at the rate of a large matrix product, and its bytes at the rate of a large copy.",
        table(header, limits),
    ]
    if "search" in arguments.parts:
        with tempfile.TemporaryDirectory() as folder:
            with ThreadPoolExecutor() as pool:
                rows = {
                    name: pool.submit(
                        found.row,
                        f"search/{name}",
                        partial(short_search, name, arguments, device, Path(folder) / name),
                    )
                    for name in arguments.algorithms
                }
            searches = [[name, *row.result()] for name, row in rows.items()]
        header = ["", "epochs", "seconds", "derived", "true valid", "true test"]
        dataset = "the digits" if arguments.smoke else "CIFAR-10"
        parts += [
            f"## Short searches on {dataset}",
            "One seed each, all at once on one device.",
            table(header, searches),
        ]
    return "\n\n".join(parts) + "\n"


def main() -> None:
    """Measures, and writes the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smoke", action="store_true", help="tiny sizes on a CPU; needs --output")
    parser.add_argument("--output", type=Path, help=f"the page; by default {PAGE.name} in docs/")
    parser.add_argument("--measured", type=Path, help="a file that keeps what is measured, to go on after a break")
    parser.add_argument("--algorithms", nargs="+", choices=ALGORITHMS, default=list(ALGORITHMS))
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--compiled", action="store_true", help="compiled mixtures too, which take minutes each")
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--epochs", type=int, help="of a short search; by default 10")
    parser.add_argument("--evaluator", choices=("table", "none"), default="table", help="who knows true accuracies")
    parser.add_argument("--set", nargs="*", default=[], metavar="KEY=VALUE", help="of a search")
    arguments = parser.parse_args()
    if arguments.smoke and arguments.output is None:
        parser.error("--smoke needs --output, for its figures are not for docs/gpu.md")
    if not arguments.smoke and not torch.cuda.is_available():
        parser.error("expected a CUDA device, found none; --smoke runs the same code on a CPU")
    device = torch.device("cpu" if arguments.smoke else "cuda")
    small = {"batch": 4, "channels": 2, "cells": 1}
    sizes = small if arguments.smoke else {"batch": 64, "channels": 16, "cells": 5}
    epochs = (1 if arguments.smoke else 10) if arguments.epochs is None else arguments.epochs
    repeats = 1 if arguments.smoke else arguments.repeats
    vars(arguments).update(sizes, threads=1, epochs=epochs, repeats=repeats)
    text = page(arguments, device)
    if arguments.output is None:
        before, mark, _ = PAGE.read_text().partition(MARK)
        PAGE.write_text(f"{before}{mark}\n\n{text}")
    else:
        arguments.output.write_text(text)


if __name__ == "__main__":
    main()
