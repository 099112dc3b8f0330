"""Every call says what the package `nats_bench` says, to the bit and in its draws."""

import gzip
import json
import random
from pathlib import Path
from typing import Any

import pytest

from nasbench_suite.compat.nats_bench import create, search_space_info, version
from nasbench_suite.spaces.nb201.official import DATASETS

from .conftest import INDEXES, Pair

SCHEDULES = {"tss": ("12", "200"), "sss": ("01", "12", "90")}
SEARCHED = ("cifar10", "cifar100", "ImageNet16-120")


def test_the_recorded_answers_of_the_size_space(data: Path) -> None:
    api = create(str(data / "nats_bench" / "NATS-sss-v1_0-50262-simple"), "sss", fast_mode=True, verbose=False)
    calls = json.loads(gzip.decompress((data / "nats_bench" / "sss_answers.json.gz").read_bytes()))
    assert len(calls) == 90
    for call in calls:
        if call["call"] == "simulate_train_eval":
            _, _, seconds, _ = api.simulate_train_eval(call["index"], call["dataset"], hp=call["hp"])
            assert seconds == call["seconds"], call
            continue
        arguments = {key: value for key, value in call.items() if key not in ("call", "answer", "arch")}
        assert getattr(api, call["call"])(**arguments) == call["answer"], call


@pytest.mark.extra
def test_more_info_and_costs(pair: Pair) -> None:
    for index in INDEXES:
        for hp in SCHEDULES[pair.space]:
            for dataset in DATASETS:
                seeds = pair.theirs.query_by_index(index, hp=hp).get_dataset_seeds(dataset)
                for is_random in (False, *seeds):
                    for iepoch in {None, 0, int(hp) - 1, int(hp) // 2}:
                        arguments = (index, dataset, iepoch, hp, is_random)
                        one, other = pair.both(lambda api, a=arguments: api.get_more_info(*a))
                        assert one == other, arguments
                one, other = pair.both(lambda api, a=(index, dataset, hp): api.get_cost_info(*a))
                assert one == other
                one, other = pair.both(lambda api, a=(index, dataset, hp): api.get_latency(*a))
                assert one == other


@pytest.mark.extra
def test_draws_are_those_of_pythons_random_in_the_same_order(pair: Pair) -> None:
    def calls(api: Any) -> list[Any]:
        random.seed(7)
        found: list[Any] = []
        for _ in range(15):
            for index in INDEXES:
                for dataset in SEARCHED:
                    hp = SCHEDULES[pair.space][-1]
                    found.append(api.get_more_info(index, dataset, hp=hp))
                    found.append(api.simulate_train_eval(index, dataset, hp="12"))
                    found.append(api.query_by_index(index, hp=hp).get_metrics(dataset, "ori-test", is_random=True))
            found.append(api.random())
        return [*found, random.random()]

    one, other = pair.both(calls)
    assert one == other


@pytest.mark.extra
def test_the_clock_adds_up_and_is_reset(pair: Pair) -> None:
    def calls(api: Any) -> list[Any]:
        random.seed(3)
        api.reset_time()
        found = [api.used_time]
        for account in (True, False, True):
            found += api.simulate_train_eval(api.arch(284), "cifar100", None, "12", account)
        # epochs at which the validation set is not known are answered as the package does
        found += api.simulate_train_eval(0, "cifar100", 3, SCHEDULES[pair.space][-1])
        found.append(api.used_time)
        api.reset_time()
        return [*found, api.used_time]

    one, other = pair.both(calls)
    assert one == other


@pytest.mark.extra
def test_every_field_and_method_of_a_trial(pair: Pair) -> None:
    for index in INDEXES:
        for hp in SCHEDULES[pair.space]:
            theirs, ours = pair.both(lambda api, a=(index, None, hp): api.query_by_index(*a))
            assert ours.get_dataset_names() == theirs.get_dataset_names()
            assert ours.dataset_seed == theirs.dataset_seed
            assert (ours.arch_str, ours.arch_index, ours.arch_idx_str()) == (
                theirs.arch_str,
                theirs.arch_index,
                theirs.arch_idx_str(),
            )
            assert repr(ours) == repr(theirs)
            assert ours.get_total_epoch() == theirs.get_total_epoch()
            for key, result in theirs.all_results.items():
                mine = ours.all_results[key]
                assert mine.state_dict() == result.state_dict()
                assert mine.get_times() == result.get_times()
                assert repr(mine) == repr(result)
                assert mine.get_config(None) == result.get_config(None)
                assert mine.get_config(str.upper) == result.get_config(str.upper)
            assert ours.get_latency("cifar10") == theirs.get_latency("cifar10")
            assert ours.state_dict() == theirs.state_dict()


@pytest.mark.extra
def test_metrics_of_every_set_and_epoch(pair: Pair) -> None:
    for hp in SCHEDULES[pair.space]:
        theirs, ours = pair.both(lambda api, a=hp: api.query_meta_info_by_index(284, a))
        for dataset in DATASETS:
            for name in ("train", "x-valid", "x-test", "ori-test", "valid"):
                for iepoch in range(int(hp)):
                    try:
                        expected = theirs.get_metrics(dataset, name, iepoch)
                    except (KeyError, ValueError):
                        with pytest.raises(KeyError):
                            ours.get_metrics(dataset, name, iepoch)
                        continue
                    assert ours.get_metrics(dataset, name, iepoch) == expected


@pytest.mark.extra
def test_what_is_set_holds(pair: Pair) -> None:
    def calls(api: Any) -> Any:
        info = api.query_by_index(0, hp="12")
        info.reset_latency("cifar100", None, 0.5)
        info.reset_pseudo_train_times("cifar100", None, 2.0)
        info.reset_pseudo_eval_times("cifar100", 777 if pair.space == "sss" else 111, "x-valid", 3.0)
        result = next(iter(info.query("cifar100").values()))
        result.update_OLD_eval("another", {1: 50.0}, {1: 1.0})
        again = type(info).create_from_state_dict(info.state_dict())
        untouched = api.query_by_index(0, hp="12").get_compute_costs("cifar100")
        return info.get_compute_costs("cifar100"), result.eval_acc1es, again.get_compute_costs("cifar100"), untouched

    one, other = pair.both(calls)
    assert one == other


@pytest.mark.extra
def test_the_list_of_architectures(pair: Pair) -> None:
    theirs, ours = pair.theirs, pair.ours
    assert list(ours) == list(theirs) == ours.meta_archs == theirs.meta_archs
    assert (len(ours), ours[5], ours[-1], ours.arch(7)) == (len(theirs), theirs[5], theirs[-1], theirs.arch(7))
    assert ours.archstr2index == theirs.archstr2index
    for arch in (ours[9], 9, "nothing", 1.5):
        assert ours.query_index_by_arch(arch) == theirs.query_index_by_arch(arch)
    for call in (lambda api: api.arch(len(api)), lambda api: api.query_index_by_arch(-1), lambda api: api.arch(-1)):
        for api in (theirs, ours):
            with pytest.raises(ValueError):
                call(api)


@pytest.mark.extra
def test_fast_mode_grows_with_what_is_asked_for(pair: Pair) -> None:
    def calls(api: Any) -> list[Any]:
        def named(api: Any) -> str:
            return repr(api).replace(api.filename, "FILE")

        found = [sorted(api.evaluated_indexes), named(api)]
        api.get_latency(284, "cifar10")
        found += [sorted(api.evaluated_indexes), named(api), api.find_best("cifar10", "test", enforce_all=False)]
        api.get_net_config(0, "cifar10")
        return [*found, sorted(api.evaluated_indexes), sorted(api.avaliable_hps)]

    one, other = pair.both(calls)
    assert one == other


@pytest.mark.extra
def test_the_best_under_limits(pair: Pair) -> None:
    for api in (pair.theirs, pair.ours):
        for index in INDEXES:
            api.get_latency(index, "cifar10")
    costs = [pair.theirs.get_cost_info(index, "cifar100") for index in INDEXES]
    for hp in SCHEDULES[pair.space]:
        for dataset in SEARCHED:
            for name in ("valid", "test", "train", "ori-test"):
                if (dataset, name) == ("cifar10", "ori-test"):
                    continue
                for limits in ({}, {"flop_max": min(c["flops"] for c in costs)}, {"param_max": 1e-9}):
                    arguments = {"dataset": dataset, "metric_on_set": name, "hp": hp, "enforce_all": False, **limits}
                    one, other = pair.both(lambda api, a=arguments: api.find_best(**a))
                    assert one == other, arguments


@pytest.mark.extra
def test_texts(pair: Pair, capsys: pytest.CaptureFixture[str]) -> None:
    printed = []
    for api in (pair.theirs, pair.ours):
        for index in INDEXES:
            api.show(index)
        api.show(len(api))
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1]
    for hp in SCHEDULES[pair.space]:
        one, other = pair.both(lambda api, a=hp: api.query_info_str_by_arch(api.arch(284), a))
        assert one == other
        one, other = pair.both(lambda api, a=hp: api.query_by_arch(0, a))
        assert one == other


@pytest.mark.extra
def test_configurations_and_counts(pair: Pair) -> None:
    for index in INDEXES:
        for dataset in DATASETS:
            one, other = pair.both(lambda api, a=(index, dataset): api.get_net_config(*a))
            assert one == other
    for hp in SCHEDULES[pair.space]:
        for dataset in DATASETS:
            one, other = pair.both(lambda api, a=(dataset, hp): api.statistics(*a))
            assert one == other
    for name in ("full_train_epochs", "full_epochs_in_paper", "search_space_name", "is_size", "is_topology"):
        one, other = pair.both(lambda api, a=name: getattr(api, a))
        assert one == other


@pytest.mark.extra
def test_strings_as_tuples_matrices_and_expressions(pair: Pair) -> None:
    if pair.space == "sss":
        return
    for index in range(0, len(pair.ours), 50):
        text = pair.ours[index]
        assert pair.ours.str2lists(text) == pair.theirs.str2lists(text)
        assert (pair.ours.str2matrix(text) == pair.theirs.str2matrix(text)).all()
        assert pair.ours.get_unique_str(text) == pair.theirs.get_unique_str(text)
    with pytest.raises(ValueError):
        pair.ours.str2matrix("|conv~0|")


@pytest.mark.extra
def test_what_a_space_is_made_of() -> None:
    theirs = pytest.importorskip("nats_bench", reason="nats_bench is not installed")
    for pair in (("nats-bench", "tss"), ("nats-bench", "sss"), ("nas-bench-201", None)):
        assert search_space_info(*pair) == theirs.search_space_info(*pair)
    assert version() == theirs.version()
    with pytest.raises(ValueError):
        search_space_info("nas-bench-201", "tss")
    with pytest.raises(ValueError, match="tss or sss"):
        create("anything", "xxx")
