"""What every search space must do."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from nasbench_suite.errors import ArchitectureError
from nasbench_suite.space import Space

SAMPLES = 50


class SpaceContract(ABC):
    """The contract of `nasbench_suite.space.Space` as tests."""

    @abstractmethod
    def make_space(self) -> Space[Any]:
        """Returns the space under test."""

    @pytest.fixture
    def space(self) -> Space[Any]:
        """The space under test."""
        return self.make_space()

    @pytest.fixture
    def archs(self, space: Space[Any]) -> list[Any]:
        """A few architectures."""
        rng = np.random.default_rng(0)
        return [space.sample(rng) for _ in range(SAMPLES)]

    def test_sampling_depends_on_the_generator_alone(self, space: Space[Any], archs: list[Any]) -> None:
        """Equal generators give equal architectures."""
        rng = np.random.default_rng(0)
        assert archs == [space.sample(rng) for _ in range(SAMPLES)]

    def test_architectures_are_hashable_values(self, space: Space[Any], archs: list[Any]) -> None:
        """An architecture equals and hashes as the one parsed from its text."""
        for arch in archs:
            twin = space.parse(space.format(arch))
            assert twin == arch
            assert hash(twin) == hash(arch)

    def test_text_form_is_unique(self, space: Space[Any], archs: list[Any]) -> None:
        """Different architectures have different texts."""
        assert len({space.format(arch) for arch in archs}) == len(set(archs))

    def test_an_architecture_has_a_picture(self, space: Space[Any], archs: list[Any]) -> None:
        """`draw` returns SVG that needs nothing beside it."""
        for arch in archs:
            picture = ElementTree.fromstring(space.draw(arch))
            assert picture.tag == "{http://www.w3.org/2000/svg}svg"
            assert not any(name.endswith("href") for element in picture.iter() for name in element.attrib)

    def test_codes_lead_back_to_the_architecture(self, space: Space[Any], archs: list[Any]) -> None:
        """`decode` inverts `encode`, and every code is one of its variable's choices."""
        for arch in archs:
            codes = space.encode(arch)
            assert len(codes) == len(space.variables)
            assert all(0 <= c < len(v.choices) for c, v in zip(codes, space.variables, strict=True))
            assert space.decode(codes) == arch

    @pytest.mark.parametrize("other", [float, str, bool, lambda code: code + 0.7])
    def test_only_whole_codes_are_decoded(
        self, space: Space[Any], archs: list[Any], other: Callable[[int], Any]
    ) -> None:
        """1.0, 1.7, True and "1" are refused; whole numbers of NumPy are taken."""
        codes = space.encode(archs[0])
        assert space.decode(np.array(codes)) == archs[0]  # type: ignore[arg-type]
        for at in range(len(codes)):
            with pytest.raises(ArchitectureError):
                space.decode([*codes[:at], other(codes[at]), *codes[at + 1 :]])

    def test_mutants_are_other_architectures(self, space: Space[Any], archs: list[Any]) -> None:
        """Nearly all mutants differ from their parents; all are of the space, and depend on the generator alone."""
        one, two = np.random.default_rng(1), np.random.default_rng(1)
        others = 0
        for arch in archs:
            mutant = space.mutate(arch, one)
            others += mutant != arch
            assert space.parse(space.format(mutant)) == mutant
            assert space.mutate(arch, two) == mutant
        assert others > 0.8 * len(archs)

    def test_neighbours_are_distinct_and_others(self, space: Space[Any], archs: list[Any]) -> None:
        """No architecture is its own neighbour, and none is listed twice."""
        for arch in archs[:10]:
            neighbours = space.neighbours(arch)
            assert arch not in neighbours
            assert len(set(neighbours)) == len(neighbours) > 0
            assert neighbours == space.neighbours(arch)

    def test_neighbourhood_is_mutual(self, space: Space[Any], archs: list[Any]) -> None:
        """Of two neighbours, each lists the other."""
        for arch in archs[:3]:
            assert all(arch in space.neighbours(other) for other in space.neighbours(arch)[:5])

    def test_canonical_form_is_a_fixed_point(self, space: Space[Any], archs: list[Any]) -> None:
        """The representative of a class represents itself."""
        for arch in archs:
            representative = space.canonical(arch)
            assert space.canonical(representative) == representative

    def test_nonsense_is_refused(self, space: Space[Any]) -> None:
        """Text that is not an architecture raises ArchitectureError, in one line."""
        for text in ("", "nonsense", "|||", "\n"):
            with pytest.raises(ArchitectureError) as caught:
                space.parse(text)
            assert "\n" not in str(caught.value)

    def test_index_finds_exactly_what_was_put_in(self, space: Space[Any], archs: list[Any]) -> None:
        """The rows of a table are found again, and -1 stands for what it lacks."""
        classes = list(dict.fromkeys(space.canonical(arch) for arch in archs))
        half = classes[: len(classes) // 2]
        locate = space.locator(space.index(half))
        assert [locate(arch) for arch in half] == list(range(len(half)))
        assert all(locate(arch) == -1 for arch in classes[len(half) :])
