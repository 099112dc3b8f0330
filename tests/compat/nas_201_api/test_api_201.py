"""Every call says what the package `nas-bench-201` says, to the bit and in its draws."""

import bz2
import pickle
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from nasbench_suite.compat.nas_201_api import ArchResults, NASBench201API, ResultsCount
from nasbench_suite.spaces.nb201.official import DATASETS

Both = Callable[[Callable[[Any], Any]], tuple[Any, Any]]
INDEXES = (0, 284)
SEARCHED = ("cifar10", "cifar100", "ImageNet16-120")


@pytest.fixture(scope="module")
def file(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The genuine architectures in the layout of a `.pth`."""
    folder = data / "nats_bench" / "NATS-tss-v1_0-3ffb9-simple"
    read = {path.name: pickle.loads(bz2.decompress(path.read_bytes())) for path in sorted(folder.iterdir())}
    states = {index: read[f"{index:06d}.pickle.pbz2"] for index in INDEXES}
    infos = {index: {"less": found["12"], "full": found["200"]} for index, found in states.items()}
    loaded = {**read["meta.pickle.pbz2"], "arch2infos": infos, "evaluated_indexes": list(INDEXES)}
    place = tmp_path_factory.mktemp("pth") / "NAS-Bench-201-v1_1-096897.pth"
    torch.save(loaded, place)
    archive = place.parent / "archive"
    archive.mkdir()
    for index, found in infos.items():
        torch.save(found, archive / f"{index:06d}-FULL.pth")
    return place


@pytest.fixture
def both(file: Path) -> Both:
    theirs = pytest.importorskip("nas_201_api", reason="nas-bench-201 is not installed")
    # the package's own torch.load is refused by torch 2.6 and later
    other, ours = (
        theirs.NASBench201API(torch.load(file, weights_only=False), verbose=False),
        NASBench201API(file, False),
    )
    return lambda call: (call(other), call(ours))


@pytest.mark.extra
def test_figures_of_every_set(both: Both) -> None:
    for index in INDEXES:
        for hp in ("12", "200"):
            for dataset in DATASETS:
                for is_random in (False, 777, 111):
                    for iepoch in (None, 0, 5):
                        arguments = (index, dataset, iepoch, hp, is_random)

                        def call(api: Any, arguments: Any = arguments) -> Any:
                            try:
                                return api.get_more_info(*arguments)
                            except ValueError:
                                return "no such trial"

                        one, other = both(call)
                        assert one == other, arguments
                one, other = both(lambda api, a=(index, dataset, hp): api.get_cost_info(*a))
                assert one == other
                one, other = both(lambda api, a=(index, dataset): api.get_net_config(*a))
                assert one == other


@pytest.mark.extra
def test_draws_and_the_clock(both: Both) -> None:
    def calls(api: Any) -> list[Any]:
        random.seed(11)
        api.reset_time()
        found: list[Any] = []
        for _ in range(10):
            for dataset in SEARCHED:
                found += [api.simulate_train_eval(284, dataset), api.get_more_info(0, dataset, hp="200"), api.random()]
        found.append(api.simulate_train_eval(api[0], "cifar10", "200", False))
        return [*found, api.used_time, random.random()]

    one, other = both(calls)
    assert one == other


@pytest.mark.extra
def test_attributes(both: Both) -> None:
    for name in ("meta_archs", "evaluated_indexes", "archstr2index"):
        one, other = both(lambda api, a=name: getattr(api, a))
        assert one == other
    _, ours = both(lambda api: api)
    theirs, _ = both(lambda api: api)
    assert list(ours) == list(theirs) and len(ours) == len(theirs)
    for index in INDEXES:
        for hp, view in (("12", ours.arch2infos_less), ("200", ours.arch2infos_full)):
            assert isinstance(view[index], ArchResults)
            assert view[index].state_dict() == theirs.arch2infos_dict[index][hp].state_dict()
    assert list(ours.arch2infos_full) == list(INDEXES)
    assert all(isinstance(one, ResultsCount) for one in ours.query_by_index(0, "cifar100").values())


@pytest.mark.extra
def test_the_best_under_limits(both: Both) -> None:
    for dataset in SEARCHED:
        for limits in ({}, {"FLOP_max": 13.0}, {"Param_max": 0.11}, {"Param_max": 0.0}):
            for name in ("valid", "test", "train"):
                one, other = both(lambda api, a=(dataset, name), b=limits: api.find_best(*a, hp="200", **b))
                assert one == other


@pytest.mark.extra
def test_texts(both: Both, capsys: pytest.CaptureFixture[str]) -> None:
    printed = []
    for api in both(lambda api: api):
        for index in (*INDEXES, 1, len(api)):
            api.show(index)
        printed += [(capsys.readouterr().out, api.query_by_arch(api[0], "200"), api.query_info_str_by_arch(284))]
    assert printed[0] == printed[1]


def test_all_are_shown_without_an_index(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    NASBench201API(file, False).show()
    shown = capsys.readouterr().out
    assert "NASBench201API(2/15625 architectures, file=NAS-Bench-201-v1_1-096897.pth)" in shown
    assert "000000-th" in shown and "000284-th" in shown


@pytest.mark.extra
def test_strings(both: Both) -> None:
    text = "|nor_conv_1x1~0|+|none~0|none~1|+|none~0|none~1|skip_connect~2|"
    one, other = both(lambda api: (api.str2lists(text), api.str2matrix(text).tolist(), api.query_index_by_arch(text)))
    assert one == other


def test_reload_and_clear(file: Path) -> None:
    api = NASBench201API(file, False)
    before = api.get_cost_info(0, "cifar10")
    api.reload(str(file.parent / "archive"), 0)
    assert api.get_cost_info(0, "cifar10") == before
    api.clear_params(0)
    assert api.arch2infos_full[0].clear_net_done
    assert api.get_net_param(0, "cifar10", 777, "200") is None
    with pytest.raises(ValueError):
        api.reload(str(file.parent), 0)
