from nasbench_suite.tracking.name import flat_config, run_name

JOB = {
    "space": "nb201",
    "dataset": "cifar10",
    "algorithm": "rea",
    "protocol": "nats",
    "config_id": "0a1b2c3d",
    "label": None,
}


def test_the_id_is_that_of_configuration_seeds_and_group() -> None:
    ids = {
        run_name(JOB, seeds, group, ()).id
        for seeds, group in (("0-9", "one"), ("0-9", "one"), ("0-9", "two"), ("0", "one"))
    }
    assert len(ids) == 3
    assert all(each.startswith("0a1b2c3d-0") for each in ids)


def test_a_label_is_the_name_and_changes_no_id() -> None:
    plain, labelled = (run_name(JOB | {"label": label}, "0", "g", (), shown="seed 0") for label in (None, "mine"))
    assert (plain.name, labelled.name) == ("rea on nb201/cifar10, nats, [0a1b2c3d], seed 0", "mine, seed 0")
    assert plain.id == labelled.id


def test_tags_come_after_what_the_job_is_and_once() -> None:
    tags = run_name(JOB, "0", "g", ("mine", "algorithm:rea")).tags
    assert tags == ("space:nb201", "protocol:nats", "algorithm:rea", "dataset:cifar10", "mine")


def test_a_tag_is_no_longer_than_wandb_takes() -> None:
    assert max(map(len, run_name(JOB | {"space": "x" * 200}, "0", "g", ()).tags)) == 64


def test_runs_of_a_sweep_are_named_by_the_settings_that_their_commands_name() -> None:
    command = "nasbench-suite run algorithm=rea protocol=nats results=results/a cores=2 seeds=5 tracking.group=g "
    commands = [command, command + "algorithm.population=20", command + "budget.seconds=500 'fidelities=[[12,1]]'"]
    names = [run_name(JOB | {"command": each}, "0-on", "g", (), shown="seeds 0 to 4").name for each in commands]
    assert names == [
        "rea on nb201/cifar10, nats, seeds 0 to 4",
        "rea on nb201/cifar10, nats, population=20, seeds 0 to 4",
        "rea on nb201/cifar10, nats, budget.seconds=500, fidelities=[[12,1]], seeds 0 to 4",
    ]


def test_the_config_is_flat_and_says_names_settings_and_origin() -> None:
    config = {
        "space": {"_target_": "NB201"}, "algorithm": {"_target_": "REA", "population": 10}, "protocol": {"seconds": 1},
        "budget": {"seconds": 500}, "dataset": "cifar10", "tracking": {"mode": "offline"}, "results": "r", "seeds": 2,
    }  # fmt: skip
    description = JOB | {"table_hash": "ab", "commit": "c0ffee", "command": "run", "versions": {"numpy": "2.0"}}
    assert flat_config(description, config) == {
        "space": "nb201", "algorithm": "rea", "protocol": "nats", "dataset": "cifar10", "seeds": 2,
        "space._target_": "NB201", "algorithm._target_": "REA", "algorithm.population": 10, "budget.seconds": 500,
        "config_id": "0a1b2c3d", "table_hash": "ab", "command": "run", "commit": "c0ffee", "versions.numpy": "2.0",
    }  # fmt: skip
