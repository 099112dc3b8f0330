"""What only a CUDA machine can show: steps that wait for nothing, the same parameters however they are computed."""

import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest
import torch
from torch import Tensor

from nasbench_suite.algorithms.darts import DARTS
from nasbench_suite.algorithms.enas import ENAS
from nasbench_suite.algorithms.gdas import GDAS
from nasbench_suite.algorithms.rsps import RSPS
from nasbench_suite.algorithms.setn import SETN
from nasbench_suite.one_shot.algorithm import OneShotAlgorithm
from nasbench_suite.one_shot.trainer import SupernetTrainer
from nasbench_suite.training.precision import Precision

pytestmark = [
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device"),
    # PyTorch warns of what it does itself
    pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf"),
    pytest.mark.filterwarnings("ignore:.torch.jit.script:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Synchronization debug mode is a prototype"),
]
Make = Callable[..., SupernetTrainer[Any]]
ALGORITHMS: dict[str, Callable[[], OneShotAlgorithm[Any]]] = {
    "darts1": lambda: DARTS(1, True),
    "darts2": lambda: DARTS(2, False),
    "gdas": GDAS,
    "setn": SETN,
    "enas": ENAS,
    "rsps": RSPS,
}
MIXTURES = ("darts1", "darts2", "setn")


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    torch.compiler.reset()
    yield
    torch.cuda.set_sync_debug_mode("default")
    torch.compiler.reset()


@pytest.fixture
def make(tiny: ModuleType) -> Make:
    def build(name: str, device: str = "cuda", **changes: Any) -> SupernetTrainer[Any]:
        settings = replace(tiny.SETTINGS, device=device, **changes)
        trainer: SupernetTrainer[Any] = tiny.make(
            algorithm=ALGORITHMS[name], settings=settings, data=tiny.digits().to(device)
        )
        return trainer

    return build


def stepped(trainer: SupernetTrainer[Any], steps: int) -> list[Tensor]:
    """Does so many steps; returns parameters and alphas."""
    for _ in range(steps):
        trainer.step_once()
    state = trainer.state()
    learned = [value for value in state["supernet"].values() if value.is_floating_point()]
    return [value.detach().cpu() for value in (*learned, *_tensors(state["algorithm"])) if value.numel()]


def distance(left: list[Tensor], right: list[Tensor]) -> float:
    """The length of the difference, as a share of the length."""
    first, second = (torch.cat([tensor.double().flatten() for tensor in some]) for some in (left, right))
    return float((first - second).norm() / first.norm())


def _tensors(state: Any) -> Iterator[Tensor]:
    values = state.values() if isinstance(state, dict) else state if isinstance(state, list | tuple) else [state]
    for value in values:
        if isinstance(value, Tensor):
            yield from [value] if value.is_floating_point() else []
        elif isinstance(value, dict | list | tuple):
            yield from _tensors(value)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_a_step_waits_for_nothing_but_a_draw(name: str, make: Make) -> None:
    trainer = make(name)
    trainer.step_once()
    batches = trainer._batches.epoch(True)
    next(batches)
    torch.cuda.set_sync_debug_mode("warn")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        trainer._algorithm.step(*next(batches))
    torch.cuda.set_sync_debug_mode("default")
    waited = [f"{each.filename}:{each.lineno}" for each in caught if "synchronizing" in str(each.message)]
    assert len(waited) == (1 if name == "gdas" else 0), waited


@pytest.mark.parametrize("name", ALGORITHMS)
def test_a_gpu_computes_what_a_cpu_does(name: str, make: Make) -> None:
    # a device has random crops of its own
    own, other = (stepped(make(name, device, crop_pad=0), 1) for device in ("cpu", "cuda"))
    # 5e-3 with a wrong gradient of pools; from one memory layout to the other it is 3e-4 on a CPU (gdas)
    assert distance(own, other) < 1e-3


@pytest.mark.filterwarnings("ignore")  # PyTorch's compiler warns of its own doings
@pytest.mark.parametrize(
    ("name", "changes"),
    [
        *((name, {"compile_operations": True}) for name in ALGORITHMS),
        *((name, {"cuda_graphs": True}) for name in MIXTURES),
        *((name, {"compile": True}) for name in MIXTURES),
        *((name, {"compile": True, "cuda_graphs": True}) for name in MIXTURES),
    ],
)
def test_a_step_is_the_same_however_it_is_computed(name: str, changes: dict[str, bool], make: Make) -> None:
    own, other = stepped(make(name), 4), stepped(make(name, **changes), 4)
    assert distance(own, other) < 1e-3


@pytest.mark.parametrize("precision", ["tf32", "bfloat16"])
@pytest.mark.parametrize("name", ALGORITHMS)
def test_lower_precision_learns(name: str, precision: Precision, make: Make) -> None:
    trainer = make(name, precision=precision)
    record = trainer.run_epoch()
    assert record is not None and trainer.failure is None


def test_float32_is_not_rounded_in_secret(make: Make) -> None:
    exact, rounded = (stepped(make("darts1", precision=one), 1) for one in ("float32", "tf32"))
    assert any(not torch.equal(left, right) for left, right in zip(exact, rounded, strict=True))
