"""Is an architecture's accuracy on the digits more than noise between trials, and what does it cost?

Random architectures, several trials:

python performance/training_digits_study.py --architectures 60 --trials 4 --recipe learning_rate=0.1 --images 300
"""

import argparse
import multiprocessing
import os
import time
from dataclasses import fields, replace
from functools import partial
from typing import Any

import numpy as np
import torch
from scipy.stats import spearmanr

from nasbench_suite.spaces.nb201 import Architecture
from nasbench_suite.spaces.nb201.network import NB201Network
from nasbench_suite.training.digits import load_digits
from nasbench_suite.training.recipe import Recipe
from nasbench_suite.training.train import train

DEFAULTS: dict[str, Any] = {
    "batch": 64,
    "learning_rate": 0.1,
    "momentum": 0.9,
    "weight_decay": 5e-4,
    "flip": False,
    "crop_pad": 0,
    "precision": "float32",
    "channels_last": True,
    "compile": False,
    "test_every_epoch": False,
    "evaluation_batch": 256,
    "attempts": 5,
}


def measure(job: tuple[Architecture, list[int], int], arguments: argparse.Namespace) -> list[list[float]]:
    """Trains one architecture and returns, for each trial, valid accuracy, test accuracy, seconds, train accuracy."""
    arch, trials, epochs = job
    torch.set_num_threads(1)
    data = load_digits()
    data = replace(data, train=data.train.select(list(range(arguments.images))))
    recipe = Recipe(epochs=epochs, **(DEFAULTS | arguments.recipe))
    build = partial(NB201Network, arch, 10, arguments.channels, arguments.cells, 1, arguments.bn, True)
    started = time.process_time()
    trainings = train(build, data, recipe, trials, name=str(arch))
    seconds = (time.process_time() - started) / len(trials)
    rows = []
    for training in trainings:
        last = training.epochs[-1]
        assert last.valid and last.test
        rows.append([last.valid.accuracy, last.test.accuracy, seconds, last.train.accuracy])
    return rows


def rank(a: np.ndarray, b: np.ndarray) -> float:
    """Spearman's correlation."""
    return float(spearmanr(a, b).statistic)


def own_spread(values: np.ndarray) -> float:
    """Standard deviation of the expected accuracies: that of the means, less what noise between trials adds to it."""
    noise = values.var(1, ddof=1).mean() / values.shape[1]
    return float(np.sqrt(max(0.0, values.mean(1).var(ddof=1) - noise)))


def report(schedules: list[int], results: np.ndarray) -> None:
    """Prints the study; results are (schedules, architectures, trials, [valid, test, seconds, train])."""
    half = results.shape[2] // 2
    for schedule, values in zip(schedules, results, strict=True):
        valid, test, seconds, fit = np.moveaxis(values, -1, 0)
        noise = float(np.sqrt(valid.var(1, ddof=1).mean()))
        test_noise = float(np.sqrt(test.var(1, ddof=1).mean()))
        good = valid.mean(1) >= np.median(valid.mean(1))
        good_noise = float(np.sqrt(valid[good].var(1, ddof=1).mean()))
        good_spread = own_spread(valid[good])
        a, b = valid[:, :half].mean(1), valid[:, half : 2 * half].mean(1)
        t = test.mean(1)
        print(
            f"  {schedule:3d} ep: valid min/median/max {valid.mean(1).min():.1f}/{np.median(valid.mean(1)):.1f}/"
            f"{valid.mean(1).max():.1f} train {np.median(fit):.1f} | spread {own_spread(valid):.2f} "
            f"trial std {noise:.2f} (test {own_spread(test):.2f}, {test_noise:.2f}) | better half: spread "
            f"{good_spread:.2f} trial std {good_noise:.2f} | ranks: trials {rank(a, b):.2f} "
            f"(better half {rank(a[good], b[good]):.2f}), valid-test {rank(valid.mean(1), t):.2f} "
            f"(better half {rank(valid[good].mean(1), t[good]):.2f}) | {seconds.mean():.3f} s"
        )
    low, high = results[0, ..., 0].mean(1), results[-1, ..., 0].mean(1)
    good = high >= np.median(high)
    print(
        f"  schedules: rank {rank(low, high):.2f} (better half {rank(low[good], high[good]):.2f}), "
        f"{results[..., 2].mean((1, 2)).sum():.3f} s per architecture and trial"
    )


def pair(text: str) -> tuple[str, Any]:
    """Reads name=value of a recipe's field."""
    name, value = text.split("=")
    if name not in {field.name for field in fields(Recipe)}:
        raise argparse.ArgumentTypeError(f"a recipe has no {name}")
    kind = type(DEFAULTS[name])
    return name, value == "true" if kind is bool else kind(value)


def main() -> None:
    """Runs the study."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--architectures", type=int, default=60)
    parser.add_argument("--trials", type=int, default=4)
    parser.add_argument("--together", type=int, default=2, help="trials trained side by side; divides --trials")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--images", type=int, default=397)
    parser.add_argument("--channels", type=int, default=8)
    parser.add_argument("--cells", type=int, default=1, help="per stage")
    parser.add_argument("--bn", type=float, default=0.1)
    parser.add_argument("--schedules", type=int, nargs="+", default=[3, 12])
    parser.add_argument("--recipe", type=pair, nargs="*", default=[])
    arguments = parser.parse_args()
    arguments.recipe = dict(arguments.recipe)
    rng = np.random.default_rng(0)
    archs = [tuple(int(op) for op in rng.integers(0, 5, 6)) for _ in range(arguments.architectures)]
    together = [
        list(range(arguments.trials))[at :: arguments.trials // arguments.together]
        for at in range(arguments.trials // arguments.together)
    ]
    jobs = [(arch, trials, epochs) for epochs in arguments.schedules for arch in archs for trials in together]
    # torch's own threads do not survive a fork
    with multiprocessing.get_context("spawn").Pool(arguments.processes) as pool:
        results = np.array(pool.map(partial(measure, arguments=arguments), jobs, chunksize=4))
    print(vars(arguments), "load", os.getloadavg()[0])
    report(arguments.schedules, results.reshape(len(arguments.schedules), len(archs), arguments.trials, 4))


if __name__ == "__main__":
    main()
