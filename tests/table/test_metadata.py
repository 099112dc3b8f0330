import dataclasses
import json

import pytest

from nasbench_suite.table import Metadata


@pytest.fixture
def metadata(small) -> Metadata:
    return small.open().metadata


def test_it_holds_no_time_and_no_path(metadata: Metadata, small) -> None:
    assert str(small.path.parent) not in metadata.to_json().decode()
    assert set(json.loads(metadata.to_json())) == {
        "architectures", "arrays", "content_sha256", "counts", "datasets", "format", "package_version", "series",
        "source", "space", "units",
    }  # fmt: skip


def test_the_content_hash_covers_the_schema_but_not_where_the_source_lay(metadata: Metadata) -> None:
    elsewhere = dataclasses.replace(metadata, source=dataclasses.replace(metadata.source, file="other.csv"))
    assert elsewhere.schema() == metadata.schema()
    assert dataclasses.replace(metadata, units={**metadata.units, "latency": "s"}).schema() != metadata.schema()


def test_epochs_of_a_metric_come_from_columns_and_curves(metadata: Metadata) -> None:
    by_name = {(series.trial_set, series.schedule): series for series in metadata.series}
    assert by_name["cifar10-valid", 12].epochs("valid_accuracy") == list(range(1, 13))
    assert by_name["cifar10-valid", 200].epochs("valid_accuracy") == [200]
    assert by_name["cifar10-valid", 200].epochs("test_accuracy") == []


def test_a_table_of_the_layout_before_has_the_content_hash_that_it_had(metadata: Metadata) -> None:
    assert b'"format":1' in metadata.schema() and b'"format":2' in metadata.to_json()
