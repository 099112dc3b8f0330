"""Comments beside keys, nested ones too."""

from pathlib import Path

from nasbench_suite.configuration.files import ConfigFiles
from nasbench_suite.configuration.key_meanings import KeyMeaning, key_meanings


def test_keys_with_their_defaults_and_comments(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(
        "# top\ndefaults:\n  - x: y  # no key\nseeds: 10   # how many\nnetwork:   # of what\n  _target_: x\n"
        "  cells: 2\n  deep:\n    er: '#3'  # deepest\nlist: [a, b]\nhydra:\n  run: {dir: .}\n"
    )
    assert list(key_meanings(file)) == [
        KeyMeaning("seeds", "10", "how many"),
        KeyMeaning("network", "", "of what"),
        KeyMeaning("network.cells", "2", ""),
        KeyMeaning("network.deep", "", ""),
        KeyMeaning("network.deep.er", "'#3'", "deepest"),
        KeyMeaning("list", "[a, b]", ""),
    ]


def test_every_key_of_a_search_is_explained() -> None:
    path = ConfigFiles().find("config")
    assert path is not None
    assert [key.name for key in key_meanings(path) if not key.meaning] == []
