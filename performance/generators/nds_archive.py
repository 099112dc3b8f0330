"""Writes files in the layout of NDS's archive, full of made-up numbers.

    python performance/generators/nds_archive.py OUT                 # full size: more than 100,000 trainings, 340 MB
    python performance/generators/nds_archive.py OUT --scale 0.001   # a few of everything
    python performance/generators/nds_archive.py OUT --zip           # in OUT/nds_data.zip

THE REAL ARCHIVE WAS NOT AT HAND when this was written, nor when the importer was: both follow the description of its
layout in docs/nds.md, gathered from the paper, its notebooks and programs that read the files. The sizes of the
files, and every number in them, are invented; nothing can be concluded from them about any network.

What it writes on purpose: every family and variant on both data sets; lists and {"top", "mid"}; trainings that
diverged (NaN losses, an error of 90%); networks trained again with other seeds, and with the same; `prec_time` as
an object, and left out on ImageNet; an empty list, null or nothing where blocks have no bottleneck; curves by step
in the `_rng` files.
"""

import argparse
import json
import math
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from nasbench_suite.spaces.nds import FAMILIES

# the published files, and how many trainings each gets here at scale 1
FILES = {
    "Amoeba": 5000,
    "Amoeba_in": 500,
    "DARTS": 5000,
    "DARTS_fix-w-d": 2000,
    "DARTS_in": 500,
    "DARTS_lr-wd": 4000,
    "DARTS_lr-wd_in": 300,
    "ENAS": 5000,
    "ENAS_fix-w-d": 2000,
    "ENAS_in": 500,
    "NASNet": 5000,
    "NASNet_in": 500,
    "PNAS": 5000,
    "PNAS_fix-w-d": 2000,
    "PNAS_in": 500,
    "ResNeXt-A": 12000,
    "ResNeXt-A_in": 500,
    "ResNeXt-B": 12000,
    "ResNeXt-B_in": 500,
    "ResNet-B": 5000,
    "ResNet": 25000,
    "ResNet_lr-wd": 5000,
    "ResNet_lr-wd_in": 300,
    "ResNet_reruns": 400,
    "ResNet_rng1": 1000,
    "ResNet_rng2": 1000,
    "ResNet_rng3": 1000,
    "Vanilla": 5000,
    "Vanilla_lr-wd": 4000,
    "Vanilla_lr-wd_in": 300,
    "Vanilla_reruns": 400,
    "Vanilla_rng1": 1000,
    "Vanilla_rng2": 1000,
    "Vanilla_rng3": 1000,
}
BLOCKS = {"Vanilla": "double_plain_block", "ResNet": "res_basic_block"}
DEPTHS, WIDTHS = (1, 2, 3, 4, 6, 8, 12, 16, 24), (16, 24, 32, 40, 48, 64, 96, 128, 192, 256)


def stage_net(rng: np.random.Generator, family: str, imagenet: bool) -> dict[str, Any]:
    """Returns a made-up network of stages, the stem first."""
    stages = 3
    depths = [1, *(int(rng.choice(DEPTHS)) for _ in range(stages))]
    widths = [64 if imagenet else 16, *(int(rng.choice(WIDTHS)) for _ in range(stages))]
    net: dict[str, Any] = {
        "block_type": BLOCKS.get(family, "res_bottleneck_block"),
        "ds": depths,
        "ws": widths,
        "ss": [int(rng.choice([4, 8])) if imagenet else 1, 1, 2, 2],
    }
    if family in BLOCKS:
        absent = rng.integers(3)
        return net if absent == 0 else net | {"bot_muls": [] if absent == 1 else None, "num_gs": []}
    if family == "ResNet-B":
        return net | {"bot_muls": [0.0, 0.25, 0.25, 0.25], "num_gs": [1, 1, 1, 1]}
    groups = (1, 2, 4) if family == "ResNeXt-A" else (1, 2, 4, 8, 16)
    multipliers = [float(rng.choice([0.25, 0.5, 1.0])) for _ in range(stages)]
    fitting = [[g for g in groups if round(w * m) % g == 0] for w, m in zip(widths[1:], multipliers, strict=True)]
    return net | {"bot_muls": [0.0, *multipliers], "num_gs": [1, *(int(rng.choice(each)) for each in fitting)]}


def cell_net(rng: np.random.Generator, family: str, fixed: bool) -> dict[str, Any]:
    """Returns a made-up network of cells."""
    space = FAMILIES[family]()
    genotype: dict[str, Any] = {}
    for name in ("normal", "reduce"):
        edges = [
            [str(rng.choice(space.operations)), int(rng.integers(node + 2))]  # type: ignore[attr-defined]
            for node in range(space.nodes)  # type: ignore[attr-defined]
            for _ in range(2)
        ]
        nodes = range(2, space.nodes + 2)  # type: ignore[attr-defined]
        loose = [node for node in nodes if all(edge[1] != node for edge in edges)]
        genotype |= {name: edges, f"{name}_concat": list(nodes) if family in ("DARTS", "PNAS") else loose}
    depth, width = (20, 16) if fixed else (int(rng.integers(4, 26)), int(rng.choice([16, 24, 32])))
    return {"genotype": genotype, "depth": depth, "width": width, "aux": False, "drop_prob": 0.0}


def complexity(net: dict[str, Any]) -> tuple[int, int]:
    """Returns made-up parameters and FLOPs that grow with depth and width as real ones do."""
    if "genotype" in net:
        heavy = sum("conv" in edge[0] for edge in net["genotype"]["normal"]) + 4
        parameters = net["depth"] * net["width"] ** 2 * 9 * heavy
        return parameters, parameters * 160
    layers = list(zip(net["ds"], net["ws"], np.cumprod(net["ss"]).tolist(), strict=True))[1:]
    shrink = 0.15 if net["block_type"].startswith("res_bottleneck") else 1.0
    parameters = int(sum(d * 18 * w * w for d, w, _ in layers) * shrink)
    return parameters, int(sum(d * 18 * w * w * 1024 / s**2 for d, w, s in layers) * shrink)


def job(rng: np.random.Generator, number: int, net: dict[str, Any], seed: int, name: str) -> dict[str, Any]:
    """Returns a made-up training."""
    imagenet, tuned = name.endswith("_in"), "lr-wd" in name
    epochs = 50 if imagenet else 100
    parameters, flops = complexity(net)
    floor = (22 if imagenet else 4) + 30 / math.log10(parameters + 1000) ** 1.5 * (2.0 if "Vanilla" in name else 1.5)
    floor += abs(rng.normal(0, 1.2))
    done = np.linspace(0, 1, epochs)
    shape = np.exp(-4 * done) * 45 + rng.normal(0, 0.4, epochs)
    test = np.clip(floor + shape, 0.5, 99.9)
    train = np.clip(floor * (1 - 0.9 * done) + shape, 0.0, 99.9)
    loss = np.clip(train / 25, 0.001, None)
    if number % 100 == 1:  # diverged
        broken = int(rng.integers(1, epochs))
        test[broken:], train[broken:], loss[broken:] = 90.0, 90.0, np.nan
    made = {
        "job_id": number,
        "rng_seed": seed,
        "params": parameters,
        "flops": flops,
        "act_mem": round(float(rng.uniform(50, 900)), 3),
        "exp_mem": round(float(rng.uniform(100, 4000)), 3),
        "iter_time": round(0.02 + flops / 1e10, 5),
        "net": net,
        "optim": {
            "base_lr": float(10 ** rng.uniform(-3, 0)) if tuned else 0.1,
            "wd": float(10 ** rng.uniform(-5, -2)) if tuned else 0.0005,
            "max_ep": epochs,
        },
        "train_ep_top1": np.round(train, 3).tolist(),
        "train_ep_loss": np.round(loss, 4).tolist(),
        "test_ep_top1": np.round(test, 3).tolist(),
        "min_test_top1": round(float(np.nanmin(test)), 3),
    }
    if not imagenet:
        made["prec_time"] = {"train_fw_bw": round(0.015 + flops / 1e10, 5), "test_fw": round(0.005 + flops / 3e10, 5)}
    if "_rng" in name:
        made["train_it_loss"] = np.round(loss.repeat(2), 4).tolist()
        made["train_it_top1"] = np.round(train.repeat(2), 3).tolist()
    return made


def jobs(name: str, count: int) -> Iterator[dict[str, Any]]:
    """Lists the made-up trainings of a file; the `_rng` files train the same networks under other seeds."""
    family = name.partition("_")[0]
    variant = name.removesuffix("_in").partition("_")[2]
    net_rng = np.random.default_rng([len(FILES), *family.encode(), *(b"rng" if "rng" in variant else name.encode())])
    rng = np.random.default_rng([1, *name.encode()])
    seed = int(variant[3:]) if variant.startswith("rng") else 1
    net: dict[str, Any] = {}
    for number in range(count):
        rerun = "reruns" in variant and number % 20
        if not rerun:
            cell = hasattr(FAMILIES[family], "operations")
            net = (
                cell_net(net_rng, family, variant == "fix-w-d")
                if cell
                else stage_net(net_rng, family, name[-3:] == "_in")
            )
        # the last rerun of each network has the seed of the one before
        again = min(number % 20, 18) if "reruns" in variant else 0
        yield job(rng, 1_000_000 + number, net, seed + again, name)


def write(folder: Path, scale: float, names: list[str] | None = None) -> list[Path]:
    """Writes the files, each with at least two trainings.

    Args:
        folder: where to.
        scale: of the full size.
        names: which files, without `.json`; None for all.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name in names or FILES:
        least = 40 if "reruns" in name else 2  # two networks and their reruns
        made = [json.dumps(one) for one in jobs(name, max(least, round(FILES[name] * scale)))]
        text = f"[{', '.join(made)}]"
        if "reruns" in name:
            half = (len(made) + 1) // 2
            text = f'{{"top": [{", ".join(made[:half])}], "mid": [{", ".join(made[half:])}]}}'
        written.append(folder / f"{name}.json")
        written[-1].write_text(text)
    return written


def main() -> None:
    """Writes the archive."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scale", type=float, default=1.0, help="of the full size (default 1)")
    parser.add_argument("--zip", action="store_true", help="pack the files into nds_data.zip")
    options = parser.parse_args()
    files = write(options.folder, options.scale)
    if options.zip:
        with zipfile.ZipFile(options.folder / "nds_data.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for file in files:
                archive.write(file, f"nds_data/{file.name}")
                file.unlink()
    print(
        f"{len(files)} files of MADE-UP numbers in the layout of NDS's archive, which was not at hand: {options.folder}"
    )


if __name__ == "__main__":
    main()
