"""The contract of a search space.

An architecture is a small immutable hashable value whose type the space chooses (NAS-Bench-201: six operation
indices in a tuple). A space knows nothing of measurements; a table finds an architecture's row through the
index arrays that the space built when the table was written.
"""

# annotations that are not evaluated spare the start numpy.random, a quarter of what opening a table takes
from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Generic, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.errors import ArchitectureError, ConfigError, NasBenchSuiteError
from nasbench_suite.forms import TEXT, Form, Parsed, codes_form, parse_form
from nasbench_suite.notebook import Svg, facts
from nasbench_suite.pytorch import need_pytorch
from nasbench_suite.variables import ArchT, Categorical

if TYPE_CHECKING:
    import torch

    from nasbench_suite.supernet import Supernet


class Complexity(NamedTuple):
    """What a network is made of, and what one image costs it.

    Attributes:
        parameters: trainable values.
        flops: of one image, counted as the benchmark's paper does.
    """

    parameters: int
    flops: int


class Space(ABC, Generic[ArchT]):
    """What algorithms, tables and trainings know of a search space.

    Attributes:
        name: the name used in configs, files, reports and on the command line.
        variables: the categorical view: an architecture as one choice per variable.
        datasets: the data sets whose search and score figures come from different trial sets, as
            `{dataset: (search, score)}`.
        baselines: architectures of the benchmark's paper that have a name.
        hash_bytes: length of the hash by which the benchmark's files name architectures; 0 where they have none.
        path_count: how many paths from input to output cells can have, the shorter first; 0 where an architecture is
            more than a cell.
    """

    name: str
    datasets: Mapping[str, tuple[str, str]] = {}
    baselines: Mapping[str, ArchT] = {}
    hash_bytes: int = 0
    path_count: int = 0
    variables: tuple[Categorical, ...]

    @abstractmethod
    def sample(self, rng: np.random.Generator) -> ArchT:
        """Draws an architecture as the benchmark's paper does, consuming `rng`."""

    @abstractmethod
    def mutate(self, arch: ArchT, rng: np.random.Generator) -> ArchT:
        """Returns an architecture one published mutation away from `arch`, consuming `rng`.

        It may be `arch` itself where the paper's mutation may change nothing (NAS-Bench-101's).
        """

    @abstractmethod
    def neighbours(self, arch: ArchT) -> list[ArchT]:
        """Lists every architecture one edit away, in a fixed order, without `arch` itself."""

    @abstractmethod
    def parse(self, text: str) -> ArchT:
        """Reads the text form; spaces that know the forms of other code bases read these too, as `parse_as` does.

        Raises:
            ArchitectureError: says what is wrong with `text` and what was expected.
        """

    @property
    def forms(self) -> Sequence[Form[ArchT]]:
        """The forms that `parse_as` reads, the space's own text form first; by default that one and its codes."""
        text = Form(TEXT, "", lambda value: isinstance(value, str), self.parse)
        if not self.variables:
            return (text,)
        example = str(tuple(0 for _ in self.variables))
        return (text, codes_form(self.variables, self.decode, example))

    def parse_as(self, written: object, form: str | None = None) -> Parsed[ArchT]:
        """Reads an architecture as our or another code base writes it, and says in which form it was.

        Args:
            written: a text, or a value such as a dictionary or a matrix; a form's name and a colon may come before a
                text, as in `naslib:(4, 0, 3, 1, 4, 3)`.
            form: name of one of `forms`; None to recognise it.

        Raises:
            ArchitectureError: no form fits, several do and none was named, or it is wrong.
        """
        return parse_form(written, form, self.forms, self.name)

    @abstractmethod
    def format(self, arch: ArchT) -> str:
        """Writes the one text form, which `parse` reads back."""

    @abstractmethod
    def canonical(self, arch: ArchT) -> ArchT:
        """Returns the representative of the architecture's isomorphism class."""

    @abstractmethod
    def encode(self, arch: ArchT) -> tuple[int, ...]:
        """Returns the architecture's code for each of `variables`."""

    def paths(self, arch: ArchT) -> Sequence[int]:
        """Returns the numbers of the paths from the cell's input to its output, as `path_numbers` counts them.

        Raises:
            ConfigError: the architectures are not single cells; `path_count` is 0.
        """
        raise ConfigError(f"space {self.name} has no paths to number")

    @abstractmethod
    def decode(self, codes: Sequence[int]) -> ArchT:
        """Returns the architecture that has these codes.

        Raises:
            ArchitectureError: where no architecture has them.
        """

    def draw(self, arch: ArchT) -> str:
        """Returns a picture of the architecture: a small SVG that needs nothing beside it; by default its text.

        Every text in it is escaped, so that it can be part of a page.
        """
        from nasbench_suite.drawing import draw_text

        return draw_text(self.format(arch), self.name)

    def show(self, arch: ArchT | str) -> Svg:
        """Returns what `draw` does, of a value or a text form, as a picture in a notebook.

        Raises:
            ArchitectureError: it is no architecture of the space.
        """
        if isinstance(arch, str):
            return Svg(self.draw(self.parse(arch)))
        try:
            return Svg(self.draw(arch))
        except _NO_ARCHITECTURE as error:
            if isinstance(error, NasBenchSuiteError) or arch in self:
                raise
            raise ArchitectureError(
                f"{self.name}: expected an architecture or its text form, got {arch!r:.80}"
            ) from None

    def enumerate(self) -> Iterator[ArchT]:
        """Lists the whole space in the benchmark's official order, where it can be listed.

        Raises:
            ConfigError: the space cannot be listed.
        """
        raise ConfigError(f"space {self.name} cannot be enumerated; sample it instead")

    def network(self, arch: ArchT, **settings: object) -> torch.nn.Module:
        """Builds the architecture as a stand-alone network, where the space has one.

        Raises:
            ConfigError: the space has no network.
        """
        raise ConfigError(f"space {self.name} has no network to train")

    def supernet(self, **settings: object) -> Supernet[ArchT]:
        """Builds the network that contains every architecture, where the space has one.

        Raises:
            ConfigError: the space has no supernet.
        """
        raise ConfigError(f"space {self.name} has no supernet to search")

    def complexity(self, arch: ArchT, size: int, **settings: object) -> Complexity:
        """Counts parameters and FLOPs of what `network` builds; the default does so on the network itself.

        Args:
            arch: an architecture.
            size: height and width of the images.
            settings: those of `network`, `in_channels` among them.
        """
        need_pytorch("counting on a network")
        import torch

        from nasbench_suite.counting import count_flops, count_parameters

        with torch.device("meta"):
            network = self.network(arch, **settings)
        in_channels = settings["in_channels"]
        assert isinstance(in_channels, int)
        return Complexity(count_parameters(network), count_flops(network, (in_channels, size, size)))

    def known_parameters(self, arch: ArchT, trial_set: str) -> float | None:
        """Returns the parameters in millions that the benchmark's network has by its definition; None where unknown.

        An import counts the architectures whose parameters in the source are others.
        """
        return None

    def hash(self, arch: ArchT) -> str:
        """Returns the hash by which the benchmark's files name an architecture, in lower-case hexadecimal digits.

        A table keeps the hashes of its rows where `hash_bytes` is not 0.

        Raises:
            ConfigError: the benchmark has no such hash.
        """
        raise ConfigError(f"space {self.name} names no architecture by a hash")

    def steps_per_epoch(self, trial_set: str) -> int | None:
        """Returns the training steps of an epoch, for tables that time a step; None where unknown."""
        return None

    def describe_seconds(self, trial_set: str) -> str | None:
        """Returns the formula of a search's seconds where the source has none, for reports; None otherwise."""
        return None

    # How a table finds an architecture's row. The default serves any space.

    def index(self, archs: Sequence[ArchT]) -> dict[str, NDArray[np.generic]]:
        """Returns the arrays from which `locator` finds the row of each of `archs`.

        The caller merges architectures that share a row beforehand.

        Raises:
            ConfigError: two of `archs` have the same key.
        """
        keys = np.array([_text_key(self.format(arch)) for arch in archs], dtype=np.uint64)
        order = np.argsort(keys, kind="stable")
        if (np.diff(keys[order]) == 0).any():
            raise ConfigError(f"space {self.name}: an architecture is listed twice")
        return {"keys": keys[order], "rows": order.astype(np.uint32)}

    def locator(self, index: Mapping[str, NDArray[np.generic]]) -> Callable[[ArchT], int]:
        """Returns the function from an architecture to its row, -1 where the table has none.

        The function raises ArchitectureError for a value that is not an architecture of this space.
        """
        keys, rows = index["keys"], index["rows"]

        def locate(arch: ArchT) -> int:
            key = np.uint64(_text_key(self.format(arch)))
            at = int(keys.searchsorted(key))
            return int(rows[at]) if at < len(keys) and keys[at] == key else -1

        return locate

    def batch_locator(
        self, index: Mapping[str, NDArray[np.generic]]
    ) -> Callable[[Sequence[ArchT]], NDArray[np.integer]]:
        """Returns the function from many architectures to their rows, -1 where the table has none.

        The function raises as `locator`'s does. By default it is that one, called for each.
        """
        locate = self.locator(index)

        def locate_many(archs: Sequence[ArchT]) -> NDArray[np.integer]:
            return np.fromiter(map(locate, archs), dtype=np.int64, count=len(archs))

        return locate_many

    # How people look at a space.

    def __iter__(self) -> Iterator[ArchT]:
        return self.enumerate()

    def __len__(self) -> int:
        """How many architectures there are; raises ConfigError where they cannot be listed."""
        return self._size

    @cached_property
    def _size(self) -> int:
        return sum(1 for _ in self.enumerate())

    def __bool__(self) -> bool:
        return True  # and not whether it has a length

    def __contains__(self, arch: object) -> bool:
        """Whether a value or a text is an architecture of the space."""
        try:
            found: object = self.parse(arch) if isinstance(arch, str) else self.parse(self.format(arch))  # type: ignore[arg-type]
        except _NO_ARCHITECTURE:
            return False
        return isinstance(arch, str) or bool(found == arch)

    def __repr__(self) -> str:
        return f"<space {self.name}: {self._size_in_words()}>"

    def _repr_html_(self) -> str:
        try:
            variables = self.variables
        except AttributeError:  # what is searched among measured architectures has none before they are known
            variables = ()
        choices = ((variable.name, ", ".join(variable.choices)) for variable in variables)
        baselines = ((name, self.show(arch)) for name, arch in self.baselines.items())
        return facts(f"space {self.name}: {self._size_in_words()}", (*choices, *baselines))

    def _size_in_words(self) -> str:
        try:
            return f"{len(self):,} architectures"
        except ConfigError:
            return "its architectures cannot be listed"

    def __getstate__(self) -> dict[str, object]:
        """Leaves out what was computed from the rest, so that a pickled space is small."""
        return {name: value for name, value in vars(self).items() if not _is_cached(type(self), name)}

    def identity(self, arch: ArchT) -> Hashable:
        """Returns a value that is equal for architectures that share a row of a table; the architecture, by default."""
        return arch


# what a space may raise for a value that is not one of its architectures
_NO_ARCHITECTURE = (NasBenchSuiteError, TypeError, ValueError, LookupError, AttributeError, OverflowError)


def _is_cached(space: type, name: str) -> bool:
    return isinstance(getattr(space, name, None), cached_property)


def _text_key(text: str) -> int:
    """A 64-bit key of a text: 100,000 texts collide with a chance of 3e-10, and `index` would notice."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")
