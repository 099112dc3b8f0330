"""docs/migrating.md: every row is run, both columns, and compared where the page names no difference.

The left column is run with the package that it names where that is installed, and with our copy of its API always.
"""

import random
import re
import shlex
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from nasbench_suite import open_table
from nasbench_suite.compat.nas_201_api import NASBench201API
from nasbench_suite.compat.nasbench.api import ModelSpec, NASBench
from nasbench_suite.compat.nats_bench import NATSsize, NATStopology
from nasbench_suite.compat.nni import query_nds_trial_stats
from nasbench_suite.folders import table_path
from nasbench_suite.registry.importers import import_file
from nasbench_suite.registry.spaces import find_space
from nasbench_suite.spaces.nb101 import NB101
from nasbench_suite.spaces.nb101.tfrecord import frame
from performance.generators import nb101_tfrecord, nb201_files

PAGE = Path(__file__).parents[2] / "docs" / "migrating.md"
ROW = re.compile(r"^\| (?:`(?P<old>.+?)`|(?P<named>[^`|]+)) \| `(?P<new>[^|]+)` \|(?: (?P<differs>.+))? \|$")
BLOCK = re.compile(r"^(?P<when>Before:|Now:)\n\n```python\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)
INDEX = 284  # of the second genuine architecture
CELLS = 91  # those of at most four vertices
OURS = {
    "from nas_201_api ": "from nasbench_suite.compat.nas_201_api ",
    "from nats_bench ": "from nasbench_suite.compat.nats_bench ",
    "from nasbench import": "from nasbench_suite.compat.nasbench import",
    "from nasbench.lib ": "from nasbench_suite.compat.nasbench.lib ",
    "from nni.nas.benchmarks.nasbench101 ": "from nasbench_suite.compat.nni ",
    "from nni.nas.benchmarks.nasbench201 ": "from nasbench_suite.compat.nni ",
    "from nni.nas.benchmarks.nds ": "from nasbench_suite.compat.nni ",
}
PACKAGES = {
    "nas-bench-201": "nas_201_api",
    "NATS-Bench's topology space": "nats_bench",
    "NATS-Bench's size space": "nats_bench",
    "nasbench": "nasbench",
    "NNI": "nni",
}


# what our copies have for themselves
OWN = {"arithmetic", "base_name", "comments", "epochs", "wording"}


class Row(NamedTuple):
    """What was called, what to call, and what differs."""

    old: str | None
    new: str
    differs: str


class Section(NamedTuple):
    """One code base: the code before its table, and the table."""

    text: str
    before: str
    now: str
    rows: list[Row]


def sections() -> dict[str, Section]:
    found = {}
    for part in PAGE.read_text().split("\n## ")[1:]:
        name, _, text = part.partition("\n")
        code = {"Before:": "", "Now:": ""}
        lines = text.splitlines()
        code |= {match["when"]: match["code"] for match in BLOCK.finditer(text)}
        rows = [Row(m["old"], m["new"], m["differs"] or "") for line in lines if (m := ROW.match(line))]
        found[name] = Section(text, code["Before:"], code["Now:"], rows)
    return found


SECTIONS = sections()


def run(code: str, names: dict[str, Any]) -> Any:
    """The value of an expression; a statement leaves its names."""
    try:
        return eval(code, names)
    except SyntaxError:
        exec(code, names)
        return None


def same(ours: Any, theirs: Any) -> bool:
    if isinstance(theirs, float):
        return bool(ours == pytest.approx(theirs, rel=1e-12, nan_ok=True))
    if isinstance(theirs, list):
        return sorted(ours) == sorted(theirs)
    return bool(ours == theirs)


def check_rows(section: Section, names: dict[str, Any], cli: Callable[..., Any]) -> None:
    """Runs the rows in order; the wrong ones are named together."""
    wrong = []
    for row in section.rows:
        random.seed(0)
        theirs = None if row.old is None else run(row.old, names)
        if row.new.startswith("nasbench-suite "):
            answer = cli(*[names["arch"] if word == "ARCH" else word for word in shlex.split(row.new)[1:]])
            assert answer.code == 0 and answer.out
        else:
            ours = run(row.new, names)
            if not row.differs and not same(ours, theirs):
                wrong.append((row.old, theirs, row.new, ours))
    assert wrong == []


def install(space: str, source: Path) -> None:
    import_file(find_space(space), source, table_path(space))


@pytest.fixture(scope="module")
def pth(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch

    place = tmp_path_factory.mktemp("migrating") / "NAS-Bench-201.pth"
    torch.save(nb201_files.benchmark(2), place)
    return place


@pytest.fixture(scope="module")
def tfrecord(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of nasbench's layout; the real one at hand has no figures half-way."""
    place, rng = tmp_path_factory.mktemp("migrating") / "nasbench_full.tfrecord", np.random.default_rng(0)
    cells = islice(NB101().enumerate(), CELLS)
    place.write_bytes(b"".join(frame(row) for cell in cells for row in nb101_tfrecord.rows(cell, True, rng)))
    return place


def names_of(name: str, data: Path, pth: Path, tfrecord: Path, theirs: bool) -> dict[str, Any]:
    """Imports the tables of a section, and gives what its code may name."""
    names: dict[str, Any] = {"np": np}
    if name == "nas-bench-201":
        import torch

        install("nb201", pth)
        path = torch.load(pth, weights_only=False) if theirs else pth  # the package calls torch.load as of 2019
        return names | {"path": path, "index": 1, "row": 1, "arch": open_table("nb201").architecture(1)}
    if name.startswith("NATS"):
        space, folder = {
            "NATS-Bench's topology space": ("nb201", "NATS-tss-v1_0-3ffb9-simple"),
            "NATS-Bench's size space": ("nats_sss", "NATS-sss-v1_0-50262-simple"),
        }[name]
        install(space, data / "nats_bench" / folder)
        arch = open_table(space).architecture(1)
        return names | {"path": str(data / "nats_bench" / folder), "index": INDEX, "row": 1, "arch": arch}
    if name == "nasbench":
        install("nb101", tfrecord)
        cells = map(find_space("nb101").parse, map(open_table("nb101").architecture, range(CELLS)))
        cell = next(cell for cell in cells if cell.vertices == 4 and cell.digits == (0, 1))
        matrix, ops = [list(edges) for edges in cell.matrix], list(cell.operations)
        return names | {"path": str(tfrecord), "matrix": matrix, "ops": ops}
    assert name == "NNI"
    for space, file in (("nb101", "nasbench101.db"), ("nb201", "nasbench201.db"), ("nds_resnet", "nds.db")):
        install(space, data / "nni" / file)
    trainings = query_nds_trial_stats(None, "resnet", "random", None, None, "cifar10", path=data / "nni")
    config = (training := next(trainings))["config"]
    keys = ("model_family", "proposer", "generator", "model_spec", "cell_spec", "dataset", "num_epochs")
    cells = map(find_space("nb101").parse, map(open_table("nb101").architecture, range(3)))
    from nasbench_suite.compat.nni.nasbench101 import nasbench_format_to_architecture_repr

    archs101 = [nasbench_format_to_architecture_repr(np.array(cell.matrix), cell.operations)[1] for cell in cells]
    arch201 = dict(zip(("0_1", "0_2", "1_2", "0_3", "1_3", "2_3"), _operations(), strict=True))
    return names | {
        "arch101": archs101[1], "arch201": arch201, "config": config, "trial": training["seed"],
        "nds_query": [config[key] for key in keys], "epochs": config["num_epochs"], "arch": "",
    }  # fmt: skip


def _operations() -> list[str]:
    space = find_space("nb201")
    codes = space.encode(space.parse(open_table("nb201").architecture(1)))
    return [space.variables[0].choices[code].removeprefix("nor_") for code in codes]


@pytest.mark.parametrize("name", list(PACKAGES))
def test_rows_hold_beside_our_copy_of_the_api(
    name: str, data: Path, pth: Path, tfrecord: Path, cli: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NASBENCHMARK_DIR", str(data / "nni"))
    section, names = SECTIONS[name], names_of(name, data, pth, tfrecord, theirs=False)
    before = section.before
    for theirs, ours in OURS.items():
        before = before.replace(theirs, ours)
    exec(before, names)
    exec(section.now, names)
    check_rows(section, names, cli)


@pytest.mark.extra
@pytest.mark.parametrize("name", list(PACKAGES))
def test_rows_hold_beside_the_package(
    name: str, data: Path, pth: Path, tfrecord: Path, cli: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip(PACKAGES[name], reason=f"{PACKAGES[name]} is not installed")
    monkeypatch.setenv("NASBENCHMARK_DIR", str(data / "nni"))
    section, names = SECTIONS[name], names_of(name, data, pth, tfrecord, theirs=True)
    exec(section.before, names)
    if name.startswith("NATS"):
        names["api"].evaluated_indexes.update({0, INDEX})  # which the package adds when they are asked first
    if name == "nas-bench-201":  # whose statistics walk all 15,625 architectures, of which the file has two
        section = section._replace(rows=[row for row in section.rows if "statistics" not in (row.old or "")])
    exec(section.now, names)
    check_rows(section, names, cli)


def test_rows_of_hardware_costs_are_run(data: Path, cli: Callable[..., Any]) -> None:
    install("nb201", data / "nats_bench" / "NATS-tss-v1_0-3ffb9-simple")
    assert cli("annotate", "nb201", data / "hw_nas_bench" / "nas_bench_201_hardware.csv.gz").code == 0
    section, names = SECTIONS["HW-NAS-Bench"], {"arch": open_table("nb201").architecture(1)}
    exec(section.now, names)
    assert len(section.rows) == 4
    check_rows(section, names, cli)
    assert names["table"].columns.find("edgegpu_latency", "cifar10").value(names["row"]) > 0


FORM = re.compile(r"^\| (?P<space>\w+) \| `(?P<text>.+)` \| `(?P<form>\w+)` \| .+ \| (?P<without>read|refused) \|$")


def test_forms_are_read_as_the_page_says() -> None:
    found = [m for line in SECTIONS["Architectures as others write them"].text.splitlines() if (m := FORM.match(line))]
    for match in found:
        space, text = find_space(match["space"]), match["text"].replace("\\|", "|")
        arch = space.parse_as(text, match["form"]).arch
        if match["without"] == "read":
            assert space.parse_as(text) == (arch, match["form"])
        else:
            with pytest.raises(ValueError, match="under a name only"):
                space.parse(text)
    listed = {(match["space"], match["form"]) for match in found}
    spaces = ("nb101", "nb201", "nats_sss", "nb_macro")
    assert listed == {(name, form.name) for name in spaces for form in islice(find_space(name).forms, 1, None)}
    text = SECTIONS["Architectures as others write them"].text
    assert all(f"`{form.name}`" in text for form in islice(find_space("nds_darts").forms, 1, None))


@pytest.mark.parametrize(
    ("name", "api"),
    [
        ("nas-bench-201", NASBench201API),
        ("NATS-Bench's topology space", NATStopology),
        ("NATS-Bench's size space", NATSsize),
        ("nasbench", NASBench),
        ("nasbench", ModelSpec),
    ],
)
def test_every_public_name_of_an_api_is_on_the_page(name: str, api: type) -> None:
    text = SECTIONS[name].text
    if name == "NATS-Bench's size space":  # which refers to the other for what a table has not
        text += SECTIONS["NATS-Bench's topology space"].text.rpartition("What has no counterpart")[2]
    public = {one for one in dir(api) if not one.startswith(("_", "arch2infos"))} - OWN
    assert {one for one in public if not re.search(rf"\b{one}\b", text)} == set()


def test_the_page_is_read_whole() -> None:
    assert all(len(SECTIONS[name].rows) > 15 for name in PACKAGES)
    assert set(PACKAGES) | {"HW-NAS-Bench"} < set(SECTIONS)
    lines = [line for name in PACKAGES for line in SECTIONS[name].text.splitlines() if line.startswith("| `")]
    assert len(lines) == sum(len(SECTIONS[name].rows) for name in PACKAGES)
