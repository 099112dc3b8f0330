"""The command line before Hydra composes: the protocol, experiments, and what is refused."""

from collections.abc import Callable
from pathlib import Path

import pytest

from nasbench_suite.configuration import search_path
from nasbench_suite.configuration.arguments import build_arguments, search_arguments
from nasbench_suite.errors import ConfigError


@pytest.fixture(autouse=True)
def registered() -> None:
    search_path.register()


def test_the_default_protocol_stays_where_it_fits() -> None:
    for words in (["seeds=3"], ["dataset=digits"], ["space=nb201"], ["algorithm=darts1"]):
        assert search_arguments(words) == words


@pytest.mark.parametrize(
    ("words", "protocol"),
    [
        (["space=nb101"], "nb101"),
        (["dataset=cifar100"], "nats"),
        (["space=nds_resnet", "dataset=cifar10_lr-wd"], "nds"),
        (["dataset=cifar10,cifar100"], "nats"),
        (["space=nds_resnet,nds_darts"], "nds"),
    ],
)
def test_the_one_protocol_for_what_was_named_is_taken(words: list[str], protocol: str) -> None:
    assert search_arguments(words)[-1] == f"protocol={protocol}"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["dataset=cifar10"], "several are for space nb201 and data set cifar10: nats, nb201"),
        (["dataset=svhn"], "dataset: no protocol for space nb201 is for 'svhn'; there is: digits, cifar10, cifar100"),
        (["dataset=cifar"], "did you mean cifar10 or cifar100?"),
        (["space=NB201"], "space: there is no 'NB201'; did you mean nb201?"),
        (["dataset=digits,cifar100"], "none is for space nb201 and data set digits, cifar100"),
        (["space=nb101,nb201"], "none is for space nb101, nb201"),
    ],
)
def test_where_none_or_several_are_for_it_they_are_listed(words: list[str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        search_arguments(words)


def test_a_protocol_that_is_named_is_left_alone() -> None:
    words = ["protocol=nb201", "dataset=svhn", "space=nb101"]
    assert search_arguments(words) == words


def test_cn_names_an_experiment_and_a_users_own_configuration_alike(tmp_path: Path) -> None:
    assert search_arguments(["-cn", "nats_table", "seeds=2"]) == ["experiment=nats_table", "seeds=2"]
    (tmp_path / "mine.yaml").write_text("defaults: [config, {override protocol: nats}]\ndataset: cifar100\n")
    own = ["--config-dir", str(tmp_path), "-cn", "mine"]
    assert search_arguments(own) == own
    (tmp_path / "mine.yaml").write_text("defaults: [config, _self_]\ndataset: cifar100\n")
    assert search_arguments(own) == [*own, "protocol=nats"]


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("settings=nb201_rea", "settings: expected nothing"),
        ("+settings=nb201_rea", "settings: expected nothing"),
        ("hydra.sweep.dir=elsewhere", "say results=FOLDER"),
        ("+experiment=nats_table", "say experiment=nats_table, without"),
        ("experiment=nats_tabel", "did you mean nats_table"),
        ("tracking=false", "tracking: expected the name of a file, got"),
        ("budget=100", "budget: expected the name of a file, got 100"),
        ("algorithm=null", "algorithm: expected the name of a file, got null"),
    ],
)
def test_what_nobody_may_say_is_refused_in_one_line(word: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        search_arguments([word])
    assert "\n" not in str(caught.value)


def test_a_path_in_the_home_folder_is_understood() -> None:
    assert search_arguments(["results=~/x"]) == ["results='~/x'"]


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("sead=3",), "sead: there is no such key; did you mean seed"),
        (("+sead=3",), "sead: there is no such key; did you mean seed"),
        (("budget.evaluatons=3",), "did you mean budget.evaluations?"),
        (("+budget.evaluatons=3",), "did you mean budget.evaluations?"),
        (("algorithm=rea", "algorithm.popluation=3"), "did you mean algorithm.population?"),
        (("algorithm=bohb", "algorithm.density.sampels=3"), "did you mean algorithm.density.samples?"),
        (("algorithm=rea", "+algorithm.rng=3"), "algorithm.rng: there is no such key"),
        (("algorithm=rea", "+supernet.epochs=3"), "supernet: expected none"),
        (("algorithm=REA",), "algorithm: there is no 'REA'; did you mean rea?"),
        (("algorithm=rea", "population=3"), "population: there is no such key; did you mean algorithm.population?"),
        (
            ("label=it's",),
            "label=it's: the value cannot be read; a text with such characters is written 'label=\"it'\\''s\"'",
        ),
        (("label=a,b",), "label=a,b: several values are a sweep, which -m starts: nasbench-suite run -m label=a,b"),
        (("rea",), "rea: expected KEY=VALUE; did you mean algorithm=rea?"),
        (("--algorithm", "rea"), "--algorithm: keys are written without dashes; did you mean algorithm=rea?"),
        (("--foo",), "unrecognized arguments: --foo; `nasbench-suite run --help` shows how"),
        (("algorithm=ree",), "algorithm: there is no 'ree'; did you mean rea?"),
        (("results=",), "results: expected a path, got nothing"),
        (("seeds=2.5",), "seeds: expected a whole number, got 2.5"),
        (("label=[a,b]",), "label: expected text or null, got ['a', 'b']"),
        (("~seeds",), "seeds: expected a value, got none"),
        (("evaluator=none", "table=nb201"), "table: expected null"),
    ],
)
def test_every_unknown_key_and_wrong_type_ends_in_one_line(words: tuple[str, ...], message: str, cli: Callable) -> None:
    answer = cli("run", *words)
    assert answer.code == 2 and message in answer.err and answer.err.count("\n") == 1


@pytest.mark.usefixtures("installed")
def test_tags_may_be_one_word(cli: Callable, make_job: Callable) -> None:
    assert make_job("tracking.tags=foo").config["tracking"]["tags"] == ["foo"]
    assert make_job("objectives=[valid_accuracy]").id == make_job().id


@pytest.mark.parametrize(
    ("words", "handed"),
    [
        (["space=nb101"], ["space=nb101", "training=nb101"]),
        (["space=nb101", "training=digits"], ["space=nb101", "training=digits"]),
        (["space=nb201"], ["space=nb201"]),
        (["name=any"], ["name=any"]),
        (["architectures=0-9,20"], ["architectures='0-9,20'"]),
        (["architectures=0-9"], ["architectures=0-9"]),
    ],
)
def test_a_build_takes_the_training_of_its_space_and_index_ranges(words: list[str], handed: list[str]) -> None:
    assert build_arguments(words) == handed
