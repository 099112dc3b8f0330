"""The ten spaces: text forms, validity, and the contract of what is searched."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import hydra
import numpy as np
import pytest
from hydra.utils import get_object, instantiate

from nasbench_suite import conf
from nasbench_suite.algorithm import Algorithm
from nasbench_suite.configuration import search_path
from nasbench_suite.errors import ArchitectureError, ConfigError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.registry.spaces import find_space, space_names
from nasbench_suite.space import Space
from nasbench_suite.spaces.nds import FAMILIES
from nasbench_suite.testing import AlgorithmContract, SpaceContract, columns

FILES = Path(conf.__path__[0], "algorithm").glob("*.yaml")
# what trains networks of its own does so for a moment
QUICK = {"bananas": [f"algorithm.networks.{one}" for one in ("count=2", "epochs=1", "layers=1", "width=4")]}
ALGORITHMS = sorted(path.stem for path in FILES if "/supernet" not in path.read_text())  # those that query
NAMES = [name for name in space_names() if name.startswith("nds_")]


class TestMembers(SpaceContract):
    """What a search on NDS moves in."""

    @pytest.fixture(autouse=True, params=FAMILIES)
    def _family(self, request: pytest.FixtureRequest, members: Callable[[str], list[Any]]) -> None:
        self.family, self.members = request.param, members(request.param)

    def make_space(self) -> Space[Any]:
        return FAMILIES[self.family](nearest=5).confined_to(self.members)


class TestAlgorithmsOnMembers(AlgorithmContract):
    """Every query algorithm runs unchanged."""

    @pytest.fixture(autouse=True, params=ALGORITHMS)
    def _configured(self, request: pytest.FixtureRequest, members: Callable[[str], list[Any]]) -> None:
        search_path.register()
        with hydra.initialize_config_module("nasbench_suite.conf", version_base="1.3"):
            config = hydra.compose(
                "config", overrides=[f"algorithm={request.param}", "protocol=nds", *QUICK.get(request.param, [])]
            )
        self.factory = instantiate(config.algorithm, _partial_=True)
        self.uses_columns = get_object(config.algorithm._target_).uses_columns
        self.members = members("ENAS")

    def make_space(self) -> Space[Any]:
        return FAMILIES["ENAS"]().confined_to(self.members)

    def make_algorithm(
        self, space: Space[Any], fidelities: Sequence[Fidelity], rng: np.random.Generator
    ) -> Algorithm[Any]:
        given = {"columns": columns(space)} if self.uses_columns else {}
        made: Algorithm[Any] = self.factory(space, fidelities, rng, **given)
        return made


def test_every_family_is_a_space_of_its_own() -> None:
    assert len(NAMES) == len(FAMILIES) == 10
    assert {type(find_space(name)) for name in NAMES} == set(FAMILIES.values())


@pytest.mark.parametrize("family", FAMILIES)
def test_source_and_text_lead_back_to_the_network(family: str, members: Callable[[str], list[Any]]) -> None:
    space = FAMILIES[family]()
    for arch in members(family):
        assert space.parse(space.format(arch)) == arch
        optim = {"base_lr": arch.learning_rate, "wd": arch.weight_decay, "max_ep": 1}
        assert space.from_source(space.to_source(arch), optim) == arch


def test_without_members_a_space_says_so_instead_of_inventing_networks() -> None:
    space = FAMILIES["ResNet"]()
    for call in (
        lambda: space.sample(np.random.default_rng(0)),
        lambda: space.mutate(None, np.random.default_rng(0)),
        lambda: space.neighbours(None),
        lambda: space.encode(None),
        lambda: space.decode(()),
        lambda: list(space.enumerate()),
    ):
        with pytest.raises(ConfigError, match="nds_resnet"):
            call()


def test_learning_rate_and_weight_decay_are_part_of_an_architecture() -> None:
    space = FAMILIES["ResNet"]()
    net = {"block_type": "res_basic_block", "ds": [1, 2], "ws": [16, 16], "ss": [1, 1]}
    one, two = (space.from_source(net, {"base_lr": rate, "wd": 0.0005, "max_ep": 100}) for rate in (0.1, 0.2))
    assert one != two
    assert space.format(one) == "block=res_basic_block ds=1,2 ws=16,16 ss=1,1 lr=0.1 wd=0.0005"


@pytest.mark.parametrize("empty", [{}, {"bot_muls": [], "num_gs": []}, {"bot_muls": None}])
def test_an_empty_list_null_and_nothing_mean_no_bottleneck(empty: dict[str, Any]) -> None:
    net = {"block_type": "double_plain_block", "ds": [1, 2], "ws": [16, 16], "ss": [1, 1], **empty}
    arch = FAMILIES["Vanilla"]().from_source(net, {"base_lr": 0.1, "wd": 0.0, "max_ep": 1})
    assert arch.bottlenecks == arch.groups == ()


@pytest.mark.parametrize(
    ("family", "text", "message"),
    [
        ("ResNet", "block=res_basic_block ds=1,2 ws=16 ss=1,1 lr=0.1 wd=0.0", "of one length"),
        ("ResNet", "block=res_basic_block ds=1,0 ws=16,16 ss=1,1 lr=0.1 wd=0.0", "ds to be a whole number of 1"),
        ("ResNet", "block=res_basic_block ds=1,2 ws=16,16 ss=1,1 lr=0.10 wd=0.0", "is written"),
        ("ResNet", "block=res_basic_block ds=1,2 ws=16,16 ss=1,1 lr=nan wd=0.0", "finite"),
        ("ResNet", "block=double_plain_block ds=1,2 ws=16,16 ss=1,1 lr=0.1 wd=0.0", "begins with res_basic"),
        ("ResNet", "block=res_basic_block ds=1,2 ws=16,16 ss=1,1 lr=0.1", "no wd="),
        ("ResNet", "ds=1,2 ds=1,2", "the words"),
        ("Vanilla", "block=double_plain ds=1 ws=16 ss=1 lr=0.1 wd=0.0", "2 or more"),
        (
            "ResNeXt-A",
            "block=res_bottleneck_block ds=1,2 ws=16,24 ss=1,1 bot_muls=0.0,0.25 num_gs=1,4 lr=0.1 wd=0.0",
            "6 channels has no 4 equal groups",
        ),
        (
            "DARTS",
            "normal=a~0+b~0:2 reduce=a~0+b~0:2 depth=8 width=16 aux=0 drop=0.0 lr=0.1 wd=0.0",
            "expected 4 nodes",
        ),
        ("DARTS", "normal=", "no reduce="),
    ],
)
def test_what_cannot_be_built_is_refused_in_one_line(family: str, text: str, message: str) -> None:
    with pytest.raises(ArchitectureError, match=message) as caught:
        FAMILIES[family]().parse(text)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(FAMILIES[family].name)


def test_operations_of_another_family_are_refused() -> None:
    cell = "|".join(["max_pool_7x7~0+skip_connect~1"] * 5) + ":2,3,4,5,6"
    text = f"normal={cell} reduce={cell} depth=8 width=16 aux=0 drop=0.0 lr=0.1 wd=0.0"
    assert FAMILIES["NASNet"]().parse(text).depth == 8
    with pytest.raises(ArchitectureError, match="max_pool_7x7"):
        FAMILIES["PNAS"]().parse(text)


@pytest.mark.parametrize(("dataset", "steps"), [("cifar10_lr-wd", 391), ("ImageNet", 10_010)])
def test_steps_are_images_over_batch_size_rounded_up(dataset: str, steps: int) -> None:
    space = FAMILIES["ResNet"](batch_size=128)
    assert space.steps_per_epoch(dataset) == steps  # 50,000 / 128 = 390.6; 1,281,167 / 128 = 10,009.1
    assert f"{steps:,} steps" in space.describe_seconds(dataset)


def test_without_a_batch_size_seconds_stay_unknown() -> None:
    assert FAMILIES["ResNet"]().steps_per_epoch("cifar10") is None
    assert "batch_size" in FAMILIES["ResNet"]().describe_seconds("cifar10")


@pytest.mark.parametrize("setting", [{"nearest": 0}, {"nearest": True}, {"batch_size": 0}, {"batch_size": 1.5}])
def test_settings_that_make_no_sense_are_refused(setting: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="nds_resnet"):
        FAMILIES["ResNet"](**setting)


@pytest.mark.parametrize("name", ["nds_resnet", "nds_vanilla", "nds_darts", "nds_amoeba"])
@pytest.mark.parametrize("method", ["format", "canonical", "draw"])
@pytest.mark.parametrize("value", [None, [], "text", 3, (1,), {}])
def test_what_is_no_architecture_is_refused(name: str, method: str, value: Any) -> None:
    with pytest.raises(ArchitectureError, match=r"expected a (Stage|Cell)Architecture, as parse\(TEXT\) returns, got"):
        getattr(find_space(name), method)(value)
