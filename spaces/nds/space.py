"""The ten design spaces of NDS (Radosavovic et al. 2019, arXiv:1905.13214).

More than 100,000 of their networks were sampled and trained, and nothing else is known of them, so a search moves among
those; see `nasbench_suite.sampled_space`. In some files the learning rate and the weight decay were sampled too; they
are part of an architecture.
"""

import math
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from nasbench_suite.errors import ArchitectureError, ConfigError
from nasbench_suite.forms import Form, Parsed
from nasbench_suite.pytorch import need_pytorch
from nasbench_suite.sampled_space.distances import Decision
from nasbench_suite.sampled_space.space import SampledSpace
from nasbench_suite.spaces.nds import cells, families, stages
from nasbench_suite.spaces.nds.cells import CellArchitecture, Genotype
from nasbench_suite.spaces.nds.fields import exactly, number
from nasbench_suite.spaces.nds.forms import genotype_form, source_forms, text_form
from nasbench_suite.spaces.nds.stages import StageArchitecture
from nasbench_suite.variables import ArchT
from nasbench_suite.whole_number import is_whole

if TYPE_CHECKING:
    from torch import nn

    from nasbench_suite.spaces.nds.supernet import NDSDARTSSupernet

TRAINING_IMAGES = {"cifar10": 50_000, "ImageNet": 1_281_167}


class NDSSpace(SampledSpace[ArchT]):
    """One of the families.

    Attributes:
        family: the first word of its files' names.
    """

    family: str

    def __init__(self, nearest: int = 10, batch_size: int | None = None) -> None:
        """
        Args:
            nearest: how many nearest members a mutation chooses from.
            batch_size: images per training step, from which seconds are derived; the files do not say. None where
                seconds are not wanted.

        Raises:
            ConfigError: a value makes no sense.
        """
        super().__init__(nearest)
        if batch_size is not None and not is_whole(batch_size, 1):
            raise ConfigError(f"space {self.name}: expected batch_size to be 1 or more, or null, got {batch_size!r}")
        self.batch_size = batch_size

    def parse(self, text: str) -> ArchT:
        """Reads the text form, and the other forms that stand for themselves; see `forms`."""
        return self.parse_as(text).arch

    def parse_as(self, written: object, form: str | None = None) -> Parsed[ArchT]:
        """Reads an architecture in one of `forms`."""
        try:
            return super().parse_as(written, form)
        except ArchitectureError as error:
            raise ArchitectureError(f"{self.name}: {str(error).removeprefix(f'{self.name}: ')}") from None

    @abstractmethod
    def from_source(self, net: object, optim: object) -> ArchT:
        """Reads `net` and `optim` of a published job.

        Raises:
            ArchitectureError: they describe no network of this family.
        """

    @abstractmethod
    def to_source(self, arch: ArchT) -> dict[str, Any]:
        """Writes `net` as the published files have it."""

    def steps_per_epoch(self, trial_set: str) -> int | None:
        """Returns the training images over the batch size, rounded up; None without a batch size."""
        images = TRAINING_IMAGES.get(trial_set.partition("_")[0])
        return None if images is None or self.batch_size is None else math.ceil(images / self.batch_size)

    def describe_seconds(self, trial_set: str) -> str:
        """Returns the formula of a search's seconds, or says what is missing for one."""
        steps = self.steps_per_epoch(trial_set)
        if steps is None:
            return "seconds are unknown: the source times a step only; set space.batch_size to derive them"
        images = TRAINING_IMAGES[trial_set.partition("_")[0]]
        return (
            f"seconds = iter_time x {steps:,} steps x epochs, with ceil({images:,} images / batch of "
            f"{self.batch_size}) = {steps:,} steps"
        )


class StageSpace(NDSSpace[StageArchitecture]):
    """A family of networks made of stages.

    Attributes:
        blocks: how the names of its block types begin.
    """

    blocks: tuple[str, ...] = (stages.BASIC, stages.BOTTLENECK)

    @cached_property
    def forms(self) -> tuple[Form[StageArchitecture], ...]:
        """Our text, the published files' jobs, NNI's config."""
        own = text_form(stages.EXAMPLE, lambda text: stages.check(stages.parse(text.strip()), self.blocks))
        return (own, *source_forms(stages.SOURCE, self.from_source, self.family))

    def format(self, arch: StageArchitecture) -> str:
        """Writes the text form."""
        return stages.format(self._stages(arch))

    def canonical(self, arch: StageArchitecture) -> StageArchitecture:
        """Returns the network itself: no two are the same."""
        return self._stages(arch)

    def _stages(self, arch: StageArchitecture) -> StageArchitecture:
        """Refuses what is no architecture of stages, and looks at nothing further."""
        return arch if isinstance(arch, StageArchitecture) else stages.check(arch, self.blocks)

    def draw(self, arch: StageArchitecture) -> str:
        """Returns SVG of the stem and the stages."""
        from nasbench_suite.spaces.nds.drawing import draw_stages

        return draw_stages(stages.check(arch, self.blocks))

    def from_source(self, net: object, optim: object) -> StageArchitecture:
        """Reads `net` and `optim` of a published job."""
        return stages.check(stages.from_source(net, *_settings(optim)), self.blocks)

    def to_source(self, arch: StageArchitecture) -> dict[str, Any]:
        """Writes `net` as the published files have it."""
        return stages.to_source(arch)

    def network(self, arch: StageArchitecture, **settings: Any) -> "nn.Module":
        """Builds the network; `settings` are those of `stage_network.StageNetwork`: `classes`, `in_channels`."""
        need_pytorch("a network")
        from nasbench_suite.spaces.nds.stage_network import StageNetwork

        return StageNetwork(stages.check(arch, self.blocks), **settings)

    def decisions(self, members: Sequence[StageArchitecture]) -> Mapping[Decision, Sequence[Any]]:
        """Returns blocks, depths, widths, strides, bottlenecks, groups and training settings."""
        return stages.decisions(members)


class CellSpace(NDSSpace[CellArchitecture]):
    """A family of networks made of cells.

    Attributes:
        operations: of a cell.
        nodes: of a cell.
    """

    operations: tuple[str, ...]
    nodes: int

    @cached_property
    def forms(self) -> tuple[Form[CellArchitecture], ...]:
        """Our text, the published files' jobs, NNI's config, DARTS's genotypes."""
        own = text_form(cells.EXAMPLE, lambda text: cells.check(cells.parse(text.strip()), self.operations, self.nodes))
        published = source_forms("{'genotype': {...}, 'depth': 20, ...}", self.from_source, self.family)
        return (own, *published, genotype_form(self.from_source))

    def format(self, arch: CellArchitecture) -> str:
        """Writes the text form."""
        return cells.format(self._cells(arch))

    def canonical(self, arch: CellArchitecture) -> CellArchitecture:
        """Returns the network whose cells are the representatives of this one's; see `cells.canonical`."""
        arch = self._cells(arch)
        return arch._replace(genotype=Genotype(*map(cells.canonical, arch.genotype)))

    def _cells(self, arch: CellArchitecture) -> CellArchitecture:
        """Refuses what is no architecture of cells, and looks at nothing further."""
        return arch if isinstance(arch, CellArchitecture) else cells.check(arch, self.operations, self.nodes)

    def draw(self, arch: CellArchitecture) -> str:
        """Returns SVG of the normal and the reduction cell."""
        from nasbench_suite.spaces.nds.drawing import draw_cells

        return draw_cells(cells.check(arch, self.operations, self.nodes))

    def from_source(self, net: object, optim: object) -> CellArchitecture:
        """Reads `net` and `optim` of a published job."""
        return cells.check(cells.from_source(net, *_settings(optim)), self.operations, self.nodes)

    def to_source(self, arch: CellArchitecture) -> dict[str, Any]:
        """Writes `net` as the published files have it."""
        return cells.to_source(arch)

    def network(self, arch: CellArchitecture, **settings: Any) -> "nn.Module":
        """Builds the network; `settings` are those of `cell_network.CellNetwork`: `classes`, `stem`, `in_channels`."""
        need_pytorch("a network")
        from nasbench_suite.spaces.nds.cell_network import CellNetwork

        return CellNetwork(cells.check(arch, self.operations, self.nodes), **settings)

    def decisions(self, members: Sequence[CellArchitecture]) -> Mapping[Decision, Sequence[Any]]:
        """Returns the operations and inputs of every node, the concatenations, sizes and training settings."""
        return cells.decisions(members)


def _settings(optim: object) -> tuple[float, float]:
    optim = exactly(optim, "optim", ("base_lr", "wd", "max_ep"))
    return number(optim["base_lr"], "base_lr"), number(optim["wd"], "wd")


class NDSResNet(StageSpace):
    """Residual networks of basic blocks."""

    name, family = "nds_resnet", "ResNet"


class NDSResNetB(StageSpace):
    """Residual networks of bottleneck blocks."""

    name, family = "nds_resnet_b", "ResNet-B"


class NDSResNeXtA(StageSpace):
    """Residual networks of bottleneck blocks whose widths, bottlenecks and groups vary."""

    name, family = "nds_resnext_a", "ResNeXt-A"


class NDSResNeXtB(StageSpace):
    """As ResNeXt-A with wider stages and more groups."""

    name, family = "nds_resnext_b", "ResNeXt-B"


class NDSVanilla(StageSpace):
    """Networks of plain blocks, two convolutions each, without a shortcut."""

    name, family, blocks = "nds_vanilla", "Vanilla", (stages.PLAIN,)


class NDSNASNet(CellSpace):
    """Cells of NASNet's operations (Zoph et al. 2018, arXiv:1707.07012)."""

    name, family = "nds_nasnet", "NASNet"
    operations, nodes = families.NASNET


class NDSAmoeba(CellSpace):
    """Cells of AmoebaNet's operations (Real et al. 2019, arXiv:1802.01548)."""

    name, family = "nds_amoeba", "Amoeba"
    operations, nodes = families.AMOEBA


class NDSPNAS(CellSpace):
    """Cells of PNAS's operations (Liu et al. 2018, arXiv:1712.00559)."""

    name, family = "nds_pnas", "PNAS"
    operations, nodes = families.PNAS


class NDSENAS(CellSpace):
    """Cells of ENAS's operations (Pham et al. 2018, arXiv:1802.03268)."""

    name, family = "nds_enas", "ENAS"
    operations, nodes = families.ENAS


class NDSDARTS(CellSpace):
    """Cells of DARTS's operations (Liu et al. 2019, arXiv:1806.09055)."""

    name, family = "nds_darts", "DARTS"
    operations, nodes = families.DARTS

    def supernet(self, **settings: Any) -> "NDSDARTSSupernet":
        """Builds the network of all pairs of cells; `settings` are those of `supernet.NDSDARTSSupernet`."""
        need_pytorch("a supernet")
        from nasbench_suite.spaces.nds.supernet import NDSDARTSSupernet

        return NDSDARTSSupernet(**settings)


FAMILIES: Mapping[str, type[NDSSpace[Any]]] = {
    space.family: space
    for space in (
        NDSResNet,
        NDSResNetB,
        NDSResNeXtA,
        NDSResNeXtB,
        NDSVanilla,
        NDSNASNet,
        NDSAmoeba,
        NDSPNAS,
        NDSENAS,
        NDSDARTS,
    )
}
