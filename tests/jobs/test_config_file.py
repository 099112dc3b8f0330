import pytest
import yaml

from nasbench_suite.errors import ResultsError
from nasbench_suite.jobs.config_file import read_config


@pytest.fixture(params=["CSafeLoader", "SafeLoader"], autouse=True)
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """PyYAML with libyaml, and as it is where that is not."""
    if request.param == "SafeLoader":
        monkeypatch.delattr(yaml, "CSafeLoader", raising=False)


def test_a_configuration_is_read() -> None:
    text = b"algorithm:\n  population: 10\n  levels: [[1, 2.5], null]\n"
    assert read_config(text, "config.yaml") == {"algorithm": {"population": 10, "levels": [[1, 2.5], None]}}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"{\x00[", "is damaged"),
        (b"\xff\xfe", "is damaged|expected a configuration"),
        (b"", "expected a configuration, got NoneType"),
        (b"- 1", "expected a configuration, got list"),
        (b"[" * 100_000, "is nested deeper|is damaged"),
        (b"{a: " * 100_000, "is nested deeper|is damaged"),
        (b"a: &a [1]\nb: *a", "has YAML aliases"),
        (b"a: [1", "is damaged"),
    ],
)
def test_what_no_job_writes_is_refused_in_a_line(content: bytes, says: str) -> None:
    with pytest.raises(ResultsError, match=f"^config.yaml: ({says})") as caught:
        read_config(content, "config.yaml")
    assert len(str(caught.value)) < 300 and "\n" not in str(caught.value)


def test_lists_in_each_other_are_read_as_deep_as_a_job_writes_them() -> None:
    read_config(b"a: " + b"[" * 99 + b"]" * 99, "config.yaml")
    with pytest.raises(ResultsError, match="nested deeper"):
        read_config(b"a: " + b"[" * 100 + b"]" * 100, "config.yaml")
