"""Writes files in the official formats of NAS-Bench-201 and NATS-Bench, of any size, with random numbers.

    python -m performance.generators.nb201_files OUT [--architectures 15625] [--format pth|nats|folder ...]

Layout, sizes and key order are those of the official files (v1_1's trials: seeds 777, 888, 999 at 200 epochs,
of which some architectures have one or two; 111 and 777 at 12), and the official APIs load them. The numbers mean
nothing.
"""

import argparse
import bz2
import os
import pickle
import random
from collections import OrderedDict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import islice, product
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

OPERATIONS = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
ARCHITECTURES = 15_625
# of the official file: how many architectures were trained once and twice
TRAINED_ONCE, TRAINED_TWICE = 2_225, 5_439
# what torch.save began with before version 1.6
TORCH_MAGIC, TORCH_PROTOCOL = 0x1950A86A20F9469CFC6C, 1001
SYS_INFO = {"protocol_version": 1001, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}
# how many items a pickler writes at once
BATCH = 1000
FORMATS = ("pth", "nats", "folder")

# classes; evaluation sets of 12 and of 200 epochs, where only the first has every epoch; seconds of an epoch;
# accuracy that good architectures reach
DATASETS: dict[str, tuple[int, list[str], list[str], float, float]] = {
    "cifar10-valid": (10, ["x-valid", "ori-test"], ["x-valid", "ori-test"], 20.0, 94.0),
    "cifar10": (10, ["ori-test"], ["ori-test"], 38.0, 94.5),
    "cifar100": (100, ["x-valid", "x-test", "ori-test"], ["ori-test", "x-valid", "x-test"], 38.0, 73.0),
    "ImageNet16-120": (
        120,
        ["x-valid", "x-test", "ori-test"],
        ["ori-test", "x-valid", "x-test"],
        110.0,
        46.0,
    ),
}


def strings() -> list[str]:
    """The 15,625 architectures in the official order."""
    archs = ["|{}~0|+|{}~0|{}~1|+|{}~0|{}~1|{}~2|".format(*arch) for arch in product(OPERATIONS, repeat=6)]
    random.Random(88).shuffle(archs)
    return archs


def seeds(index: int, epochs: int, dataset: str) -> list[int]:
    """The trials of an architecture."""
    if epochs == 12:
        return [777, 111] if dataset == "cifar10-valid" else [777]
    rank = index * 7919 % ARCHITECTURES
    return [777, 888, 999][: 1 + (rank >= TRAINED_ONCE) + (rank >= TRAINED_ONCE + TRAINED_TWICE)]


def states(index: int, arch: str) -> dict[int, dict[str, Any]]:
    """One architecture's state at 12 and at 200 epochs."""
    rng = np.random.default_rng([201, index])
    seconds = {dataset: DATASETS[dataset][3] * rng.uniform(0.5, 1.5) for dataset in DATASETS}
    return {epochs: _state(index, arch, epochs, seconds, rng) for epochs in (12, 200)}


def _state(index: int, arch: str, epochs: int, seconds: dict[str, float], rng: np.random.Generator) -> dict[str, Any]:
    trials = [(dataset, seed) for dataset in DATASETS for seed in seeds(index, epochs, dataset)]
    return {
        "arch_index": index,
        "arch_str": arch,
        "all_results": {trial: _trial(arch, *trial, epochs, seconds[trial[0]], rng) for trial in trials},
        "dataset_seed": {dataset: seeds(index, epochs, dataset) for dataset in DATASETS},
        "clear_net_done": True,
    }


def _trial(arch: str, dataset: str, seed: int, epochs: int, seconds: float, rng: np.random.Generator) -> dict[str, Any]:
    classes, short_sets, long_sets, _, top = DATASETS[dataset]
    sets = short_sets if epochs == 12 else long_sets
    params = 0.073306 + 0.24304 * arch.count("conv_3x3") + 0.028 * arch.count("conv_1x1")
    accuracy, losses, times = {}, {}, {}
    for place, name in enumerate(sets):
        first = 0 if epochs == 12 or place == 0 else epochs - 1
        # names of their own in each dict, as the official files have them
        accuracy.update({f"{name}@{e}": value for e, value in enumerate(_curve(rng, top, epochs)) if e >= first})
        losses.update({f"{name}@{e}": value for e, value in enumerate(_curve(rng, 4.6, epochs)) if e >= first})
        times.update({f"{name}@{e}": seconds / 8 for e in range(epochs)})
    return {
        "name": dataset,
        "net_state_dict": None,
        "train_acc1es": dict(enumerate(_curve(rng, 99.0, epochs))),
        "train_acc5es": dict(enumerate(_curve(rng, 99.9, epochs))) if epochs == 12 else None,
        "train_losses": dict(enumerate(_curve(rng, 4.6, epochs))),
        "train_times": OrderedDict.fromkeys(range(epochs), seconds),
        "arch_config": {"channel": 16, "num_cells": 5, "arch_str": arch, "class_num": classes},
        "params": np.float64(params),
        "flop": params * 140.0,
        "seed": f"{seed:04d}",
        "epochs": epochs,
        "latency": [np.float64(rng.uniform(0.01, 0.03))],
        "eval_names": list(sets),
        "eval_acc1es": accuracy,
        "eval_times": times,
        "eval_losses": losses,
    }


def _curve(rng: np.random.Generator, top: float, epochs: int) -> list[float]:
    values: list[float] = (top * rng.uniform(0.2, 1.0, epochs)).tolist()
    return values


def benchmark(count: int, names: tuple[str, str] = ("less", "full")) -> dict[str, Any]:
    """The first architectures as the one dict that both APIs load; an architecture takes 1.5 MB of memory."""
    archs = strings()
    infos = {i: dict(zip(names, states(i, archs[i]).values(), strict=True)) for i in range(count)}
    return {"meta_archs": archs, "total_archs": ARCHITECTURES, "arch2infos": infos, "evaluated_indexes": list(infos)}


def write_pth(path: Path, count: int) -> None:
    """Writes `NAS-Bench-201-v1_1-*.pth` as torch.save did before version 1.6; 0.32 MB each."""
    archs = strings()
    with path.open("wb") as file:
        for part in (TORCH_MAGIC, TORCH_PROTOCOL, SYS_INFO):
            pickle.dump(part, file, 2)
        _write_benchmark(file, archs, count, 2, ("full", "less"))
        pickle.dump([], file, 2)


def write_nats_file(path: Path, count: int) -> None:
    """Writes `NATS-tss-v1_0-*.pickle.pbz2`; 84 kB each."""
    with bz2.BZ2File(path, "wb") as file:
        _write_benchmark(file, strings(), count, 4, ("12", "200"))


def write_nats_folder(folder: Path, count: int) -> None:
    """Writes `NATS-tss-v1_0-*-simple`; 84 kB each."""
    folder.mkdir(parents=True, exist_ok=True)
    meta = {"meta_archs": strings(), "total_archs": ARCHITECTURES, "arch2infos": None, "evaluated_indexes": set()}
    (folder / "meta.pickle.pbz2").write_bytes(bz2.compress(pickle.dumps(meta, 4)))
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(partial(_write_nats_architecture, folder), range(count), strings(), chunksize=16))


def _write_nats_architecture(folder: Path, index: int, arch: str) -> None:
    entry = OrderedDict(zip(("12", "200"), states(index, arch).values(), strict=True))
    (folder / f"{index:06d}.pickle.pbz2").write_bytes(bz2.compress(pickle.dumps(entry, 4)))


def _write_benchmark(
    file: "BinaryIO | bz2.BZ2File", archs: list[str], count: int, protocol: int, names: tuple[str, str]
) -> None:
    """Writes the pickle of the whole dict an architecture at a time: its parts, put together as the pickler does."""
    part = partial(_part, protocol=protocol)
    file.write(bytes([0x80, protocol]) + b"}(")
    file.write(part("meta_archs") + part(archs) + part("total_archs") + part(ARCHITECTURES) + part("arch2infos") + b"}")
    items = _items(archs[:count], protocol, names)
    while batch := list(islice(items, 1)):
        file.write(b"(")
        for item in (*batch, *islice(items, BATCH - 1)):
            file.write(item)
        file.write(b"u")
    file.write(part("evaluated_indexes") + part(list(range(count))) + b"u.")


def _items(archs: list[str], protocol: int, names: tuple[str, str]) -> Iterator[bytes]:
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for start in range(0, len(archs), BATCH):
            some = range(start, min(start + BATCH, len(archs)))
            item = partial(_item, protocol=protocol, names=names)
            yield from pool.map(item, some, archs[start : start + BATCH], chunksize=8)


def _item(index: int, arch: str, protocol: int, names: tuple[str, str]) -> bytes:
    by_epochs = states(index, arch)
    entry = {name: by_epochs[12 if name in ("12", "less") else 200] for name in names}
    return _part(index, protocol) + _part(entry, protocol)


def _part(value: object, protocol: int) -> bytes:
    """A pickle without its beginning (protocol, and from 4 on no frames) and its end."""
    # the pickler's `fast` mode would forget the memo; frames are left out below 4 bytes only, so protocol 3
    # stands for 4: it differs in names and strings alone, and a pickle may mix both
    return pickle.dumps(value, min(protocol, 3))[2:-1]


def main() -> None:
    """Writes the formats that were asked for."""
    parser = argparse.ArgumentParser(description="Write NAS-Bench-201 files with random numbers.")
    parser.add_argument("out", type=Path)
    parser.add_argument("--architectures", type=int, default=ARCHITECTURES)
    parser.add_argument("--format", nargs="+", choices=FORMATS, default=FORMATS)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    if "pth" in args.format:
        write_pth(args.out / "NAS-Bench-201-v1_1-096897.pth", args.architectures)
    if "nats" in args.format:
        write_nats_file(args.out / "NATS-tss-v1_0-3ffb9.pickle.pbz2", args.architectures)
    if "folder" in args.format:
        write_nats_folder(args.out / "NATS-tss-v1_0-3ffb9-simple", args.architectures)


if __name__ == "__main__":
    main()
