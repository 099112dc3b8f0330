from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from nasbench_suite.building.plan import BuildPlan, prepare
from nasbench_suite.errors import ArchitectureError, ConfigError

Make = Callable[..., BuildPlan]


def test_all_cells_share_the_trainings_of_the_unique_ones(make_plan: Make) -> None:
    plan = make_plan("architectures=all")
    assert len(plan.rows) == 15_625
    trained = Counter(task.arch for task in plan.tasks)
    assert len(trained) == 6_466 and set(trained.values()) == {2}


def test_every_prefix_of_the_tasks_is_a_random_sample_that_does_not_depend_on_the_plan_but_for_its_cells(
    make_plan: Make,
) -> None:
    first, again = make_plan("architectures=all"), make_plan("architectures=all", "trials=[5]", "schedules=[1]")
    cells = list(dict.fromkeys(task.arch for task in first.tasks))
    assert cells == [task.arch for task in again.tasks]
    official = [first.space.format(cell) for cell in first.rows[:100]]
    assert cells[:100] != official


def test_a_count_takes_that_many_unique_cells_and_more_of_them_hold_the_fewer(make_plan: Make) -> None:
    few, more = make_plan("architectures=5"), make_plan("architectures=9")
    assert len(set(few.rows)) == 5 and set(few.rows) < set(more.rows)
    assert all(few.space.canonical(cell) == cell for cell in more.rows)


@pytest.mark.parametrize(
    ("wanted", "row"),
    [
        ("resnet", (3, 0, 3, 1, 0, 1)),
        ("'|none~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|'", (0, 0, 0, 1, 0, 0)),
    ],
)
def test_a_named_cell_is_the_only_row(make_plan: Make, wanted: str, row: tuple[int, ...]) -> None:
    assert make_plan(f"architectures={wanted}").rows == [row]


def test_what_does_not_change_a_measurement_does_not_change_the_folder(make_plan: Make) -> None:
    folder = make_plan().folder
    assert make_plan("workers=2", "executor=ray", "architectures=7", "schedules=[2]").folder == folder
    for changed in ("trials=[0,2]", "training.recipe.batch=64", "training.network.channels=5", "device=cuda"):
        assert make_plan(changed).folder != folder


@pytest.mark.parametrize(
    ("override", "error", "message"),
    [
        ("trials=[1,1]", ConfigError, "trials: expected a list of different whole numbers"),
        ("trials=[]", ConfigError, "trials: expected a list"),
        ("trials=[0,9223372036854775808]", ConfigError, "trials: expected at most 9223372036854775807, got"),
        ("schedules=[0]", ConfigError, "schedules: expected whole numbers of 1 or more"),
        ("architectures=0", ConfigError, "architectures: expected a count from 1 to 6,466, got 0"),
        (
            "architectures=some",
            ArchitectureError,
            "architectures: expected all, unique, a count, indices such as 0-389, resnet, a .txt or .json file or one",
        ),
        ("architectures=-3", ConfigError, "architectures: expected a count from 1 to 6,466, got -3"),
        ("architectures=true", ConfigError, "architectures: expected a count from 1 to 6,466, got True"),
        ("architectures=[true]", ConfigError, "architectures: number 1: expected an architecture's text or index"),
        ("trials=[true]", ConfigError, "trials: expected whole numbers of 0 or more"),
        ("trials=[0.5]", ConfigError, "trials: expected whole numbers of 0 or more"),
        ("trials=[[0]]", ConfigError, "trials: expected whole numbers of 0 or more"),
        ("datasets=[[digits]]", ConfigError, "datasets: expected a list of names"),
        ("workers=true", ConfigError, "workers: expected a whole number of 1 or more"),
        ("workers=0", ConfigError, "workers: expected a whole number of 1 or more"),
        ("datasets=digits", ConfigError, "datasets: expected a list of names"),
    ],
)
def test_a_configuration_that_makes_no_sense_is_refused(
    make_plan: Make, override: str, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        make_plan(override)


def test_every_training_config_makes_a_recipe_of_its_schedule(composed: Callable[..., Any]) -> None:
    from nasbench_suite.training.task import TrainingTask
    from nasbench_suite.training.worker import recipe_for

    for name, schedules in (("digits", [3, 6]), ("nb201_12", [12]), ("nb201_200", [200])):
        config = composed("name=any", f"training={name}", name="build").config
        assert config["schedules"] == schedules
        for schedule in schedules:
            assert recipe_for(config["training"], TrainingTask("any", "cifar10", schedule)).epochs == schedule
        pads = [
            recipe_for(config["training"], TrainingTask("", one, 1)).crop_pad for one in ("cifar10", "ImageNet16-120")
        ]
        assert pads == ([1, 1] if name == "digits" else [4, 2])


def test_a_training_of_another_space_is_refused_before_anything_is_listed(composed: Callable[..., Any]) -> None:
    config = composed("space=nb101", "name=mine", name="build").config
    with pytest.raises(
        ConfigError,
        match=r"training.network.momentum: .* nb101's networks \(channels, cells\), .*; choose another training=",
    ):
        prepare(config)
