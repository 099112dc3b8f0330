"""A supernet small enough for literal mathematics: two cells of three edges and three operations, on images 4 x 4."""

import importlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path as FilePath
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from nasbench_suite.edge_weights import CellWeights, EdgeWeights, Mixture, Path, at_position
from nasbench_suite.one_shot.batch import Batch
from nasbench_suite.one_shot.batch_norm import BatchNorm2d
from nasbench_suite.one_shot.session import Session, Statistics
from nasbench_suite.one_shot.settings import SupernetSettings
from nasbench_suite.supernet import Supernet
from nasbench_suite.variables import Categorical

Cell = tuple[int, ...]
Reward = Callable[[EdgeWeights], float]
OPERATIONS = ("none", "skip_connect", "conv")
EDGES = ((1, 0), (2, 0), (2, 1))  # to, from
SETTINGS = SupernetSettings(
    network={},
    epochs=5,
    batch=8,
    learning_rate=0.1,
    learning_rate_end=0.01,
    cosine_epochs=None,
    momentum=0.9,
    weight_decay=0.01,
    clip=None,
    flip=False,
    crop_pad=0,
    evaluation_batch=64,
    precision="float32",
    channels_last=False,
    compile=False,
    device="cpu",
    threads=1,
)


class TinySupernet(Supernet[Cell]):
    """Nodes add up their edges; a convolution is smooth (tanh), so that finite differences converge."""

    operations = OPERATIONS
    parameterless = ("none", "skip_connect")
    edge_names = tuple(f"{to}<-{at}" for to, at in EDGES)
    positions = 2
    variables = tuple(Categorical(name, OPERATIONS) for name in edge_names)

    def __init__(self, channels: int = 2, normalised: bool = False) -> None:
        super().__init__()
        norm: Callable[[], nn.Module] = (lambda: BatchNorm2d(channels)) if normalised else nn.Identity
        self.stem = nn.Sequential(nn.Conv2d(1, channels, 3, padding=1, bias=False), norm())
        self.convs = nn.ModuleList(
            nn.Sequential(nn.Conv2d(channels, channels, 3, padding=1), nn.Tanh(), norm())
            for _ in range(self.positions * len(EDGES))
        )
        self.classifier = nn.Linear(channels, 3)

    def forward(self, images: Tensor, edge_weights: EdgeWeights) -> Tensor:
        x = self.stem(images)
        for position in range(self.positions):
            x = self._cell(x, position, at_position(edge_weights, position))
        return self.classifier(x.mean((2, 3)))

    def _cell(self, x: Tensor, position: int, edge_weights: CellWeights) -> Tensor:
        nodes = [x, torch.zeros_like(x), torch.zeros_like(x)]
        for edge, (to, at) in enumerate(EDGES):
            nodes[to] = nodes[to] + self._edge(nodes[at], position, edge, edge_weights)
        return nodes[-1]

    def _edge(self, x: Tensor, position: int, edge: int, edge_weights: CellWeights) -> Tensor:
        def operation(index: int) -> Tensor:
            return (torch.zeros_like(x), x, self.convs[position * len(EDGES) + edge](x))[index]

        if isinstance(edge_weights, Path):
            return operation(edge_weights.chosen[edge])
        row = edge_weights.values[edge]
        if isinstance(edge_weights, Mixture):
            return sum((row[index] * operation(index) for index in range(len(row))), torch.zeros_like(x))
        chosen = edge_weights.chosen[edge]
        return row[chosen] * operation(chosen) + (row.sum() - row[chosen])

    def path(self, arch: Cell) -> Path:
        return Path(arch)

    def derive(self, edge_weights: NDArray[np.floating]) -> Cell:
        return tuple(edge_weights.argmax(1).tolist())

    def draw(
        self, rng: np.random.Generator, edge_weights: NDArray[np.floating] | None = None, connected: bool = False
    ) -> Cell:
        rows = np.full((len(EDGES), len(OPERATIONS)), 1 / len(OPERATIONS)) if edge_weights is None else edge_weights
        while True:
            cell = tuple(int(rng.choice(len(OPERATIONS), p=row / row.sum())) for row in rows)
            if not connected or (cell[0] != 0 and cell[1:] != (0, 0)):
                return cell

    def decode(self, codes: Sequence[int]) -> Cell:
        return tuple(codes)


class RecordingSession(Session[Cell]):
    """Leaves logits in the precision of the network, for float64; remembers what it was asked for.

    Attributes:
        reward: if there is one, the accuracy of edge weights in percent.
        seen: the edge weights of every loss.
        scored: of every accuracy: edge weights, accuracy, images and statistics.
        asked: of every validation batch: images, and whether augmented.
        rounds: how often validation batches were begun.
    """

    def __init__(self, supernet: TinySupernet, settings: SupernetSettings, seed: int, reward: Reward | None) -> None:
        rng, noise = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
        super().__init__(supernet, settings, rng, noise, 4, self._batches)
        self.reward = reward
        self.seen: list[EdgeWeights] = []
        self.scored: list[tuple[EdgeWeights, float, int, str]] = []
        self.asked: list[tuple[int, bool]] = []
        self.rounds = 0

    def logits(self, images: Tensor, edge_weights: EdgeWeights) -> Tensor:
        self.seen.append(edge_weights)
        out: Tensor = self.supernet(images, edge_weights)
        return out

    def accuracy(self, batch: Batch, edge_weights: EdgeWeights, statistics: Statistics = "batch") -> float:
        accuracy = (
            super().accuracy(batch, edge_weights, statistics) if self.reward is None else self.reward(edge_weights)
        )
        self.scored.append((edge_weights, accuracy, batch.total, statistics))
        return accuracy

    def _batches(self, images: int, augmented: bool) -> Iterator[Batch]:
        self.rounds += 1
        while True:
            self.asked.append((images, augmented))
            yield batch(1000 + len(self.asked), images)


def batch(seed: int, images: int = 8) -> Batch:
    generator = torch.Generator().manual_seed(seed)
    pixels = torch.randn(images, 1, 4, 4, generator=generator, dtype=torch.float64)
    return Batch(pixels, torch.randint(3, (images,), generator=generator), images)


@pytest.fixture
def make_batch() -> Callable[..., Batch]:
    """Images (B, 1, 4, 4) of three classes, from a seed."""
    return batch


@pytest.fixture
def make_session() -> Callable[..., RecordingSession]:
    """A session on the tiny supernet in float64; further keywords are settings."""

    def make(
        seed: int = 0, channels: int = 2, normalised: bool = False, reward: Reward | None = None, **settings: Any
    ) -> RecordingSession:
        torch.manual_seed(seed)
        supernet = TinySupernet(channels, normalised).double()
        return RecordingSession(supernet, replace(SETTINGS, **settings), seed, reward)

    return make


@pytest.fixture(scope="session")
def literal_density() -> Iterator[ModuleType]:
    """BOHB's density model, one number at a time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(FilePath(__file__).parent / "plugins"))
        yield importlib.import_module("literal_density")
