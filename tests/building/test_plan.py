from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from nasbench_suite.building.plan import BuildPlan
from nasbench_suite.errors import ArchitectureError, ConfigError

Make = Callable[..., BuildPlan]


def test_all_cells_share_the_trainings_of_the_unique_ones(make_plan: Make) -> None:
    plan = make_plan("cells=all")
    assert len(plan.rows) == 15_625
    trained = Counter(task.arch for task in plan.tasks)
    assert len(trained) == 6_466 and set(trained.values()) == {2}


def test_every_prefix_of_the_tasks_is_a_random_sample_that_does_not_depend_on_the_plan_but_for_its_cells(
    make_plan: Make,
) -> None:
    first, again = make_plan("cells=all"), make_plan("cells=all", "seeds=[5]", "schedules=[1]")
    cells = list(dict.fromkeys(task.arch for task in first.tasks))
    assert cells == [task.arch for task in again.tasks]
    official = [first.space.format(cell) for cell in first.rows[:100]]
    assert cells[:100] != official


def test_a_count_takes_that_many_unique_cells_and_more_of_them_hold_the_fewer(make_plan: Make) -> None:
    few, more = make_plan("cells=5"), make_plan("cells=9")
    assert len(set(few.rows)) == 5 and set(few.rows) < set(more.rows)
    assert all(few.space.canonical(cell) == cell for cell in more.rows)


@pytest.mark.parametrize(
    ("cells", "row"),
    [
        ("resnet", (3, 0, 3, 1, 0, 1)),
        ("'|none~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|'", (0, 0, 0, 1, 0, 0)),
    ],
)
def test_a_named_cell_is_the_only_row(make_plan: Make, cells: str, row: tuple[int, ...]) -> None:
    assert make_plan(f"cells={cells}").rows == [row]


def test_what_does_not_change_a_measurement_does_not_change_the_folder(make_plan: Make) -> None:
    folder = make_plan().folder
    assert make_plan("workers=2", "executor=ray", "cells=7", "schedules=[2]").folder == folder
    for changed in ("seeds=[0,2]", "training.recipe.batch=64", "training.network.channels=5", "device=cuda"):
        assert make_plan(changed).folder != folder


@pytest.mark.parametrize(
    ("override", "error", "message"),
    [
        ("seeds=[1,1]", ConfigError, "seeds: expected a list of different whole numbers"),
        ("seeds=[]", ConfigError, "seeds: expected a list"),
        ("schedules=[0]", ConfigError, "schedules: expected whole numbers of 1 or more"),
        ("cells=0", ConfigError, "cells: expected a count from 1 to 6,466, got 0"),
        ("cells=some", ArchitectureError, "cells: expected all, unique, a count, resnet or one cell"),
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
    from nasbench_suite.training.task import Task
    from nasbench_suite.training.worker import recipe_for

    for name, schedules in (("digits", [3, 6]), ("nb201_12", [12]), ("nb201_200", [200])):
        config = composed("name=any", f"training={name}", name="build").config
        assert config["schedules"] == schedules
        for schedule in schedules:
            assert recipe_for(config["training"], Task("any", "cifar10", schedule)).epochs == schedule
        pads = [recipe_for(config["training"], Task("", one, 1)).crop_pad for one in ("cifar10", "ImageNet16-120")]
        assert pads == ([1, 1] if name == "digits" else [4, 2])
