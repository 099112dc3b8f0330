"""A search by weight sharing that takes a second: NAS-Bench-201's supernet with two channels, on some of the digits."""

from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

from tiny_one_shot import Tiny

from nasbench_suite.ledger import Ledger
from nasbench_suite.one_shot.algorithm import OneShotAlgorithm
from nasbench_suite.one_shot.data import SearchData, load_search_data
from nasbench_suite.one_shot.search import search
from nasbench_suite.one_shot.settings import SupernetSettings
from nasbench_suite.one_shot.trainer import SupernetTrainer
from nasbench_suite.spaces.nb201 import NB201

SETTINGS = SupernetSettings(
    network={"channels": 2, "cells": 1},
    epochs=3,
    batch=40,
    learning_rate=0.05,
    learning_rate_end=0.001,
    cosine_epochs=None,
    momentum=0.9,
    weight_decay=5e-4,
    clip=5.0,
    flip=False,
    crop_pad=1,
    evaluation_batch=256,
    precision="float32",
    channels_last=True,
    compile=False,
    device="cpu",
    threads=1,
)


@cache
def digits() -> SearchData:
    """Fewer digits than there are."""
    data = load_search_data(NB201(), "digits", None, True)
    return replace(data, train=data.train.select(list(range(100))), valid=data.valid.select(list(range(90))))


def make(
    settings: SupernetSettings = SETTINGS,
    seed: int = 0,
    algorithm: type[OneShotAlgorithm[Any]] = Tiny,
    data: SearchData | None = None,
    **arguments: Any,
) -> SupernetTrainer[Any]:
    return SupernetTrainer(NB201(), algorithm(**arguments), data or digits(), settings, seed)


def go(state: Path, length: int, **limits: Any) -> SupernetTrainer[Any]:
    settings = replace(SETTINGS, epochs=length)
    return search(partial(make), settings, Ledger(**limits), state, "tiny", lambda record: None)
