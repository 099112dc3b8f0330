"""A tiny search by weight sharing: NAS-Bench-201's supernet with two channels, on some of the digits."""

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from nasbench_suite.job import Job
from nasbench_suite.one_shot.data import SearchData, load_search_data
from nasbench_suite.one_shot.settings import Settings
from nasbench_suite.spaces.nb201 import NB201

PLUGINS = Path(__file__).parent / "plugins"
SETTINGS = Settings(
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


@pytest.fixture(autouse=True)
def plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes the tests' own algorithm importable, here and in other processes."""
    monkeypatch.setattr(sys, "path", [str(PLUGINS), *sys.path])
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(PLUGINS), os.environ.get("PYTHONPATH")])))


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture
def settings() -> Settings:
    return SETTINGS


@pytest.fixture(scope="session")
def digits() -> SearchData:
    """Fewer digits than there are."""
    data = load_search_data(NB201(), "digits", None, True)
    return replace(data, train=data.train.select(list(range(100))), valid=data.valid.select(list(range(90))))


OVERRIDES = (
    "protocol=digits",
    "benchmark=none",
    "budget=unlimited",
    "algorithm._target_=tiny_one_shot.Tiny",
    "seeds=1",
    "+supernet={"
    + ",".join(
        f"{key}:{value}"
        for key, value in {
            "network": "{channels:2,cells:1}",
            "epochs": 3,
            "batch": 100,
            "learning_rate": 0.05,
            "learning_rate_end": 0.001,
            "cosine_epochs": "null",
            "momentum": 0.9,
            "weight_decay": 0.0005,
            "clip": 5.0,
            "flip": "false",
            "crop_pad": 1,
            "evaluation_batch": 256,
            "precision": "float32",
            "channels_last": "true",
            "compile": "false",
            "device": "cpu",
            "threads": 1,
        }.items()
    )
    + "}",
)


@pytest.fixture
def overrides() -> tuple[str, ...]:
    """What makes a configuration a tiny one-shot search."""
    return OVERRIDES


@pytest.fixture
def tiny_job(make_job: Callable[..., Job]) -> Callable[..., Job]:
    """Prepares a tiny job of weight sharing."""
    return lambda *changes, **settings: make_job(*OVERRIDES, *changes, **settings)
