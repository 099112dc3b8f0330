"""How fast architectures are trained here: the digits on a CPU, NAS-Bench-201's recipe on a GPU where there is one.

python performance/training_speed.py [--architectures 12] [--peak 800e12]
"""

import argparse
import os
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import torch
from hydra import compose, initialize_config_module
from hydra.utils import instantiate
from torch import nn

from nasbench_suite.spaces.nb201 import NB201, Architecture
from nasbench_suite.spaces.nb201.complexity import flops
from nasbench_suite.spaces.nb201.network import NB201Network
from nasbench_suite.training.digits import load_digits
from nasbench_suite.training.images import ImageDataset, Images
from nasbench_suite.training.recipe import Recipe
from nasbench_suite.training.train import train
from nasbench_suite.training.trainer import Trainer

SPACE = NB201()


def configured(name: str) -> tuple[Recipe, dict[str, object]]:
    """Returns a training config's recipe and network."""
    with initialize_config_module("nasbench_suite.conf", version_base="1.3"):
        config = compose(f"training/{name}")["training"]
        return instantiate(config.recipe), dict(config.network)


def digits(count: int) -> None:
    """Prints processor seconds a training, both schedules together, and trainings an hour of one core."""
    torch.set_num_threads(1)
    recipe, network = configured("digits")
    data, rng = load_digits(), np.random.default_rng(0)
    archs = [SPACE.sample(rng) for _ in range(count)]
    variants: Sequence[tuple[str, list[list[int]], bool]] = (
        ("a trial at a time, channels first", [[0], [1]], False),
        ("a trial at a time, channels last", [[0], [1]], True),
        ("both trials at once, channels last", [[0, 1]], True),
    )
    print("| digits, 3 and 6 epochs | s per architecture and trial | trainings an hour and core |\n|---|---|---|")
    for name, groups, last in variants:
        started = time.process_time()
        for arch in archs:
            build = partial(SPACE.network, arch, classes=10, in_channels=1, **network)
            for epochs in (3, 6):
                own = replace(recipe, epochs=epochs, channels_last=last)
                for trials in groups:
                    train(partial(_replicated, build), data, own, trials, name=str(arch))
        seconds = (time.process_time() - started) / count / 2
        print(f"| {name} | {seconds:.2f} | {2 * 3600 / seconds:,.0f} |")
    print(f"\n{count} random architectures, torch {torch.__version__}, load {os.getloadavg()[0]:.1f}")


def _replicated(build: partial[NB201Network], replicas: int) -> nn.Module:
    return build(replicas=replicas)


def random_cifar(device: torch.device) -> ImageDataset:
    """Images of CIFAR-10's size and number; what is on them does not change the speed."""
    draw = torch.Generator().manual_seed(0)

    def images(count: int) -> Images:
        pixels = torch.randint(256, (count, 3, 32, 32), generator=draw, dtype=torch.uint8)
        return Images(pixels, torch.randint(10, (count,), generator=draw))

    train_set, valid, test = images(25_000), images(25_000), images(10_000)
    mean, std = (125.3, 123.0, 113.9), (63.0, 62.1, 66.7)
    return ImageDataset("random", 10, mean, std, train_set, valid, test, "random").to(device)


def gpu(peak: float) -> None:
    """Prints seconds an epoch of the 12-epoch recipe for the smallest, a median and the largest architecture."""
    device = torch.device("cuda")
    recipe, network = configured("nb201_12")
    recipe = replace(recipe, test_every_epoch=False)
    data = random_cifar(device)
    by_size: list[Architecture] = sorted(SPACE.enumerate(), key=lambda arch: flops(arch, 10, 32))
    print(f"| {torch.cuda.get_device_name()} | s an epoch | fewest at {peak:.3g} FLOP/s |\n|---|---|---|")
    for name, arch in (("smallest", by_size[0]), ("median", by_size[len(by_size) // 2]), ("largest", by_size[-1])):
        build = partial(SPACE.network, arch, classes=10, in_channels=3, **network)
        trainer = Trainer(partial(_replicated, build), data, recipe, [0], 0)
        for _ in range(3):
            trainer.run_epoch()
        seconds = min(epoch.train_seconds for epoch in trainer.epochs[0])
        # a multiply-add is two operations; backward costs twice the forward pass
        fewest = 2 * 3 * flops(arch, 10, 32) * len(data.train) / peak
        print(f"| {name}, {flops(arch, 10, 32) / 1e6:.0f} M multiply-adds | {seconds:.2f} | {fewest:.3f} |")


def main() -> None:
    """Runs what this machine can."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--architectures", type=int, default=12)
    parser.add_argument("--peak", type=float, default=800e12, help="FLOP/s of the GPU in bfloat16")
    arguments = parser.parse_args()
    digits(arguments.architectures)
    if torch.cuda.is_available():
        gpu(arguments.peak)
    else:
        print("no GPU here: the CIFAR-10 recipe was not measured")


if __name__ == "__main__":
    main()
