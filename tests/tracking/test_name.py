from nasbench_suite.tracking.name import run_name

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
    plain, labelled = run_name(JOB, "0", "g", ()), run_name(JOB | {"label": "mine"}, "0", "g", ())
    assert (plain.name, labelled.name) == ("rea on nb201/cifar10", "mine")
    assert plain.id == labelled.id


def test_tags_come_after_what_the_job_is_and_once() -> None:
    assert run_name(JOB, "0", "g", ("mine", "rea")).tags == ("nb201", "cifar10", "rea", "nats", "mine")
