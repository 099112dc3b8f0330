"""Seconds of NAS-Bench-201's supernet, the package's against one written out, and of a step of each algorithm on both.

The latter is `literal_nb201.py`: the same operations computed one by one, in float32, eager and channels first.

python performance/supernets.py [--device cpu|cuda] [--batch 64] [--channels 16] [--cells 5] [--threads 1]
"""

import argparse
import os
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 (the name that PyTorch's own documentation uses)
from hydra import compose, initialize_config_module
from hydra.utils import instantiate
from literal_nb201 import LiteralNB201, LiteralSupernet
from omegaconf import OmegaConf
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from nasbench_suite.configuration import search_path
from nasbench_suite.edge_weights import EdgeWeights, Mixture, OneHot
from nasbench_suite.one_shot.data import SearchData
from nasbench_suite.one_shot.settings import SupernetSettings
from nasbench_suite.one_shot.trainer import SupernetTrainer
from nasbench_suite.space import Space
from nasbench_suite.spaces.nb201 import NB201
from nasbench_suite.supernet import Supernet
from nasbench_suite.training.clock import clock
from nasbench_suite.training.images import Images
from nasbench_suite.training.recipe import Precision

ALGORITHMS = ("darts1", "darts2", "gdas", "setn", "enas", "rsps")
MIXTURES = ("darts1", "darts2", "setn")  # for these is `supernet.compile`
ARCHITECTURES = 4  # drawn at random for one-hots and paths, the same for all
MIB = 2**20


class Setup(NamedTuple):
    """How a supernet is run.

    Attributes:
        literal: whether it is the one written out.
        last: channels last.
        bfloat16: mixed precision.
        compiled: by `torch.compile`.
    """

    literal: bool = False
    last: bool = False
    bfloat16: bool = False
    compiled: bool = False

    def __str__(self) -> str:
        words = ("written out" if self.literal else "ours", "channels last" if self.last else "channels first")
        extra = [name for name in ("bfloat16", "compiled") if getattr(self, name)]
        return ", ".join([*words, *extra])


def setups(device: torch.device) -> Iterator[Setup]:
    """Lists those that are measured; mixed precision and compilation on a GPU only."""
    gpu = (False, True) if device.type == "cuda" else (False,)
    for literal, last, bfloat16, compiled in product((True, False), (False, True), gpu, gpu):
        if not (literal and compiled):
            yield Setup(literal, last, bfloat16, compiled)


def forms(supernet: Supernet[Any], device: torch.device) -> dict[str, list[EdgeWeights]]:
    """Lists edge weights of each form, with a gradient where there is one."""
    rng = np.random.default_rng(0)
    soft = torch.full((len(supernet.edge_names), len(supernet.operations)), 1 / len(supernet.operations), device=device)
    soft.requires_grad_()
    archs = [supernet.draw(rng) for _ in range(ARCHITECTURES)]
    hard = [
        F.one_hot(torch.tensor(arch, device=device), len(supernet.operations)) + (soft - soft.detach())
        for arch in archs
    ]
    return {
        "mixture": [Mixture(soft)],
        "one-hot": [OneHot(rows, arch) for rows, arch in zip(hard, archs, strict=True)],
        "path": [supernet.path(arch) for arch in archs],
    }


def seconds(run: Callable[[], object], device: torch.device, repeats: int) -> float:
    """The mean seconds of a run, behind one that does not count."""
    now = clock(device)
    run()
    started = now()
    for _ in range(repeats):
        run()
    return (now() - started) / repeats


def passes(arguments: argparse.Namespace, device: torch.device) -> None:
    """Prints seconds of a forward and backward pass."""
    print("| forward and backward | mixture, s | one-hot, s | path, s | MiB |\n|---|---|---|---|---|")
    images = torch.randn(arguments.batch, 3, 32, 32, device=device)
    labels = torch.randint(10, (arguments.batch,), device=device)
    for setup in setups(device):
        layout = torch.channels_last if setup.last else torch.contiguous_format
        supernet = build(arguments, setup.literal).to(device).to(memory_format=layout)
        own = images.contiguous(memory_format=layout)
        if device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(device)
        row = []
        for name, edge_weights in forms(supernet, device).items():
            network = torch.compile(supernet) if setup.compiled and name == "mixture" else supernet

            def run(
                network: Any = network, some: list[EdgeWeights] = edge_weights, setup: Setup = setup, own: Tensor = own
            ) -> None:
                for one in some:
                    with torch.autocast(device.type, torch.bfloat16) if setup.bfloat16 else nullcontext():
                        logits = network(own, one)
                    F.cross_entropy(logits.float(), labels).backward()

            row.append(f"{seconds(run, device, arguments.repeats) / len(edge_weights):.4f}")
        memory = f"{torch.cuda.max_memory_allocated(device) / MIB:,.0f}" if device.type == "cuda" else "-"
        print(f"| {setup} | {' | '.join(row)} | {memory} |", flush=True)


def build(arguments: argparse.Namespace, literal: bool) -> Supernet[Any]:
    """Builds a supernet, the same whatever its kind."""
    torch.manual_seed(0)
    supernet = NB201().supernet(classes=10, in_channels=3, channels=arguments.channels, cells=arguments.cells)
    return LiteralSupernet(supernet) if literal else supernet


def steps(arguments: argparse.Namespace, device: torch.device) -> None:
    """Prints seconds of a step of each algorithm, and of how many times what its arithmetic alone takes they are."""
    print("\n| a step | written out, s | ours, s | compiled, s | GFLOP | GFLOP/s of a product | times its seconds |")
    print("|---|---|---|---|---|---|---|")
    for name in arguments.algorithms:

        def step(space: Space[Any], fast: bool, name: str = name, **changes: Any) -> Callable[[], None]:
            return trainer(name, arguments, device, space, fast, **changes).step_once

        # all draw the same architectures; the faster product of before and after, as others work on the machine
        rate = fastest(device)
        taken = [seconds(step(LiteralNB201(), fast=False), device, arguments.repeats)]
        taken.append(seconds(step(NB201(), fast=True), device, arguments.repeats))
        if name in MIXTURES:
            taken.append(seconds(step(NB201(), fast=True, compile=True), device, arguments.repeats))
        rate = max(rate, fastest(device))
        flop = arithmetic(step(NB201(), fast=False), arguments.repeats)
        cells = [name, *(f"{value:.3f}" for value in taken), *["-"] * (3 - len(taken))]
        times = ", ".join(f"{value * rate / flop:.2f}" for value in taken[1:])
        print(f"| {' | '.join(cells)} | {flop / 1e9:.1f} | {rate / 1e9:.0f} | {times} |", flush=True)


def fastest(device: torch.device) -> float:
    """Operations a second of a large matrix product, in the precision that ours has on the device."""
    size, precision = (8192, torch.bfloat16) if device.type == "cuda" else (1024, torch.float32)
    matrix = torch.randn(size, size, device=device, dtype=precision)
    return 2 * size**3 / seconds(lambda: matrix @ matrix, device, 10)


def arithmetic(run: Callable[[], object], repeats: int) -> float:
    """The mean number of operations of a run, two for a multiply-add, behind one that does not count."""
    run()
    with Operations() as counter:
        for _ in range(repeats):
            run()
    return counter.total / repeats


class Operations(TorchDispatchMode):
    """Counts the arithmetic of convolutions and matrix products. PyTorch's own counter fails on an LSTM."""

    total = 0

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = function(*args, **(kwargs or {}))
        count = flop_registry.get(function.overloadpacket)
        self.total += count(*args, **(kwargs or {}), out_val=out) if count else 0
        return out


def trainer(
    name: str, arguments: argparse.Namespace, device: torch.device, space: Space[Any], fast: bool, **changes: Any
) -> SupernetTrainer[Any]:
    """Begins a search of the paper's settings on random images of CIFAR-10's size.

    Args:
        name: of the algorithm.
        arguments: of the command line.
        device: to train on.
        space: whose supernet is trained.
        fast: channels last, and on a GPU mixed precision.
        changes: in the supernet's settings.
    """
    precision: Precision = "bfloat16" if fast and device.type == "cuda" else "float32"
    return search_of(name, arguments, device, space, channels_last=fast, precision=precision, **changes)


def search_of(
    name: str, arguments: argparse.Namespace, device: torch.device, space: Space[Any], **changes: Any
) -> SupernetTrainer[Any]:
    """Begins a search of the paper's settings on random images of CIFAR-10's size.

    Args:
        name: of the algorithm.
        arguments: of the command line.
        device: to train on.
        space: whose supernet is trained.
        changes: in the supernet's settings.
    """
    search_path.register()
    with initialize_config_module("nasbench_suite.conf", version_base="1.3"):
        config = compose("config", overrides=["protocol=nb201", f"algorithm={name}"])
    settings = SupernetSettings(**OmegaConf.to_container(config.supernet, resolve=True))  # type: ignore[arg-type]
    settings = replace(
        settings,
        network={**settings.network, "channels": arguments.channels, "cells": arguments.cells},
        batch=arguments.batch,
        device=str(device),
        threads=arguments.threads,
        **changes,
    )
    draw = torch.Generator().manual_seed(0)

    def images(count: int) -> Images:
        pixels = torch.randint(256, (count, 3, 32, 32), generator=draw, dtype=torch.uint8)
        return Images(pixels, torch.randint(10, (count,), generator=draw))

    data = SearchData("random", 10, (125.0,) * 3, (63.0,) * 3, images(arguments.batch), images(arguments.batch), "")
    return SupernetTrainer(space, instantiate(config.algorithm), data.to(device), settings, seed=0)


def main() -> None:
    """Runs what this machine can."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--channels", type=int, default=16)
    parser.add_argument("--cells", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1, help="of a CPU; its seconds are the processor's, over all")
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--algorithms", nargs="+", choices=ALGORITHMS, default=ALGORITHMS, help="whose steps")
    parser.add_argument("--steps-only", action="store_true", help="leave out the passes")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    device = torch.device(arguments.device)
    if not arguments.steps_only:
        passes(arguments, device)
    steps(arguments, device)
    where = torch.cuda.get_device_name() if device.type == "cuda" else f"{arguments.threads} thread(s)"
    print(
        f"\nbatch {arguments.batch}, {arguments.channels} channels, {arguments.cells} cells a stage, 32x32 images, "
        f"{where}, torch {torch.__version__}, load {os.getloadavg()[0]:.1f}"
    )


if __name__ == "__main__":
    main()
