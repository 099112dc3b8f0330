from collections.abc import Callable

import pytest

from nasbench_suite.errors import ConfigError, MissingArchitectureError, UnknownDatasetError
from nasbench_suite.scoring.plan import ScorePlan
from nasbench_suite.table import Table

MakePlan = Callable[..., ScorePlan]


def test_architectures_and_scores_do_not_change_the_folder_and_what_changes_a_score_does(make_plan: MakePlan) -> None:
    first = make_plan("architectures=2").folder
    assert make_plan("architectures=3", "scores=[nwot,plain]", "datasets_root=/nowhere").folder == first
    others = ["seed=1", "batch=17", "++network.channels=3", "space=nats_sss"]
    folders = {make_plan("architectures=2", word, tiny=("batch=16",)).folder for word in others}
    assert len(folders | {first}) == 5


def test_architectures_of_a_table_are_those_that_it_has(make_plan: MakePlan, mine: Table) -> None:
    plan = make_plan("table=mine", "architectures=all", "dataset=null")
    assert [plan.space.format(arch) for arch in plan.archs] == [mine.architecture(row) for row in range(4)]
    assert plan.dataset == "digits" and len(make_plan("table=mine", "architectures=3").archs) == 3
    missing = next(arch for arch in plan.space.enumerate() if arch not in plan.archs)
    with pytest.raises(MissingArchitectureError):
        make_plan("table=mine", f"architectures='{plan.space.format(missing)}'")


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("scores=[synflo]", "did you mean synflow"),
        ("scores=[]", "expected a list of different names"),
        ("scores=[nwot,nwot]", "expected a list of different names"),
        ("seed=9223372036854775808", "seed: expected at most 9223372036854775807, got 9223372036854775808"),
        ("batch=1", "batch"),
        ("seed=-1", "seed"),
        ("dataset=null", "expected a data set, for no table is named"),
        ("++network.chanels=3", r"a setting of space nb201's networks \(channels, .*did you mean network.channels?"),
        ("++network.channels=8.5", "network.channels: expected a whole number, got 8.5"),
        ("++network.classes=3", "network.classes: .* follows from the data set"),
    ],
)
def test_a_mistake_is_one_line(make_plan: MakePlan, word: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        make_plan("architectures=2", word)


def test_a_table_of_another_space_or_data_set_is_refused(make_plan: MakePlan, mine: Table) -> None:
    with pytest.raises(ConfigError, match="expected nb201, which table mine is of, got nats_sss"):
        make_plan("table=mine", "space=nats_sss", "architectures=1", tiny=())
    with pytest.raises(UnknownDatasetError):
        make_plan("table=mine", "dataset=cifar10", "architectures=1")
