"""What is compiled computes the same; what does not depend on the architecture is compiled once."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch._dynamo.testing import CompileCounterWithBackend
from torch.nn.functional import one_hot

from nasbench_suite.algorithms.darts import DARTS
from nasbench_suite.algorithms.gdas import GDAS
from nasbench_suite.algorithms.setn import SETN
from nasbench_suite.edge_weights import Mixture, OneHot
from nasbench_suite.errors import ConfigError
from nasbench_suite.jobs.job import Job
from nasbench_suite.one_shot.algorithm import OneShotAlgorithm
from nasbench_suite.one_shot.compilation import compiled
from nasbench_suite.spaces.nb201 import NB201
from nasbench_suite.supernet import Supernet

# PyTorch warns of what it does itself: of the gradient of every input when it takes a graph, and of its own imports
pytestmark = [
    pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf"),
    pytest.mark.filterwarnings("ignore:.torch.jit.script:DeprecationWarning"),
]


@pytest.fixture(autouse=True)
def no_generated_code(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Graphs are taken as by default, and computed as they are: generating code takes minutes."""
    torch._dynamo.reset()
    own = torch.compile

    def compile_to_graphs(function: Any, dynamic: bool, backend: str = "eager") -> Any:
        return own(function, dynamic=dynamic, backend=backend)

    monkeypatch.setattr(torch, "compile", compile_to_graphs)
    yield
    torch._dynamo.reset()


def build() -> Supernet[Any]:
    torch.manual_seed(0)
    return NB201().supernet(classes=4, in_channels=1, channels=2, cells=1)


def test_operations_are_compiled_once_for_all_architectures(monkeypatch: pytest.MonkeyPatch) -> None:
    supernet, rng = build(), np.random.default_rng(0)
    counter, own = CompileCounterWithBackend("eager"), torch.compile
    monkeypatch.setattr(torch, "compile", partial(own, backend=counter))
    supernet.compile_operations(compiled)
    images = torch.randn(4, 1, 8, 8)

    def train(architectures: Iterable[tuple[int, ...]]) -> int:
        for arch in architectures:
            supernet(images, supernet.path(arch)).sum().backward()
        return counter.frame_count

    # two kernels, three widths, of what has a gradient and of zeros, which have none
    assert train([(3,) * 6, (2,) * 6, (0, 3, 3, 3, 3, 3), (0, 2, 2, 2, 2, 2)]) == 12
    assert train(supernet.draw(rng) for _ in range(10)) == 12


def test_of_mixtures_one_cell_of_each_width_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    supernet = NB201().supernet(classes=4, in_channels=1, channels=2, cells=2)
    counter, own = CompileCounterWithBackend("eager"), torch.compile
    monkeypatch.setattr(torch, "compile", partial(own, backend=counter))
    call = supernet.compile_mixtures(compiled)
    for _ in range(2):
        call(torch.randn(4, 1, 8, 8), Mixture(torch.randn(6, 5, requires_grad=True))).sum().backward()
    # a parameter's first pass differs for the compiler in nothing; six cells have three widths
    assert counter.frame_count == 3


@pytest.mark.parametrize("compile_whole", [False, True])
def test_compiled_mixtures_compute_the_same(compile_whole: bool) -> None:
    own, other = build(), build()
    optimize = torch._dynamo.optimize("eager")
    call = Supernet.compile_mixtures(other, optimize) if compile_whole else other.compile_mixtures(optimize)
    found = []
    for supernet, compute in ((own, own), (other, call)):
        values = torch.linspace(-1, 1, 30).view(6, 5).requires_grad_()
        logits = compute(torch.ones(4, 1, 8, 8).cumsum(0).cumsum(2), Mixture(values))
        logits.square().sum().backward()
        found.append([logits, values.grad, *(parameter.grad for parameter in supernet.parameters())])
        found[-1] += [buffer for buffer in supernet.buffers() if buffer.is_floating_point()]
    for left, right in zip(*found, strict=True):
        torch.testing.assert_close(left, right, rtol=1e-4, atol=1e-5)


def test_compiled_operations_compute_the_same() -> None:
    own, other = build(), build()
    other.compile_operations(torch._dynamo.optimize("eager"))
    chosen = (3, 2, 1, 4, 3, 0)
    values = one_hot(torch.tensor(chosen), 5).float()
    found = []
    for supernet in (own, other):
        edge_weights = OneHot(values.clone().requires_grad_(), chosen)
        logits = supernet(torch.ones(4, 1, 8, 8).cumsum(0).cumsum(2), edge_weights)
        logits.square().sum().backward()
        found.append([logits, edge_weights.values.grad, *(p.grad for p in supernet.parameters() if p.grad is not None)])
        found[-1] += [buffer for buffer in supernet.buffers() if buffer.is_floating_point()]
    for left, right in zip(*found, strict=True):
        torch.testing.assert_close(left, right, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("make", "settings"),
    [
        (GDAS, {"compile_operations": True}),
        pytest.param(SETN, {"cuda_graphs": True, "compile_operations": True}, marks=pytest.mark.slow),
        pytest.param(partial(DARTS, 1), {"compile": True}, marks=pytest.mark.slow),
    ],
)
def test_a_search_step_is_the_same_however_it_is_computed(
    make: Callable[..., OneShotAlgorithm[Any]], settings: dict[str, bool], tiny: ModuleType
) -> None:
    """CUDA graphs are of a CPU's tensors here, so that PyTorch takes the graph and replays nothing."""
    found: list[Tensor] = []
    for changes in ({}, settings):
        trainer = tiny.make(algorithm=make, settings=tiny.SETTINGS)
        on_a_gpu = replace(tiny.SETTINGS, device="cuda", **changes) if changes else tiny.SETTINGS
        session = type(trainer._session)(
            trainer._supernet, on_a_gpu, trainer._rng, trainer._noise, trainer.steps, trainer._batches.valid_batches
        )
        trainer._algorithm.begin(session)
        metrics = trainer._algorithm.step(*next(trainer._batches.epoch(True)))
        found.append(torch.cat([metrics.train_loss.reshape(1), *(p.detach().flatten() for p in session.parameters)]))
    torch.testing.assert_close(found[1], found[0], rtol=1e-4, atol=1e-5)


def test_cuda_graphs_need_a_gpu(tiny_job: Callable[..., Job]) -> None:
    with pytest.raises(ConfigError, match=r"^supernet.cuda_graphs: expected false on a CPU, got true; they need"):
        tiny_job(cuda_graphs=True)


@pytest.mark.parametrize("key", ["compile", "cuda_graphs"])
def test_what_is_for_mixtures_is_refused_where_there_are_none(
    key: str, tiny_job: Callable[..., Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nasbench_suite.jobs.one_shot._device", lambda wanted: "cuda")
    with pytest.raises(ConfigError, match=rf"^supernet.{key}: expected false for RSPS, got true; .*compile_operations"):
        tiny_job("algorithm._target_=nasbench_suite.algorithms.rsps.RSPS", **{key: True})


def test_a_supernet_without_such_operations_says_so() -> None:
    with pytest.raises(ConfigError, match=r"^supernet.compile_operations: expected false, for this space's supernet"):
        Supernet.compile_operations(build(), lambda function: function)
