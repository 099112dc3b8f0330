"""A search step asks the device for nothing but what a draw needs that depends on what was just learned.

The steps run on PyTorch's `meta` device, whose tensors have no values: whatever reads one raises, and a copy to the CPU
is seen by a dispatch mode, which counts it and hands out zeros.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.optim import sgd
from torch.utils._python_dispatch import TorchDispatchMode

from nasbench_suite.algorithms.alphas import AlphaSettings
from nasbench_suite.algorithms.darts import DARTS
from nasbench_suite.algorithms.enas import ENAS
from nasbench_suite.algorithms.gdas import GDAS
from nasbench_suite.algorithms.rsps import RSPS
from nasbench_suite.algorithms.setn import SETN
from nasbench_suite.edge_weights import EdgeWeights, Mixture, OneHot, Path
from nasbench_suite.one_shot.algorithm import OneShotAlgorithm, StepMetrics
from nasbench_suite.one_shot.batch import Batch
from nasbench_suite.one_shot.session import Session
from nasbench_suite.one_shot.settings import SupernetSettings
from nasbench_suite.spaces.nb201 import NB201

META = torch.device("meta")
LIMITED = AlphaSettings(in_clip=True)
# how many numbers each of a step's copies has
COPIES: dict[str, tuple[Callable[[], OneShotAlgorithm[Any]], list[int]]] = {
    "darts1": (lambda: DARTS(1, True), []),
    "darts1_limited": (lambda: DARTS(1, True, LIMITED), []),
    "darts2": (lambda: DARTS(2, False, LIMITED), []),
    "gdas": (GDAS, [12]),  # two draws of six edges, together
    "gdas_limited": (lambda: GDAS(alphas=LIMITED), [12]),
    "setn": (SETN, []),
    "enas": (ENAS, []),
    "enas_nats": (lambda: ENAS(validation_pass=True), []),
    "rsps": (RSPS, []),
    "rsps_nats": (lambda: RSPS(shared=False, validation_pass=True), []),
}


class Readback(TorchDispatchMode):
    """Counts the numbers of every copy from the device to the CPU."""

    def __init__(self) -> None:
        super().__init__()
        self.copies: list[int] = []

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        name = function.overloadpacket.__name__
        if name == "_fused_sgd_":
            return None  # has no form for tensors without values; a single kernel, which returns nothing
        first = args[0] if args else None
        if name == "_to_copy" and isinstance(first, Tensor) and first.is_meta and self._to_cpu(kwargs):
            self.copies.append(first.numel())
            return torch.zeros(first.shape, dtype=kwargs.get("dtype") or first.dtype)
        if name == "copy_" and isinstance(first, Tensor) and not first.is_meta and args[1].is_meta:
            self.copies.append(args[1].numel())
            return first
        return function(*args, **kwargs)

    @staticmethod
    def _to_cpu(kwargs: dict[str, Any]) -> bool:
        device = kwargs.get("device")
        return device is not None and torch.device(device).type == "cpu"


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Session[Any]:
    monkeypatch.setattr(sgd, "_device_dtype_check_for_fused", lambda *arguments, **keywords: None)
    with META:
        supernet = NB201().supernet(classes=10, in_channels=3, channels=2, cells=1)
    settings = SupernetSettings(network={}, epochs=5)
    rng, noise = np.random.default_rng(0), torch.Generator().manual_seed(0)
    return Session(supernet.train(), settings, rng, noise, 4, lambda *arguments: iter(()))


def batch(images: int = 4) -> Batch:
    return Batch(torch.empty(images, 3, 8, 8, device=META), torch.empty(images, dtype=torch.int64, device=META), images)


@pytest.mark.parametrize("name", COPIES)
def test_a_step_reads_back_what_a_draw_needs_and_nothing_else(name: str, session: Session[Any]) -> None:
    make, expected = COPIES[name]
    algorithm = make()
    algorithm.begin(session)
    for _ in range(3):
        with Readback() as readback:
            seen = algorithm.step(batch(), batch() if algorithm.uses_valid else None)
        assert readback.copies == expected
        assert seen.train_loss.device == seen.train_correct.device == META


class Curious(RSPS[Any]):
    """Looks at what it should leave on the device, in the way it is told."""

    def __init__(self, look: Callable[[Tensor], object]) -> None:
        super().__init__()
        self._look = look

    def step(self, train: Batch, valid: Batch | None) -> StepMetrics:
        seen = super().step(train, valid)
        self._look(seen.train_loss)
        return seen


@pytest.mark.parametrize("look", [Tensor.item, float, bool, lambda loss: loss.numpy()])
def test_whatever_reads_a_value_is_found(look: Callable[[Tensor], object], session: Session[Any]) -> None:
    algorithm = Curious(look)
    algorithm.begin(session)
    with pytest.raises((RuntimeError, TypeError, NotImplementedError)), Readback():
        algorithm.step(batch(), None)


@pytest.mark.parametrize(
    "look", [Tensor.cpu, Tensor.tolist, lambda loss: loss.to("cpu"), lambda loss: torch.zeros(()).copy_(loss)]
)
def test_whatever_copies_to_the_host_is_counted(look: Callable[[Tensor], object], session: Session[Any]) -> None:
    algorithm = Curious(lambda loss: look(loss.detach()))
    algorithm.begin(session)
    with Readback() as readback:
        algorithm.step(batch(), None)
    assert readback.copies == [1]


def test_the_batches_of_an_epoch_have_one_shape_but_for_the_last(tiny: ModuleType) -> None:
    shapes = [
        (train.images.shape, train.labels.shape, valid.images.shape, valid.labels.shape)
        for train, valid in tiny.make()._batches.epoch(True)
    ]
    assert len(set(shapes[:-1])) == 1 and len(set(shapes)) == 2


def forms() -> dict[str, EdgeWeights]:
    soft, chosen = torch.full((6, 5), 0.2, requires_grad=True), (3, 2, 1, 4, 3, 0)
    hard = nn.functional.one_hot(torch.tensor(chosen), 5).float().requires_grad_()
    return {
        "mixture": Mixture(soft),
        "one-hot": OneHot(hard, chosen),
        "path": Path(chosen),
        "a path for each position": [Path(chosen), Path((3,) * 6), Path((1,) * 6)],
    }


@pytest.mark.parametrize("form", forms())
def test_a_step_is_one_graph(form: str) -> None:
    torch._dynamo.reset()
    torch.manual_seed(0)
    supernet = NB201().supernet(classes=10, in_channels=3, channels=2, cells=1)
    edge_weights, images, labels = forms()[form], torch.randn(4, 3, 8, 8), torch.tensor([1, 2, 3, 4])

    def loss(images: Tensor, labels: Tensor) -> Tensor:
        return cross_entropy(supernet(images, edge_weights), labels)

    found = []
    for compute in (loss, torch.compile(loss, backend="aot_eager", fullgraph=True, dynamic=False)):
        supernet.zero_grad()
        value = compute(images, labels)
        value.backward(retain_graph=True)
        gradients = [torch.zeros(1) if p.grad is None else p.grad.clone() for p in supernet.parameters()]
        found.append([value.detach(), *gradients])
    for eager, compiled in zip(*found, strict=True):
        torch.testing.assert_close(compiled, eager, rtol=1e-4, atol=1e-5)
