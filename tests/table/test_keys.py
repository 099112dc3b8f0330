from nasbench_suite.table import keys


def test_the_rows_of_a_series_are_in_order_as_bytes() -> None:
    rows = [0, 1, 255, 256, 15_624, 423_623]
    listed = [keys.curve(series, row) for series in (0, 1, 300) for row in rows]
    assert listed == sorted(listed) and len(set(listed)) == len(listed)


def test_a_column_and_what_it_lacks_have_keys_of_their_own() -> None:
    column = keys.column("cifar10-valid", 200, 12, "valid_accuracy")
    assert column == "column/cifar10-valid/200/12/valid_accuracy"
    assert keys.missing(column) == "missing/cifar10-valid/200/12/valid_accuracy"


def test_a_trial_set_may_be_called_column() -> None:
    assert keys.missing(keys.column("column/", 1, 1, "m")) == "missing/column//1/1/m"
